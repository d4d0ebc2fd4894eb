from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lms.accounts.models import Person
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.readiness import GateKind
from lms.cohorts.core.slips import SlipCause
from lms.foundation.columns import (
    Code,
    Document,
    Instant,
    Key,
    LocalDay,
    Localized,
    Prose,
    Revision,
    Word,
    one_of,
    unique_where,
)
from lms.foundation.db import Base
from lms.kit.search import found_by
from lms.policies.models import Module, Section
from lms.quizzes.models import Assignment, Quiz
from lms.sites.models import Room, Site


class SessionState(StrEnum):
    """Whether a session stands on the calendar."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class GateDecisionKind(StrEnum):
    """A gate that a person decided: a sign-off, or a waiver with its reason."""

    SIGNED_OFF = "signed_off"
    WAIVED = "waived"


class PlanTemplate(Base):
    __tablename__ = "plan_templates"

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    title_text: Mapped[Localized]
    day_count: Mapped[int]
    gates: Mapped[Document]
    """The go-live criteria: ``{"gates": [{"kind", "cut", "module"...}]}``; see ``cohorts.core.readiness``."""
    retired_at: Mapped[Instant | None]
    """From when on no new cohort follows the plan; those that do go on with it."""
    revision: Mapped[Revision]

    steps: Mapped[list[PlanStep]] = relationship(back_populates="template", order_by="PlanStep.day, PlanStep.starts")


class PlanStep(Base):
    """One item of a plan, on a training day."""

    __tablename__ = "plan_steps"
    __table_args__ = (Index(None, "template_id"), one_of("kind", StepKind))

    id: Mapped[Key]
    template_id: Mapped[int] = mapped_column(ForeignKey("plan_templates.id"))
    day: Mapped[int]
    starts: Mapped[str] = mapped_column(String(5))
    """Wall time at the cohort's site, ``HH:MM``."""
    minutes: Mapped[int]
    kind: Mapped[Word]
    title_text: Mapped[Localized]
    detail_text: Mapped[Localized]
    module_id: Mapped[int | None] = mapped_column(ForeignKey("modules.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("sections.id"), index=True)
    quiz_id: Mapped[int | None] = mapped_column(ForeignKey("quizzes.id"), index=True)

    template: Mapped[PlanTemplate] = relationship(back_populates="steps")
    module: Mapped[Module | None] = relationship()
    section: Mapped[Section | None] = relationship()
    quiz: Mapped[Quiz | None] = relationship()


class Cohort(Base):
    __tablename__ = "cohorts"
    __table_args__ = (Index(None, "site_id"), Index(None, "template_id"))

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name_text: Mapped[Localized]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("plan_templates.id"))
    go_live_on: Mapped[LocalDay]
    created_at: Mapped[Instant]
    called_off_at: Mapped[Instant | None]
    """From when on it is off: it never goes live, and nobody is in it any more."""
    called_off_reason: Mapped[Prose] = mapped_column(default="", server_default="")
    put_off: Mapped[Document] = mapped_column(default=dict, server_default=text("'{}'"))
    """What calling it off has ended, so that it can be taken back: ``sessions`` and ``people`` by id, ``quizzes`` with
    when they were due."""
    revision: Mapped[Revision]

    site: Mapped[Site] = relationship()
    template: Mapped[PlanTemplate] = relationship()
    trainers: Mapped[list[CohortTrainer]] = relationship(back_populates="cohort")
    enrolments: Mapped[list[Enrolment]] = relationship(back_populates="cohort")
    sessions: Mapped[list[TrainingSession]] = relationship(
        back_populates="cohort", order_by="TrainingSession.starts_at"
    )
    slips: Mapped[list[Slip]] = relationship(back_populates="cohort", order_by="Slip.id.desc()")


class CohortTrainer(Base):
    __tablename__ = "cohort_trainers"
    __table_args__ = (Index(None, "person_id"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)

    cohort: Mapped[Cohort] = relationship(back_populates="trainers")
    person: Mapped[Person] = relationship()


class Enrolment(Base):
    __tablename__ = "enrolments"
    __table_args__ = (Index(None, "person_id"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    enrolled_at: Mapped[Instant]
    left_at: Mapped[Instant | None]
    left_reason: Mapped[Prose] = mapped_column(default="")

    cohort: Mapped[Cohort] = relationship(back_populates="enrolments")
    person: Mapped[Person] = relationship()


class TrainingSession(Base):
    """A plan item put on the calendar: time, trainer, room.

    It keeps its public id for ever; each move raises its sequence.
    """

    __tablename__ = "training_sessions"
    __table_args__ = (
        Index(None, "cohort_id", "starts_at"),
        one_of("kind", StepKind),
        one_of("state", SessionState),
    )

    id: Mapped[Key]
    public_id: Mapped[str] = mapped_column(String(26), unique=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    day: Mapped[int]
    kind: Mapped[Word]
    title_text: Mapped[Localized]
    detail_text: Mapped[Localized]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"), index=True)
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    module_id: Mapped[int | None] = mapped_column(ForeignKey("modules.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("sections.id"), index=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignments.id"), index=True)
    state: Mapped[Word]
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[Instant]
    search_key: Mapped[Prose] = mapped_column(server_default="", deferred=True)
    """Title and detail in all languages as they are searched; follows them."""

    cohort: Mapped[Cohort] = relationship(back_populates="sessions")
    room: Mapped[Room | None] = relationship()
    trainer: Mapped[Person | None] = relationship()
    closed_roll: Mapped[ClosedRoll | None] = relationship(back_populates="session")
    module: Mapped[Module | None] = relationship()
    section: Mapped[Section | None] = relationship()
    assignment: Mapped[Assignment | None] = relationship()

    @validates("title_text", "detail_text")
    def _renew_key(self, column: str, value: Mapping[str, str]) -> Mapping[str, str]:
        """Let the key follow whichever of the two is set."""
        title, detail = (value, self.detail_text) if column == "title_text" else (self.title_text, value)
        self.search_key = found_by([*(title or {}).values(), *(detail or {}).values()])
        return value


class Attendance(Base):
    __tablename__ = "attendances"
    __table_args__ = (Index(None, "person_id"), one_of("status", AttendanceStatus))

    session_id: Mapped[int] = mapped_column(ForeignKey("training_sessions.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    status: Mapped[Word]
    marked_at: Mapped[Instant]
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """The person themselves when they entered the code of the room."""
    note: Mapped[Prose] = mapped_column(default="")
    revision: Mapped[Revision]


class ClosedRoll(Base):
    """That the roll of a session is closed, since when and by whom. It goes when the roll is opened again."""

    __tablename__ = "closed_rolls"

    session_id: Mapped[int] = mapped_column(ForeignKey("training_sessions.id"), primary_key=True, autoincrement=False)
    closed_at: Mapped[Instant]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    session: Mapped[TrainingSession] = relationship(back_populates="closed_roll")
    closer: Mapped[Person | None] = relationship()


class GateDecision(Base):
    """What somebody decided about a gate of a person. One stands at a time; those that were withdrawn are kept."""

    __tablename__ = "gate_decisions"
    __table_args__ = (
        unique_where("withdrawn_at IS NULL", "uq_gate_decisions_standing", "cohort_id", "person_id", "gate"),
        Index(None, "person_id"),
        one_of("gate", GateKind),
        one_of("decision", GateDecisionKind),
    )

    id: Mapped[Key]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    gate: Mapped[str] = mapped_column(String(40))
    decision: Mapped[Word]
    reason: Mapped[Prose]
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[Instant]
    withdrawn_at: Mapped[Instant | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    decider: Mapped[Person] = relationship(foreign_keys=[decided_by])
    withdrawer: Mapped[Person | None] = relationship(foreign_keys=[withdrawn_by])


class Slip(Base):
    """A shift of a cohort's plan: why, from which go-live to which one, and what moved; those undone are kept."""

    __tablename__ = "slips"
    __table_args__ = (Index(None, "cohort_id"), one_of("cause", SlipCause))

    id: Mapped[Key]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    cause: Mapped[Word]
    reason: Mapped[Prose]
    before_on: Mapped[LocalDay]
    after_on: Mapped[LocalDay]
    session_count: Mapped[int]
    moved: Mapped[Document] = mapped_column(deferred=True)
    """The ``sessions`` and ``quizzes`` as they were and as the shift left them, the ``trainers`` who came in with it,
    and who was ``told``; see ``cohorts.actions.slips``."""
    decided_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[Instant]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    undone_at: Mapped[Instant | None]

    cohort: Mapped[Cohort] = relationship(back_populates="slips")
    decider: Mapped[Person] = relationship(foreign_keys=[decided_by])
    undoer: Mapped[Person | None] = relationship(foreign_keys=[undone_by])
