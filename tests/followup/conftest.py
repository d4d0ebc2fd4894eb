"""The sample, and whoever looks after findings, as in the tests of rulings."""

from __future__ import annotations

from tests.invigilation.conftest import visitor_of
from tests.quizzes.conftest import first, joiner, look

__all__ = ["first", "joiner", "look", "visitor_of"]
