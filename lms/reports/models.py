from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.foundation import storage
from lms.foundation.columns import Document, Instant, Key, Revision, Sha256, Word, one_of
from lms.foundation.db import Base
from lms.foundation.jobs import Job, JobState
from lms.reports.core.schedule import SendingState
from lms.sites.models import Site

EXPIRED, CANCELLED = "expired", "cancelled"


class ReportRun(Base):
    """A report that somebody asked for, and the file it became."""

    __tablename__ = "report_runs"
    __table_args__ = (Index(None, "person_id"), Index(None, "job_id"), Index(None, "sending_id"))

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

    sending_id: Mapped[int | None] = mapped_column(ForeignKey("report_sendings.id"))
    """The turn of a schedule that it was made for."""
    document_sha256: Mapped[Sha256 | None]
    """The document as values, of which screen, workbook and CSV are made; it goes with the file."""

    job: Mapped[Job | None] = relationship()
    person: Mapped[Person] = relationship()

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


class ReportSchedule(Base):
    """A report that is made and mailed again and again."""

    __tablename__ = "report_schedules"
    __table_args__ = (Index(None, "person_id"), Index(None, "next_at"))

    id: Mapped[Key]
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[Word]
    request: Mapped[Document]
    """The options of the report, as those of a run."""
    rule: Mapped[Document]
    """See ``lms.reports.core.schedule``."""
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    """Whose working days count."""
    next_at: Mapped[Instant | None]
    """When it is due next; nothing while it is paused, and once it has ended."""
    created_at: Mapped[Instant]
    paused_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    revision: Mapped[Revision]

    owner: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    site: Mapped[Site] = relationship()
    recipients: Mapped[list[ScheduleRecipient]] = relationship(cascade="all, delete-orphan")


class ScheduleRecipient(Base):
    """Somebody who gets a scheduled report, and in which language."""

    __tablename__ = "schedule_recipients"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedules.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(8))

    person: Mapped[Person] = relationship()


class Sending(Base):
    """One turn of a schedule; there is one of each moment, whoever notices it and however often."""

    __tablename__ = "report_sendings"
    __table_args__ = (UniqueConstraint("schedule_id", "due_at"), one_of("state", SendingState), Index(None, "state"))

    id: Mapped[Key]
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedules.id"))
    due_at: Mapped[Instant]
    state: Mapped[Word]
    ended_at: Mapped[Instant | None]

    schedule: Mapped[ReportSchedule] = relationship()
    runs: Mapped[list[ReportRun]] = relationship()
    deliveries: Mapped[list[Delivery]] = relationship()


class Delivery(Base):
    """What somebody got of a sending; written together with the mail."""

    __tablename__ = "report_deliveries"

    sending_id: Mapped[int] = mapped_column(ForeignKey("report_sendings.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("report_runs.id"))
    reached: Mapped[Word]
    """One of ``Reached``."""
    at: Mapped[Instant]

    person: Mapped[Person] = relationship()


storage.register(ReportRun.file_sha256)
storage.register(ReportRun.document_sha256)
