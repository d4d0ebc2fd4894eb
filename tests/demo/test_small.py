"""The loader on a small organisation: for which day it loads, and how it grows."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import yaml
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort, Enrolment
from lms.demo import loader
from lms.demo.content import SAMPLE, Content
from lms.demo.world import TOKYO
from lms.foundation import clock, settings
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
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


def test_nothing_lies_in_the_future_even_just_after_midnight(app: Flask, unit: Unit, tmp_path: Path) -> None:
    """Evenings in Dublin come after midnight in Tokyo: who leaves there has left before the sample is loaded."""
    folder = tmp_path / "organisation"
    shutil.copytree(SMALL.folder, folder)
    shutil.copy(SAMPLE.folder / "names.yaml", folder)
    organisation = yaml.safe_load((folder / "organisation.yaml").read_text())
    live = {**organisation["cohorts"][0], "code": "dublin-x", "site": "dublin", "room": "1.04"}
    live |= {"go_live_in_working_days": -1, "learners": 6, "staying": 1, "trainers": ["trainer@kijun.example"]}
    organisation["cohorts"].append(live)
    (folder / "organisation.yaml").write_text(yaml.safe_dump(organisation, allow_unicode=True))
    midnight = datetime(2026, 11, 17, 0, 1, tzinfo=TOKYO)
    with clock.fixed(midnight):
        with unit():
            loader.load(midnight.date(), seed="1", password_hash="none", content=Content(folder))
        with unit():
            left = select(func.count()).select_from(Person).where(Person.deactivated_at.is_not(None))
            assert db.session.scalar(left) == 5
            newest = db.session.scalar(select(func.max(AuditEvent.at)))
            assert newest is not None
            assert newest <= midnight


def test_it_grows_to_a_given_number_of_learners(app: Flask, unit: Unit) -> None:
    with unit():
        load(date(2026, 11, 16), learners=64)
    with unit():
        enrolled = db.session.scalar(select(func.count()).select_from(Enrolment))
        attempts = db.session.scalar(select(func.count()).select_from(Attempt))
        grown = cohorts.find_cohort("synthetic-1")
        assert grown is not None
        assert (enrolled, attempts, len(cohorts.list_members(grown))) == (64, 63, 3), "the joiner has it still to take"
