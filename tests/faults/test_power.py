"""The power fails while answers are saved: nothing acknowledged is lost, and with less care it would be."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from lms.foundation import transaction
from lms.foundation.db import db
from lms.quizzes import actions
from lms.quizzes.core.answers import Event
from lms.quizzes.models import Attempt
from tests.conftest import Sizes, Unit, sqlite_path
from tests.faults import power
from tests.quizzes import sitting

pytestmark = pytest.mark.sqlite


def sit(unit: Unit, saves: int) -> None:
    """Two attempts of one person, each call a transaction of its own: open, claim, save, rest, hand in."""
    for _attempt in range(2):
        with unit():
            person = sitting.person()
            attempt_id = actions.open_attempt(person, sitting.assignment_id(person), locale="en").id
            own = sitting.own_access(person)
        with unit():
            actions.claim(own, attempt_id)
        for seq in range(1, saves + 1):
            with unit():
                attempt = db.session.get_one(Attempt, attempt_id)
                give = sitting.right_answer if seq % 3 else sitting.wrong_answer
                position = 1 + seq % 12
                actions.save_events(own, attempt_id, [Event(2, seq, position, "en", give(attempt, position))])
        for rest in (actions.take_break, actions.return_from_break):
            with unit():
                rest(own, attempt_id)
        with unit():
            actions.submit(own, attempt_id, [(2, seq) for seq in range(1, saves + 1)])


def test_what_was_acknowledged_survives_a_power_cut(sample: Flask, unit: Unit, tmp_path: Path, sizes: Sizes) -> None:
    before = tmp_path / "before.sqlite"
    with sample.app_context(), transaction.unit(write=False):
        source = sqlite_path(db.engine.url.render_as_string())
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(before)) as copy:
        database.backup(copy)
    with power.noted(sample) as statements:
        sit(unit, saves=sizes.of(12, 60))
    careful, careless = (
        power.lose_power(statements, before, tmp_path, synchronous=synchronous, cuts=sizes.of(20, 200), seed=seed)
        for seed, synchronous in enumerate(("FULL", "NORMAL"))
    )
    print(f"FULL: {careful}\nNORMAL: {careless}")
    assert (careful.commits, careful.answers, careful.broken) == (0, 0, [])
    assert careless.commits > 0, "the control must lose"
    assert careless.answers > 0
