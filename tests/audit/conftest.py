"""An organisation with the cast in it, and visitors who read the audit trail."""

from __future__ import annotations

import pytest

from tests.cast import Cast, make_cast
from tests.conftest import SignIn, Unit, Visitor


@pytest.fixture
def cast(unit: Unit) -> Cast:
    with unit():
        return make_cast()


@pytest.fixture
def admin(sign_in_as: SignIn, cast: Cast) -> Visitor:
    return sign_in_as(cast.admin)
