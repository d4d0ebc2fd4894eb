from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.foundation import storage
from lms.foundation.columns import Document, Instant, Key, Sha256, Word
from lms.foundation.db import Base
from lms.foundation.jobs import Job, JobState

EXPIRED, CANCELLED = "expired", "cancelled"


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
    """The finished file; gone again once it has expired."""
    file_name: Mapped[str | None] = mapped_column(String(200))
    file_size: Mapped[int | None]
    finished_at: Mapped[Instant | None]
    expires_at: Mapped[Instant | None]
    """Until when the file is kept."""

    job: Mapped[Job | None] = relationship()

    @property
    def stage(self) -> str:
        """What has become of it, for ``phrases.STATES``: the state of its job, and then that of its file."""
        if self.file_sha256 is not None:
            return JobState.DONE
        if self.finished_at is not None or self.job is None:
            return EXPIRED
        return CANCELLED if self.job.is_cancelled else self.job.state

    @property
    def is_in_making(self) -> bool:
        return self.stage in {JobState.WAITING, JobState.RUNNING}


storage.register(ReportRun.file_sha256)
