from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.foundation.columns import Instant, Key, Prose, Word, one_of, unique_where
from lms.foundation.db import Base
from lms.invigilation.core.ruling import Grounds, RulingKind, RulingState
from lms.quizzes.models import Attempt


class AttemptExtension(Base):
    """Minutes that staff have added to an open attempt: one row each time, never changed."""

    __tablename__ = "attempt_extensions"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)

    id: Mapped[Key]
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), index=True)
    minutes: Mapped[int]
    reason: Mapped[Prose]
    given_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    given_at: Mapped[Instant]

    attempt: Mapped[Attempt] = relationship()
    giver: Mapped[Person] = relationship()


class Ruling(Base):
    """What is decided of an attempt from outside: late answers counted or left out, or the attempt void.

    What it says is not changed once proposed; it is decided, declined or taken back, and stays.
    """

    __tablename__ = "rulings"
    __table_args__ = (
        one_of("kind", RulingKind),
        one_of("grounds", Grounds),
        one_of("state", RulingState),
        Index(None, "attempt_id"),
        unique_where("state = 'proposed'", "uq_rulings_proposed", "attempt_id"),
    )

    id: Mapped[Key]
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    kind: Mapped[Word]
    grounds: Mapped[Word]
    """Told to the learner."""
    note: Mapped[Prose]
    """For the record: read by whoever decides, not by the learner."""
    lowers_pass: Mapped[bool]
    until_event_id: Mapped[int | None]
    """Of late answers: the last that had come when it was proposed. What comes later waits for another ruling."""
    state: Mapped[Word]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[Instant]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[Instant | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("grading_runs.id"))
    """The grading run that counts the late answers."""

    attempt: Mapped[Attempt] = relationship()
    proposer: Mapped[Person] = relationship(foreign_keys=[proposed_by])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])
