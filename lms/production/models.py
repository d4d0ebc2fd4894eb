from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.foundation.columns import Document, Instant, Key, Line, LocalDay, Prose, Revision, Sha256, Word, one_of
from lms.foundation.db import Base
from lms.production.core.kinds import LONGEST_CASE, LONGEST_WORD, ErrorKind, ImportKind, ImportState


class ProductionImport(Base):
    """A file of decisions: a draft until somebody applies it, and then a record of where decisions came from.

    The file itself stays only while it is a draft, since it may hold more than is kept: then its columns are chosen.
    """

    __tablename__ = "production_imports"
    __table_args__ = (
        one_of("kind", ImportKind),
        one_of("state", ImportState),
        CheckConstraint("state = 'draft' OR sheet IS NULL", name="kept_while_draft"),
    )

    id: Mapped[Key]
    kind: Mapped[Word]
    state: Mapped[Word] = mapped_column(default=ImportState.DRAFT)
    file_name: Mapped[Line]
    sha256: Mapped[Sha256]
    sheet: Mapped[Prose | None] = mapped_column(deferred=True)
    """The rows of the file, see ``lms.production.core.reading``."""
    choices: Mapped[Document]
    """Which column is which, and how dates are written: see ``lms.production.core.choices``."""
    row_count: Mapped[int]
    decision_count: Mapped[int] = mapped_column(default=0)
    left_out_count: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[Instant]
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    applied_at: Mapped[Instant | None]
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    taken_back_at: Mapped[Instant | None]
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    revision: Mapped[Revision]

    maker: Mapped[Person] = relationship(foreign_keys=[made_by])


class ProductionDecision(Base):
    """A decision on a live case by one of our people, and whether it was right where that is known.

    Nothing of the case is kept but its reference, as the queue tool gives it.
    """

    __tablename__ = "production_decisions"
    __table_args__ = (
        UniqueConstraint("kind", "case_ref", "person_id", "decided_on", name="uq_production_decisions_once"),
        one_of("kind", ImportKind),
        one_of("error_kind", ErrorKind),
        Index(None, "import_id"),
        Index(None, "person_id"),
        Index(None, "section_id"),
        Index(None, "decided_on"),
    )

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("production_imports.id"))
    kind: Mapped[Word]
    """That of the import: an audit and the daily output may hold the same case."""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    case_ref: Mapped[str] = mapped_column(String(LONGEST_CASE))
    queue: Mapped[str] = mapped_column(String(LONGEST_WORD))
    decided_on: Mapped[LocalDay]
    """The day at the site of the person."""
    decision: Mapped[str] = mapped_column(String(LONGEST_WORD))
    right_decision: Mapped[str | None] = mapped_column(String(LONGEST_WORD))
    """None where nobody has said it."""
    error_kind: Mapped[Word | None]
    section_id: Mapped[int | None] = mapped_column(ForeignKey("sections.id"))

    @property
    def key(self) -> tuple[str, int, date]:
        """What tells decisions of one kind apart."""
        return self.case_ref, self.person_id, self.decided_on
