from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.foundation.columns import Instant, Key, Line, Localized, Revision, Word, one_of
from lms.foundation.db import Base
from lms.sites.models import Site
from lms.wellbeing.core.labels import Degree


class BriefingConfirmation(Base):
    """That somebody has read an edition of the briefing, in which language, and when. Never changed."""

    __tablename__ = "briefing_confirmations"
    __table_args__ = (UniqueConstraint("person_id", "version"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int]
    locale: Mapped[str] = mapped_column(String(8))
    confirmed_at: Mapped[Instant]


class SeeingPreference(Base):
    """How somebody wants to see sensitive content.

    It is read for that person alone: nothing leads here from the person, and neither journal nor reports name it.
    """

    __tablename__ = "seeing_preferences"
    __table_args__ = (one_of("closed_from", Degree),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    closed_from: Mapped[Word]
    avoided: Mapped[list[str]] = mapped_column(JSON)


class HelpContact(Base):
    """Who is there for people, at one site or at all of them."""

    __tablename__ = "help_contacts"
    __table_args__ = (Index(None, "site_id"),)

    id: Mapped[Key]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    name_text: Mapped[Localized]
    detail_text: Mapped[Localized]
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[Line | None]
    """An e-mail address, or that of a page."""
    retired_at: Mapped[Instant | None]
    revision: Mapped[Revision]

    site: Mapped[Site | None] = relationship()
