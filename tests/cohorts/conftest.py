"""The sample's people at work: who is signed in, and what they are called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lms.cohorts.actions.attendance import room_code
from lms.foundation import transaction
from tests.cohorts.rolls import NOON, Held, todays_class
from tests.conftest import SignIn, Visitor
from tests.quizzes import sitting

Enter = Callable[[str], Visitor]


@pytest.fixture
def enter(sample: Flask, sign_in_as: SignIn) -> Enter:
    """``enter(name)`` signs in as somebody of the sample."""
    return lambda name: sign_in_as(code_of(sample, name if "@" in name else f"{name}@kijun.example"))


def code_of(sample: Flask, login: str) -> str:
    with sample.app_context():
        return sitting.person(login).code


@pytest.fixture
def trainer(enter: Enter) -> Visitor:
    return enter("trainer")


@pytest.fixture
def held(sample: Flask) -> Held:
    """The class that runs now; it began two minutes ago."""
    with sample.app_context(), transaction.unit():
        session = todays_class()
        session.kind, session.starts_at = "class", NOON - timedelta(minutes=2)
        session.ends_at = NOON + timedelta(minutes=58)
        return Held(session.id, session.public_id, session.cohort_id, room_code(session, NOON))


@pytest.fixture
def path(held: Held) -> str:
    return f"/cohorts/tokyo-a/sessions/{held.public_id}/roll-call"
