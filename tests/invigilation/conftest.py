"""The joiner at the checkpoint, as in the tests of quizzes, and who looks after them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import SignIn, Unit, Visitor
from tests.invigilation.looking_after import TRAINER
from tests.quizzes import sitting
from tests.quizzes.conftest import first, joiner, look

__all__ = ["first", "joiner", "look"]

As = Callable[[str], Visitor]


@pytest.fixture
def trainer(sample: Flask, sign_in_as: SignIn, unit: Unit) -> Visitor:
    """The trainer of the joiner's cohort, who has just signed in."""
    with unit():
        code = sitting.person(TRAINER).code
    return sign_in_as(code)


@pytest.fixture
def visitor_of(sign_in_as: SignIn, unit: Unit) -> As:
    """Somebody by login, who has just signed in."""

    def sign_in(login: str) -> Visitor:
        with unit():
            code = sitting.person(login).code
        return sign_in_as(code)

    return sign_in
