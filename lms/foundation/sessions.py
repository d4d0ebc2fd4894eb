"""Web sessions: the cookie holds a random id and nothing else.

Who is signed in stands in the table ``web_sessions`` under the id's SHA-256 (``lms/accounts``); a visitor who is not
signed in has an id, for the CSRF secret, but no row. One-time messages travel in a short-lived signed cookie, so that
a GET never writes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Any, cast

from flask import Flask, Request, Response, current_app, session
from flask import request as current_request
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeSerializer

SID = re.compile(r"[A-Za-z0-9_-]{43}")
MESSAGES_COOKIE = "messages"
ABSOLUTE_HOURS = 12
STEP_UP_MINUTES = 15
"""For how long a confirmed password counts where the grants ask for one (``step_up``); signing in confirms it too."""


class WebVisit(dict[str, Any], SessionMixin):
    """One visitor's session in this request: the id, and one-time messages under Flask's own key ``_flashes``."""

    def __init__(self, sid: str | None, messages: list[Any]) -> None:
        super().__init__({"_flashes": messages} if messages else {})
        self.sid = sid or secrets.token_urlsafe(32)
        self.sent_sid = sid
        self.had_messages = bool(messages)

    def rotate(self) -> str:
        """Give the visitor a fresh id (at sign-in and sign-out) and return it."""
        self.sid = secrets.token_urlsafe(32)
        return self.sid


class VisitInterface(SessionInterface):
    """Reads and writes the cookies; never the database."""

    def open_session(self, app: Flask, request: Request) -> WebVisit:
        sid = request.cookies.get(cookie_name(request), "")
        return WebVisit(sid if SID.fullmatch(sid) else None, self._messages(app, request))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        visit = cast(WebVisit, session)
        secure = is_secure()
        if visit.sid != visit.sent_sid and "text/html" in (response.content_type or ""):
            response.set_cookie(cookie_name(), visit.sid, httponly=True, samesite="Lax", secure=secure, path="/")
        messages = visit.get("_flashes")
        if messages:
            value = _serializer(app).dumps(messages)
            response.set_cookie(
                MESSAGES_COOKIE, value, max_age=600, httponly=True, samesite="Lax", secure=secure, path="/"
            )
        elif visit.had_messages:
            response.delete_cookie(MESSAGES_COOKIE, path="/", secure=secure, httponly=True, samesite="Lax")

    def _messages(self, app: Flask, request: Request) -> list[Any]:
        sent = request.cookies.get(MESSAGES_COOKIE)
        if not sent:
            return []
        try:
            loaded = _serializer(app).loads(sent)
        except BadData:
            return []
        return [tuple(message) for message in loaded] if isinstance(loaded, Iterable) else []


def visit() -> WebVisit:
    """The visitor's session."""
    return cast(WebVisit, session._get_current_object())  # type: ignore[attr-defined]


def stored_id(sid: str) -> str:
    """What the table keeps of an id: its SHA-256, so that a leaked table signs nobody in."""
    return hashlib.sha256(sid.encode()).hexdigest()


def csrf_secret(app: Flask) -> bytes:
    """The secret behind this visitor's CSRF tokens (32 bytes), derived from the id and never stored."""
    key = cast(str, app.secret_key).encode()
    return hmac.new(key, b"csrf:" + visit().sid.encode(), hashlib.sha256).digest()


def cookie_name(request: Request | None = None) -> str:
    """``__Host-sid`` under TLS, where the browser enforces host and path; plain ``sid`` on http."""
    return "__Host-sid" if is_secure(request) else "sid"


def is_secure(request: Request | None = None) -> bool:
    """Whether cookies must be secure: the request came by TLS (so say the known proxies), or this is production."""
    return (request or current_request).is_secure or bool(current_app.config["KIJUN"].production)


def _serializer(app: Flask) -> URLSafeSerializer:
    return URLSafeSerializer(cast(str, app.secret_key), salt="kijun.messages")
