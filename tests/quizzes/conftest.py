"""The sample's new joiner, signed in, with the first question of the checkpoint open."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.foundation import transaction
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look


@pytest.fixture
def joiner(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    with unit():
        code = sitting.person().code
    return sign_in_as(code)


@pytest.fixture
def first(joiner: Visitor, sample: Flask) -> str:
    """The address of the first question, after pressing Start."""
    with sample.app_context(), transaction.unit(write=False):
        assignment = sitting.assignment_id(sitting.person())
    answer = joiner.post(f"/quizzes/{assignment}/attempts")
    assert answer.status_code == 302
    return str(answer.location)


@pytest.fixture
def look(sample: Flask, first: str) -> Look:
    return Look(sample, first.split("/")[2])
