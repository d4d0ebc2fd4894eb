from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

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
)
from lms.foundation.db import Base
from lms.policies.core.searching import found_in_section


class VersionState(StrEnum):
    """A draft may be edited; what is published never changes. Which published one is in force, the clock says."""

    DRAFT = "draft"
    PUBLISHED = "published"


class AcknowledgementKind(StrEnum):
    """Whether somebody stated to have read a whole version or what changed since the one they knew."""

    FULL = "full"
    DELTA = "delta"


class Module(Base):
    __tablename__ = "modules"

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    title_text: Mapped[Localized]
    """The title of the newest version, for lists; each version keeps its own."""
    retired_at: Mapped[Instant | None]
    """Since when nobody is asked to read it; what cites its sections still finds them."""
    revision: Mapped[Revision]

    versions: Mapped[list[PolicyVersion]] = relationship(back_populates="module")
    sections: Mapped[list[Section]] = relationship(back_populates="module")


class PolicyVersion(Base):
    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("module_id", "major", "minor"), one_of("state", VersionState))

    id: Mapped[Key]
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"))
    major: Mapped[int]
    minor: Mapped[int]
    title_text: Mapped[Localized]
    state: Mapped[Word] = mapped_column(default=VersionState.DRAFT)
    effective_at: Mapped[Instant | None]
    front_matter: Mapped[Document]
    """What each language's front matter says and no column holds, kept for export: ``{"en": {...}, "ja": {...}}``.

    Unknown keys, ``effective`` in the zone of the file or of who published, and the versions that a translation names.
    """
    created_at: Mapped[Instant]
    published_at: Mapped[Instant | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    revision: Mapped[Revision]

    module: Mapped[Module] = relationship(back_populates="versions")
    outline: Mapped[list[OutlineEntry]] = relationship(back_populates="version", order_by="OutlineEntry.position")
    revisions: Mapped[list[SectionRevision]] = relationship(back_populates="version")

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"


class PublicationRequest(Base):
    """An editor's word that a draft may be published as it is: another person does it. Once the draft changes, it is
    void.
    """

    __tablename__ = "publication_requests"

    version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"), primary_key=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[Instant]
    version_revision: Mapped[int]
    """The revision of the draft that it is about."""

    version: Mapped[PolicyVersion] = relationship()
    asker: Mapped[Person] = relationship()


class Section(Base):
    """The stable thing behind a heading: questions, mastery and acknowledgements hang on it."""

    __tablename__ = "sections"
    __table_args__ = (UniqueConstraint("module_id", "key"),)

    id: Mapped[Key]
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"))
    key: Mapped[Code]

    module: Mapped[Module] = relationship(back_populates="sections")

    @property
    def full_name(self) -> str:
        return f"{self.module.code}/{self.key}"


class OutlineEntry(Base):
    """A section's place in one version."""

    __tablename__ = "outline_entries"
    __table_args__ = (UniqueConstraint("version_id", "position"), Index(None, "section_id"))

    version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"), primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("sections.id"), primary_key=True)
    position: Mapped[int]
    level: Mapped[int]

    version: Mapped[PolicyVersion] = relationship(back_populates="outline")
    section: Mapped[Section] = relationship()


class SectionRevision(Base):
    """The text of a section in one version and one language."""

    __tablename__ = "section_revisions"
    __table_args__ = (UniqueConstraint("version_id", "section_id", "locale"), Index(None, "section_id"))

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    section_id: Mapped[int] = mapped_column(ForeignKey("sections.id"))
    locale: Mapped[str] = mapped_column(String(8))
    title: Mapped[str | None] = mapped_column(Text)
    body: Mapped[Prose]
    sha256: Mapped[Sha256]
    source_sha256: Mapped[Sha256 | None]
    """In a translation: the hash of the source text it was made from."""
    search_key: Mapped[Prose] = mapped_column(server_default="", deferred=True)
    """Title and text as they are searched, a line each; follows them."""

    version: Mapped[PolicyVersion] = relationship(back_populates="revisions")
    section: Mapped[Section] = relationship()

    @validates("title", "body")
    def _renew_key(self, column: str, value: str | None) -> str | None:
        """Let the key follow whichever of the two is set."""
        title, body = (value, self.body) if column == "title" else (self.title, value)
        self.search_key = found_in_section(title, body or "")
        return value


class Acknowledgement(Base):
    """A person's statement of having read the version that the page showed. It is not undone."""

    __tablename__ = "acknowledgements"
    __table_args__ = (
        UniqueConstraint("person_id", "version_id"),
        Index(None, "version_id"),
        one_of("kind", AcknowledgementKind),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    kind: Mapped[Word]
    locale: Mapped[str] = mapped_column(String(8))
    acknowledged_at: Mapped[Instant]


class TranslationAssignment(Base):
    """Who is to bring a language of a draft up to date, and by which day."""

    __tablename__ = "translation_assignments"
    __table_args__ = (Index(None, "assignee_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"), primary_key=True, autoincrement=False)
    locale: Mapped[str] = mapped_column(String(8), primary_key=True)
    assignee_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    due_on: Mapped[LocalDay]
    assigned_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    assigned_at: Mapped[Instant]
    revision: Mapped[Revision]

    version: Mapped[PolicyVersion] = relationship()
    assignee: Mapped[Person] = relationship(foreign_keys=[assignee_id])
    assigner: Mapped[Person] = relationship(foreign_keys=[assigned_by])
