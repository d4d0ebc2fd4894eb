"""The loader on a small organisation: for which day it loads, and how it grows."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import func, select

from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort, Enrolment
from lms.demo import loader
from lms.foundation import settings
from lms.foundation.db import db
from lms.quizzes.models import Attempt
from tests.conftest import SMALL, Unit


def load(day: date, learners: int = 0) -> None:
    loader.load(day, seed="1", password_hash="none", learners=learners, content=SMALL)


def test_it_is_loaded_for_the_working_day_it_names(app: Flask, unit: Unit) -> None:
    """Saturday, Sunday and a holiday are no working days."""
    with unit():
        load(date(2026, 11, 21))
    with unit():
        assert settings.sample_day() == date(2026, 11, 24)
        assert set(db.session.scalars(select(Cohort.code))) == {"tokyo-a", "osaka-b"}


def test_it_grows_to_a_given_number_of_learners(app: Flask, unit: Unit) -> None:
    with unit():
        load(date(2026, 11, 16), learners=64)
    with unit():
        enrolled = db.session.scalar(select(func.count()).select_from(Enrolment))
        attempts = db.session.scalar(select(func.count()).select_from(Attempt))
        grown = cohorts.find_cohort("synthetic-1")
        assert grown is not None
        assert (enrolled, attempts, len(cohorts.list_members(grown))) == (64, 63, 3), "the joiner has it still to take"
