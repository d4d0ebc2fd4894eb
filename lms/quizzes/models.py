from __future__ import annotations

from datetime import timedelta

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.foundation.columns import (
    Code,
    Document,
    Instant,
    Key,
    LocalDay,
    Localized,
    Prose,
    Revision,
    Sha256,
    Word,
    one_of,
    unique_where,
)
from lms.foundation.db import Base
from lms.policies.models import PolicyVersion
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.core.attempt import AttemptState, Break, CloseCause, Purpose
from lms.quizzes.core.grading import Outcome, RunCause
from lms.quizzes.core.regrading import Method, RegradeState
from lms.quizzes.core.reporting import ReportKind


class Quiz(Base):
    __tablename__ = "quizzes"

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    title_text: Mapped[Localized]
    retired_at: Mapped[Instant | None]
    """From when on the quiz is given to nobody any more; what was given before is not touched."""
    revision: Mapped[Revision]

    versions: Mapped[list[QuizVersion]] = relationship(back_populates="quiz", order_by="QuizVersion.n")


class QuizVersion(Base):
    """The rules of a quiz as they were published: questions, cut score, time, attempts, feedback. Never changed."""

    __tablename__ = "quiz_versions"
    __table_args__ = (UniqueConstraint("quiz_id", "n"),)

    id: Mapped[Key]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"))
    n: Mapped[int]
    title_text: Mapped[Localized]
    rules: Mapped[Document]
    """See ``lms.quizzes.core.rules``."""
    sha256: Mapped[Sha256]
    published_at: Mapped[Instant]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    quiz: Mapped[Quiz] = relationship(back_populates="versions")
    questions: Mapped[list[QuizQuestion]] = relationship(
        back_populates="quiz_version", order_by="QuizQuestion.position"
    )


class QuizQuestion(Base):
    """A place in the fixed list of a quiz version."""

    __tablename__ = "quiz_questions"
    __table_args__ = (Index(None, "question_id"),)

    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))

    quiz_version: Mapped[QuizVersion] = relationship(back_populates="questions")
    question: Mapped[Question] = relationship()


class Assignment(Base):
    """A quiz given to people, with an open and a due time."""

    __tablename__ = "assignments"
    __table_args__ = (Index(None, "quiz_id"),)

    id: Mapped[Key]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"))
    purpose: Mapped[Word] = mapped_column(default=Purpose.ASSESSED)
    audience: Mapped[Document | None]
    """See ``lms.quizzes.core.audience``."""
    opens_at: Mapped[Instant]
    due_at: Mapped[Instant]
    zone_name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Instant]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[Instant | None]
    """When somebody ended it before its time; ``due_at`` is that moment then."""
    reminders: Mapped[Document | None]
    """See ``lms.quizzes.core.reminders``."""
    fresh_days: Mapped[int] = mapped_column(default=0, server_default="0")
    """No paper has a question that its person has seen within so many days, where another would do."""
    revision: Mapped[Revision]

    quiz: Mapped[Quiz] = relationship()


class Assignee(Base):
    """A person to whom an assignment is given, with an end of their own where they were away, and their excuse."""

    __tablename__ = "assignees"
    __table_args__ = (Index(None, "person_id"),)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    own_due_at: Mapped[Instant | None]
    excused_at: Mapped[Instant | None]
    excused_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    excused_until: Mapped[LocalDay | None]
    """The last day of an excuse; without one it holds for good."""
    excuse: Mapped[Prose | None]
    """Why, in the words of whoever excused them; of leave nobody asks why."""

    assignment: Mapped[Assignment] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    @property
    def is_on_leave(self) -> bool:
        """Whether it is leave that excuses them, or did, and nobody's decision."""
        return self.excused_at is not None and self.excused_by is None


class Attempt(Base):
    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("person_id", "assignment_id", "attempt_no"),
        unique_where("state = 'open'", "uq_attempts_open", "person_id", "assignment_id"),
        Index(None, "assignment_id"),
        Index(None, "quiz_version_id", "state"),
        Index(None, "state", "deadline_at"),
        one_of("state", AttemptState),
        one_of("purpose", Purpose),
        one_of("close_cause", CloseCause),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendors.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    attempt_no: Mapped[int]
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_versions.id"))
    locale: Mapped[str] = mapped_column(String(8))
    option_seed: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[Word]
    state: Mapped[Word]
    writer_epoch: Mapped[int]
    opened_at: Mapped[Instant]
    deadline_at: Mapped[Instant]
    grace_seconds: Mapped[int]
    more_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    """What an accommodation and staff have added to the time limit; ``deadline_at`` holds it already."""
    break_started_at: Mapped[Instant | None]
    break_ended_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    close_cause: Mapped[Word | None]
    receipt_sha256: Mapped[Sha256 | None]

    person: Mapped[Person] = relationship()
    assignment: Mapped[Assignment] = relationship()
    quiz_version: Mapped[QuizVersion] = relationship()
    questions: Mapped[list[AttemptQuestion]] = relationship(
        back_populates="attempt", order_by="AttemptQuestion.position"
    )
    policies: Mapped[list[AttemptPolicy]] = relationship(back_populates="attempt")

    @property
    def grace(self) -> timedelta:
        """How long after the deadline answers of this attempt still count."""
        return timedelta(seconds=self.grace_seconds)

    @property
    def rest(self) -> Break:
        """The one break, whether it has been taken or not."""
        return Break(self.break_started_at, self.break_ended_at)


class AttemptQuestion(Base):
    """A row of the drawn paper, written when the attempt opens."""

    __tablename__ = "attempt_questions"
    __table_args__ = (
        UniqueConstraint("attempt_id", "question_version_id"),
        Index(None, "question_version_id"),
        ForeignKeyConstraint(
            ["question_version_id", "key_n"], ["question_keys.question_version_id", "question_keys.n"]
        ),
    )

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"))
    key_n: Mapped[int]
    option_order: Mapped[Document]
    max_thousandths: Mapped[int]
    shown_at: Mapped[Instant | None]
    """When a page with this question was first opened; a question never opened is *not reached*."""
    is_flagged: Mapped[bool] = mapped_column(default=False)

    attempt: Mapped[Attempt] = relationship(back_populates="questions")
    question_version: Mapped[QuestionVersion] = relationship()


class AttemptPolicy(Base):
    """A policy version that was in force when the attempt opened."""

    __tablename__ = "attempt_policies"
    __table_args__ = (Index(None, "policy_version_id"),)

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"), primary_key=True)

    attempt: Mapped[Attempt] = relationship(back_populates="policies")
    policy_version: Mapped[PolicyVersion] = relationship()


class QuestionReport(Base):
    """What somebody says of a question of an attempt, and the answer that is owed to them."""

    __tablename__ = "question_reports"
    __table_args__ = (one_of("kind", ReportKind),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), index=True)
    position: Mapped[int]
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"))
    kind: Mapped[Word]
    locale: Mapped[str] = mapped_column(String(8))
    """The language in which the question was read, and in which the answer is expected."""
    text: Mapped[Prose]
    sent_at: Mapped[Instant]
    owed_at: Mapped[Instant]
    answer: Mapped[Prose | None]
    answered_at: Mapped[Instant | None] = mapped_column(index=True)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    attempt: Mapped[Attempt] = relationship()
    question_version: Mapped[QuestionVersion] = relationship()
    answerer: Mapped[Person | None] = relationship(foreign_keys=[answered_by])


class AnswerEvent(Base):
    """The answer log: every change of an answer, insert only (a trigger refuses anything else)."""

    __tablename__ = "answer_events"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]
    locale: Mapped[str] = mapped_column(String(8))
    payload: Mapped[Document]
    payload_sha256: Mapped[Sha256]
    server_at: Mapped[Instant]
    in_grace: Mapped[bool]


class LateEvent(Base):
    """What came too late: kept for a reviewer, never graded by itself."""

    __tablename__ = "late_events"
    __table_args__ = (Index(None, "attempt_id"), UniqueConstraint("attempt_id", "epoch", "seq"))

    id: Mapped[Key]
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    epoch: Mapped[int]
    seq: Mapped[int]
    position: Mapped[int]
    locale: Mapped[str] = mapped_column(String(8))
    payload: Mapped[Document]
    payload_sha256: Mapped[Sha256]
    server_at: Mapped[Instant]
    reason: Mapped[Word]
    admitted_run_id: Mapped[int | None] = mapped_column(ForeignKey("grading_runs.id"))
    """The grading run that counts it, if a reviewer has admitted it."""
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reviewed_at: Mapped[Instant | None]


class Regrade(Base):
    """The correction of a question in the results of a quiz: proposed, decided by a second person, then carried out.

    What it says is not changed once proposed. How far it has come stands in it, so that work that was cut off goes on
    where it was.
    """

    __tablename__ = "regrades"
    __table_args__ = (
        one_of("method", Method),
        one_of("state", RegradeState),
        Index(None, "quiz_id", "question_version_id"),
        Index(None, "question_version_id"),
        unique_where("state = 'applying'", "uq_regrades_applying", "quiz_id"),
    )

    id: Mapped[Key]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"))
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"))
    method: Mapped[Word]
    right_options: Mapped[Document]
    """The options that were chosen to be right, by group."""
    base_key_n: Mapped[int]
    """The newest key when it was proposed: what the choice of options was made from."""
    key_n: Mapped[int | None]
    """The key by which it grades; none where no key does, and until it is applied."""
    lowers_passes: Mapped[bool]
    reason_text: Mapped[Localized]
    note_text: Mapped[Localized]
    state: Mapped[Word]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[Instant]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[Instant | None]
    last_attempt_id: Mapped[str | None] = mapped_column(String(36))
    """The attempts up to here, by id, are graded."""
    graded_at: Mapped[Instant | None]
    last_person_id: Mapped[int | None]
    """The people up to here, by id, have their note."""
    done_at: Mapped[Instant | None]

    quiz: Mapped[Quiz] = relationship()
    question_version: Mapped[QuestionVersion] = relationship()
    proposer: Mapped[Person] = relationship(foreign_keys=[proposed_by])
    decider: Mapped[Person | None] = relationship(foreign_keys=[decided_by])


class GradingRun(Base):
    """One grading of an attempt. A correction is a new run; the old one stays readable."""

    __tablename__ = "grading_runs"
    __table_args__ = (
        UniqueConstraint("attempt_id", "run_no"),
        Index("uq_grading_runs_attempt_id_regrade_id", "attempt_id", "regrade_id", unique=True),
        Index(None, "regrade_id"),
        one_of("cause", RunCause),
    )

    id: Mapped[Key]
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    run_no: Mapped[int]
    engine_version: Mapped[Word]
    cause: Mapped[Word]
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("regrades.id"))
    """The correction that made it: each grades an attempt once, however often it is begun."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    score_thousandths: Mapped[int]
    max_thousandths: Mapped[int]
    passed: Mapped[bool]
    created_at: Mapped[Instant]
    published_at: Mapped[Instant | None]
    note: Mapped[Prose | None]
    marked_paper: Mapped[Prose] = mapped_column(server_default="", deferred=True)
    """What was asked, answered and earned, as one text (``lms.quizzes.core.marked``); result analyses read it."""

    items: Mapped[list[GradingItem]] = relationship(back_populates="run", order_by="GradingItem.position")


class GradingItem(Base):
    __tablename__ = "grading_items"
    __table_args__ = (
        one_of("outcome", Outcome),
        CheckConstraint("awarded_thousandths BETWEEN 0 AND max_thousandths", name="marks"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("grading_runs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_n: Mapped[int]
    awarded_thousandths: Mapped[int]
    max_thousandths: Mapped[int]
    outcome: Mapped[Word]

    run: Mapped[GradingRun] = relationship(back_populates="items")
