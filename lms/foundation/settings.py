"""Facts about the whole installation that live in its database: the sample mark and the day it was loaded for."""

from __future__ import annotations

from datetime import date

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, db

SAMPLE_DAY = "sample_day"


class InstallationFact(Base):
    __tablename__ = "installation_facts"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


def sample_day() -> date | None:
    """The day for which the sample organisation was loaded; None when this is no sample."""
    value = db.session.scalar(select(InstallationFact.value).where(InstallationFact.name == SAMPLE_DAY))
    return date.fromisoformat(value) if value else None


def mark_as_sample(day: date) -> None:
    """Put the sample mark on the database."""
    db.session.merge(InstallationFact(name=SAMPLE_DAY, value=day.isoformat()))
