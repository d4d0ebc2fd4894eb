from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lms.accounts.models import Person
from lms.foundation.columns import Code, Document, Instant, Key, Localized, Prose, Revision, Sha256, Word, one_of
from lms.foundation.db import Base
from lms.policies.models import Module, PolicyVersion, Section
from lms.questions.core.holds import HoldCause
from lms.questions.core.listing import found_in_question


class QuestionState(StrEnum):
    """Whether a question may be drawn: only one in use is."""

    DRAFT = "draft"
    IN_USE = "in_use"
    HELD = "held"
    RETIRED = "retired"


class Bank(Base):
    __tablename__ = "banks"

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    title_text: Mapped[Localized]
    module_id: Mapped[int | None] = mapped_column(ForeignKey("modules.id"), index=True)
    retired_at: Mapped[Instant | None]
    """Since when its questions are offered to no quiz."""
    revision: Mapped[Revision]

    module: Mapped[Module | None] = relationship()
    questions: Mapped[list[Question]] = relationship(back_populates="bank")


class Question(Base):
    __tablename__ = "questions"
    __table_args__ = (Index(None, "bank_id"), one_of("state", QuestionState))

    id: Mapped[Key]
    bank_id: Mapped[int] = mapped_column(ForeignKey("banks.id"))
    code: Mapped[Code] = mapped_column(unique=True)
    """The stable name, such as ``HAR-014``."""
    state: Mapped[Word]
    variant_of: Mapped[Code | None]
    """What its newest version says: the code of the question that tests the same thing."""
    revision: Mapped[Revision]

    bank: Mapped[Bank] = relationship(back_populates="questions")
    versions: Mapped[list[QuestionVersion]] = relationship(back_populates="question", order_by="QuestionVersion.n")
    draft: Mapped[QuestionDraft | None] = relationship(back_populates="question")


class QuestionHold(Base):
    """Why a question is not drawn, and until when. A version of a policy holds a question once: what was confirmed
    under it stays confirmed.
    """

    __tablename__ = "question_holds"
    __table_args__ = (UniqueConstraint("question_id", "policy_version_id"), one_of("cause", HoldCause))

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    cause: Mapped[Word]
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_versions.id"))
    """The version that changed the rule."""
    reason: Mapped[Prose | None]
    held_at: Mapped[Instant]
    held_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    released_at: Mapped[Instant | None]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    release_reason: Mapped[Prose | None]

    question: Mapped[Question] = relationship()
    policy_version: Mapped[PolicyVersion | None] = relationship()
    holder: Mapped[Person | None] = relationship(foreign_keys=[held_by])
    releaser: Mapped[Person | None] = relationship(foreign_keys=[released_by])


class _Searched:
    """What has a body, with what of it is searched beside it."""

    search_key: Mapped[Prose] = mapped_column(server_default="", deferred=True)
    """Name and prompt as they are searched; follows the body. Nothing that hints at the key."""

    @validates("body")
    def _renew_key(self, _column: str, body: dict[str, Any]) -> dict[str, Any]:
        self.search_key = found_in_question(body)
        return body


class QuestionVersion(_Searched, Base):
    """What a learner may see of a question; never changed once written."""

    __tablename__ = "question_versions"
    __table_args__ = (UniqueConstraint("question_id", "n"),)

    id: Mapped[Key]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    n: Mapped[int]
    type: Mapped[Word]
    body: Mapped[Document]
    sha256: Mapped[Sha256]
    created_at: Mapped[Instant]

    question: Mapped[Question] = relationship(back_populates="versions")
    links: Mapped[list[SectionLink]] = relationship(back_populates="question_version", order_by="SectionLink.position")


class QuestionDraft(_Searched, Base):
    """The next version of a question as it is being written; with its release it becomes a version and ends."""

    __tablename__ = "question_drafts"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True, autoincrement=False)
    body: Mapped[Document]
    key: Mapped[Document]
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    """Who wrote what stands here now, and so does not put it into use while somebody else could."""
    updated_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    """When it was sent to a second person; none while it is being written."""
    revision: Mapped[Revision]

    question: Mapped[Question] = relationship(back_populates="draft")
    prepared_by: Mapped[Person] = relationship()


class QuestionKey(Base):
    """The answer key of a question version. Read only where answers are graded or where a page declares key access."""

    __tablename__ = "question_keys"

    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[Document]
    sha256: Mapped[Sha256]
    created_at: Mapped[Instant]


class SectionLink(Base):
    """The sections that a question version rests on, the main one first."""

    __tablename__ = "section_links"
    __table_args__ = (UniqueConstraint("question_version_id", "position"), Index(None, "section_id"))

    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"), primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("sections.id"), primary_key=True)
    position: Mapped[int]

    question_version: Mapped[QuestionVersion] = relationship(back_populates="links")
    section: Mapped[Section] = relationship()
