from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.foundation.columns import Document, Instant, Sha256
from lms.foundation.db import Base
from lms.foundation.jobs import Job


class CurveFit(Base):
    """The curves of a quiz's questions as a job has fitted them last, or is to: ``curves`` by question code.

    ``basis_sha256`` tells the answers that they were fitted to; both are empty until the first fit is there.
    """

    __tablename__ = "curve_fits"
    __table_args__ = (Index(None, "job_id"),)

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"), primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    basis_sha256: Mapped[Sha256] = mapped_column(default="")
    fitted_at: Mapped[Instant | None]
    curves: Mapped[Document] = mapped_column(default=dict)

    job: Mapped[Job] = relationship(lazy="joined", innerjoin=True)
