"""Who is signed in: the row behind the visitor's session id, read once per request and only when somebody asks.

A session ends 12 hours after the sign-in and not sooner by itself. There is no end for being idle: whoever reads a
policy or sits over a question sends nothing for long, a GET never writes, and so nobody can tell reading from being
away.
``seen_at`` says when somebody last sent something, to within five minutes.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Request, current_app
from flask_login import LoginManager
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person, WebSession
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.sessions import ABSOLUTE_HOURS, stored_id, visit

SEEN_EVERY = timedelta(minutes=5)

_BY_ID = (
    select(WebSession)
    .where(WebSession.id_sha256 == bindparam("id_sha256"))
    .options(joinedload(WebSession.person).joinedload(Person.grants))
)
"""Built once, for it is asked with every request."""

manager = LoginManager()
manager.session_protection = None


def bind(app: Flask) -> None:
    """Connect Flask-Login."""
    manager.init_app(app)


@manager.request_loader
def signed_in(request: Request) -> Person | None:
    """The person behind the session id; None for a visitor, an ended session, or somebody deactivated."""
    sid = visit().sent_sid
    if sid is None:
        return None
    web_session = db.session.scalars(_BY_ID, {"id_sha256": stored_id(sid)}).unique().one_or_none()
    if web_session is None or not web_session.person.is_active:
        return None
    now = clock.now()
    if now - web_session.created_at > timedelta(hours=ABSOLUTE_HOURS):
        return None
    if now - web_session.seen_at >= SEEN_EVERY and _writes(request):
        # a statement, not a changed row: the session may have been ended since it was read
        seen = update(WebSession).where(WebSession.id_sha256 == web_session.id_sha256).values(seen_at=now)
        db.session.execute(seen.execution_options(synchronize_session=False))
    visit().confirmed_at = web_session.confirmed_at or web_session.created_at
    return web_session.person


def _writes(request: Request) -> bool:
    """Whether this request's transaction may write from its beginning on."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method not in transaction.SAFE_METHODS and not getattr(view, "writes_late", False)
