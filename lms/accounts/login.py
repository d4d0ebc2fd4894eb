"""Who is signed in: what stands behind the visitor's session id, read once per request and only when somebody asks.

A session ends 12 hours after the sign-in and not sooner by itself. There is no end for being idle: whoever reads a
policy or sits over a question sends nothing for long, a GET never writes, and so nobody can tell reading from being
away.
``seen_at`` says when somebody last sent something, to within five minutes.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Request, current_app, request
from flask_login import LoginManager, current_user
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person, RoleGrant, WebSession
from lms.foundation import clock, transaction
from lms.foundation.access import Asker, asker
from lms.foundation.db import db, plain
from lms.foundation.sessions import ABSOLUTE_HOURS, stored_id, visit
from lms.sites.models import Site

SEEN_EVERY = timedelta(minutes=5)

_ROLES = (
    select(func.aggregate_strings(RoleGrant.role, " "))
    .where(RoleGrant.person_id == Person.id, RoleGrant.revoked_at.is_(None))
    .scalar_subquery()
)
_BY_ID = (
    select(
        *(WebSession.created_at, WebSession.seen_at, WebSession.confirmed_at),
        *(Person.id, Person.vendor_id, Person.site_id, Person.code, Person.locale, Person.own_zone_name),
        *(Site.zone_name, Person.briefed_version, _ROLES.label("roles")),
    )
    .join_from(WebSession, Person, Person.id == WebSession.person_id)
    .join(Site, Site.id == Person.site_id)
    .where(WebSession.id_sha256 == bindparam("id_sha256"), Person.deactivated_at.is_(None))
)
"""Built once and narrow, for it is asked with every request."""

_ROW = select(Person).where(Person.id == bindparam("person_id")).options(joinedload(Person.grants))

manager = LoginManager()
manager.session_protection = None


def bind(app: Flask) -> None:
    """Connect Flask-Login. A template asks for the row of ``current_user`` by itself; most pages do without."""
    manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user


def find_asker() -> Asker | None:
    """Who stands behind the session id; None for a visitor, an ended session, or somebody deactivated."""
    sid = visit().sent_sid
    if sid is None:
        return None
    id_sha256 = stored_id(sid)
    row = plain(_BY_ID, {"id_sha256": id_sha256}).first()
    if row is None:
        return None
    now = clock.now()
    if now - row.created_at > timedelta(hours=ABSOLUTE_HOURS):
        return None
    if now - row.seen_at >= SEEN_EVERY and _writes(request):
        plain(update(WebSession).where(WebSession.id_sha256 == id_sha256).values(seen_at=now))
    return Asker(
        id=row.id,
        vendor_id=row.vendor_id,
        site_id=row.site_id,
        code=row.code,
        locale=row.locale,
        zone_name=row.own_zone_name or row.zone_name,
        briefed_version=row.briefed_version,
        roles=frozenset((row.roles or "").split()),
        confirmed_at=row.confirmed_at or row.created_at,
    )


@manager.request_loader
def signed_in(_request: Request) -> Person | None:
    """The row of whoever is signed in, for pages and actions that want more of a person than every request does."""
    found = asker()
    if found is None:
        return None
    with db.session.no_autoflush:  # it may be wanted while some row is half made
        return db.session.scalars(_ROW, {"person_id": found.id}).unique().one_or_none()


def _writes(request: Request) -> bool:
    """Whether this request's transaction may write from its beginning on."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method not in transaction.SAFE_METHODS and not getattr(view, "writes_late", False)
