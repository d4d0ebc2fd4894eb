from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.columns import Document, Instant, Key, LocalDay
from lms.foundation.db import Base


class Notice(Base):
    """Something that a person has been told, as code and facts; told again, the row is renewed."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "about"),
        Index(None, "kind", "about"),
        Index(
            "ix_notices_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(120))
    """What it is about, so that the same thing stands in an inbox once."""
    facts: Mapped[Document]
    told_at: Mapped[Instant]
    read_at: Mapped[Instant | None]
    mailed_at: Mapped[Instant | None]
    """When a daily mail said it."""


class Digest(Base):
    """The days on which a person's daily mail was written: the key keeps it to one a day."""

    __tablename__ = "digests"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    day: Mapped[LocalDay] = mapped_column(primary_key=True)
