from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.foundation.columns import Code, Instant, Key, Line, LocalDay, Localized, Revision, Word, one_of
from lms.foundation.db import Base
from lms.sites.core.vendor import VendorKind


class Vendor(Base):
    __tablename__ = "vendors"
    __table_args__ = (one_of("kind", VendorKind),)

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    name_text: Mapped[Localized]
    kind: Mapped[Word]
    retired_at: Mapped[Instant | None]
    revision: Mapped[Revision]

    sites: Mapped[list[Site]] = relationship(back_populates="vendor")


class Site(Base):
    __tablename__ = "sites"
    __table_args__ = (Index(None, "vendor_id"),)

    id: Mapped[Key]
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendors.id"))
    code: Mapped[Code] = mapped_column(unique=True)
    name_text: Mapped[Localized]
    zone_name: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    subdivision: Mapped[str | None] = mapped_column(String(8))
    weekend: Mapped[str] = mapped_column(String(7), default="56")
    """The days off in a week, as digits of ``date.weekday()``: Saturday is 5, Sunday 6."""
    retired_at: Mapped[Instant | None]
    revision: Mapped[Revision]

    vendor: Mapped[Vendor] = relationship(back_populates="sites")
    rooms: Mapped[list[Room]] = relationship(back_populates="site")
    closures: Mapped[list[Closure]] = relationship(back_populates="site")


class Room(Base):
    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[Key]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[Line]
    capacity: Mapped[int]
    retired_at: Mapped[Instant | None]
    revision: Mapped[Revision] = mapped_column(server_default="1")

    site: Mapped[Site] = relationship(back_populates="rooms")


class Closure(Base):
    """A day on which a site is closed although it is no public holiday."""

    __tablename__ = "closures"
    __table_args__ = (UniqueConstraint("site_id", "closed_on"),)

    id: Mapped[Key]
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    closed_on: Mapped[LocalDay]
    name_text: Mapped[Localized]
    revision: Mapped[Revision] = mapped_column(server_default="1")

    site: Mapped[Site] = relationship(back_populates="closures")
