"""A look into the table of people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation.db import db

Load = Callable[[str], Person]


@pytest.fixture
def load(app: Flask) -> Load:
    """``load(login)`` gives the person as the database has them."""

    def person(login: str) -> Person:
        with app.app_context():
            found = db.session.scalars(select(Person).where(Person.login == login)).one()
            assert found.site.code
            assert found.grants is not None
            db.session.expunge_all()
            return found

    return person
