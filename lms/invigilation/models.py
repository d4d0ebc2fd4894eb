from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.foundation.columns import Instant, Key, Prose
from lms.foundation.db import Base
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
