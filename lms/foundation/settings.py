"""Facts about the whole installation that live in its database: the sample mark and the day it was loaded for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, db

SAMPLE_DAY = "sample_day"
RELOADED_AT = "sample_reloaded_at"


class InstallationFact(Base):
    __tablename__ = "installation_facts"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


def sample_day() -> date | None:
    """The day for which the sample organisation was loaded; None when this is no sample."""
    return day_of_sample(db.session.scalar(sample_mark()))


def sample_mark() -> Select[str]:
    """The sample mark as a query, for whoever asks for it together with something else."""
    return select(InstallationFact.value).where(InstallationFact.name == SAMPLE_DAY)


def day_of_sample(mark: str | None) -> date | None:
    """The day that the sample mark says."""
    return date.fromisoformat(mark) if mark else None


def mark_as_sample(day: date) -> None:
    """Put the sample mark on the database."""
    db.session.merge(InstallationFact(name=SAMPLE_DAY, value=day.isoformat()))


def sample_reloaded_at() -> datetime | None:
    """When somebody last had the sample loaded again, which signed everybody out."""
    value = find_fact(RELOADED_AT)
    return datetime.fromisoformat(value) if value else None


def find_fact(name: str) -> str | None:
    """What the installation notes under a name."""
    return db.session.scalar(select(InstallationFact.value).where(InstallationFact.name == name))


def load_facts(prefix: str) -> dict[str, str]:
    """All that the installation notes under names that begin so."""
    query = select(InstallationFact).where(InstallationFact.name.startswith(prefix, autoescape=True))
    return {fact.name: fact.value for fact in db.session.scalars(query)}


def note_fact(name: str, value: str) -> None:
    """Note something about the installation."""
    db.session.merge(InstallationFact(name=name, value=value))
