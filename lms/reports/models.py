from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.foundation.columns import Document, Instant, Key, Sha256, Word
from lms.foundation.db import Base
from lms.foundation.jobs import Job


class ReportRun(Base):
    """A report that somebody asked for, and the file it became."""

    __tablename__ = "report_runs"
    __table_args__ = (Index(None, "person_id"), Index(None, "job_id"))

    id: Mapped[Key]
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    kind: Mapped[Word]
    locale: Mapped[str] = mapped_column(String(8))
    request: Mapped[Document]
    asked_at: Mapped[Instant]
    """Also the report's "made at": an input, so that the same request gives the same bytes."""
    file_sha256: Mapped[Sha256 | None]
    file_name: Mapped[str | None] = mapped_column(String(200))

    job: Mapped[Job | None] = relationship()
