"""Who is signed in: the row behind the visitor's session id, read once per request and only when somebody asks."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Request
from flask_login import LoginManager
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person, WebSession
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.sessions import ABSOLUTE_HOURS, stored_id, visit

manager = LoginManager()
manager.session_protection = None


def bind(app: Flask) -> None:
    """Connect Flask-Login."""
    manager.init_app(app)


@manager.request_loader
def signed_in(_request: Request) -> Person | None:
    """The person behind the session id; None for a visitor, an ended session, or somebody deactivated."""
    sid = visit().sent_sid
    if sid is None:
        return None
    whole = joinedload(WebSession.person).joinedload(Person.grants)
    web_session = db.session.get(WebSession, stored_id(sid), options=[whole])
    if web_session is None or not web_session.person.is_active:
        return None
    if clock.now() - web_session.created_at > timedelta(hours=ABSOLUTE_HOURS):
        return None
    return web_session.person
