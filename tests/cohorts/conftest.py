"""The sample's people at work: who is signed in, and what they are called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

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
