"""An organisation with the cast in it, and a look into inboxes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, select

from lms.accounts.models import Person
from lms.foundation import transaction
from lms.foundation.db import db
from lms.notifications.models import Notice

Inbox = Callable[..., list[Notice]]
Told = Callable[..., set[str]]


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


@pytest.fixture
def told(sample: Flask) -> Told:
    """``told(kind)`` gives the logins of those with an unread notice of a kind, or with ``told(kind, read=True)`` of
    those who have read it or need no longer; nothing has been told when the test begins."""
    with sample.app_context(), transaction.unit():
        db.session.execute(delete(Notice))

    def look(kind: str, *, read: bool = False) -> set[str]:
        with sample.app_context():
            is_read = Notice.read_at.is_not(None) if read else Notice.read_at.is_(None)
            query = select(Person.login).join(Notice, Notice.person_id == Person.id).where(Notice.kind == kind, is_read)
            return set(db.session.scalars(query))

    return look


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()
