from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.cohorts.models import Cohort
from lms.followup.core.kinds import ActionKind, FigureKind
from lms.followup.core.states import ActionState
from lms.foundation.columns import Document, Instant, Key, LocalDay, Prose, Revision, Word, one_of
from lms.foundation.db import Base
from lms.policies.models import Section
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.models import Quiz


class CorrectiveAction(Base):
    """What somebody does about a finding on a quiz. Finding, evidence and baseline stay as they were when it began."""

    __tablename__ = "corrective_actions"
    __table_args__ = (
        one_of("kind", ActionKind),
        one_of("state", ActionState),
        one_of("figure", FigureKind),
        CheckConstraint("(state IN ('done', 'dropped')) = (closed_at IS NOT NULL)", name="closed_when_over"),
        Index(None, "quiz_id"),
        Index(None, "question_id"),
        Index(None, "section_id"),
        Index(None, "cohort_id"),
        Index(None, "person_id"),
        Index(None, "owner_id"),
        Index(None, "state", "due_on"),
    )

    id: Mapped[Key]
    kind: Mapped[Word]
    state: Mapped[Word] = mapped_column(default=ActionState.OPEN)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    question_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_versions.id"))
    """The version that had been answered; what is measured is the question, whatever its version."""
    section_id: Mapped[int | None] = mapped_column(ForeignKey("sections.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    finding: Mapped[str] = mapped_column(String(40))
    """The verdict's kind, or ``misconception``; empty where somebody acts without one."""
    evidence: Mapped[Document]
    """Of the verdict: ``n``, ``effect``, ``low``, ``high`` and ``facts``; codes and numbers only."""
    figure: Mapped[Word]
    baseline: Mapped[Document]
    """The figure when it was opened: ``n``, ``value``, ``low``, ``high``; empty where too few had answered."""
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[LocalDay]
    note: Mapped[Prose]
    reason: Mapped[Prose] = mapped_column(default="")
    """Why it was dropped."""
    opened_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[Instant]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    closed_at: Mapped[Instant | None]
    revision: Mapped[Revision]

    quiz: Mapped[Quiz] = relationship()
    question: Mapped[Question | None] = relationship()
    question_version: Mapped[QuestionVersion | None] = relationship()
    section: Mapped[Section | None] = relationship()
    cohort: Mapped[Cohort | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    owner: Mapped[Person] = relationship(foreign_keys=[owner_id])
    opener: Mapped[Person] = relationship(foreign_keys=[opened_by])
    closer: Mapped[Person | None] = relationship(foreign_keys=[closed_by])

    @property
    def codes(self) -> list[str]:
        """What it is about beside a cohort, as codes; a section where there is no question."""
        section = self.section.full_name if self.section and not self.question else ""
        every = (self.question.code if self.question else "", section, self.person.code if self.person else "")
        return [code for code in every if code]
