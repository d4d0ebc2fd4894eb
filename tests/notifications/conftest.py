"""An organisation with the cast in it, and a look into inboxes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.notifications.models import Notice

Inbox = Callable[..., list[Notice]]


@pytest.fixture
def inbox(app: Flask) -> Inbox:
    """``inbox(code)`` gives what a person has been told, the newest first; ``unread=True`` what is unread of it."""

    def look(code: str, *, unread: bool = False) -> list[Notice]:
        with app.app_context():
            query = select(Notice).join(Person, Person.id == Notice.person_id).where(Person.code == code)
            if unread:
                query = query.where(Notice.read_at.is_(None))
            found = list(db.session.scalars(query.order_by(Notice.told_at.desc(), Notice.id.desc())))
            db.session.expunge_all()
            return found

    return look


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()
