"""The class that runs now: its roll as it is filled in, and what is saved of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts.models import Attendance, Cohort, TrainingSession
from lms.foundation.db import db
from tests.accounts.form_page import FormPage
from tests.conftest import MONDAY_AFTERNOON, Visitor

NOON = MONDAY_AFTERNOON
AS_JSON = {"Accept": "application/json"}


@dataclass(frozen=True)
class Held:
    """The session whose roll is called."""

    id: int
    public_id: str
    cohort_id: int
    room_code: str


def todays_class() -> TrainingSession:
    """The class of Tokyo A that runs on the afternoon of the sample."""
    query = (
        select(TrainingSession)
        .join(TrainingSession.cohort)
        .where(Cohort.code == "tokyo-a", TrainingSession.starts_at <= NOON, TrainingSession.ends_at > NOON)
    )
    return db.session.scalars(query).one()


def opened(visitor: Visitor, path: str, **changes: str) -> dict[str, str]:
    """The roll as it is filled in, with some rows changed."""
    page = FormPage(visitor.get(path).text)
    return {name: values[0] for name, values in page.entered.items() if values} | changes


def marks(sample: Flask, held: Held) -> dict[str, tuple[str, str, int]]:
    with sample.app_context():
        query = select(Attendance).where(Attendance.session_id == held.id)
        people = {person.id: person.code for person in db.session.scalars(select(Person))}
        return {people[m.person_id]: (m.status, m.note, m.revision) for m in db.session.scalars(query)}
