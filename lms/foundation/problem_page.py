"""The page that says what went wrong: with the navigation of whoever is signed in, and with a way on."""

from __future__ import annotations

import logging
from typing import Any

from flask import current_app, g, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel import refresh
from sqlalchemy.exc import DBAPIError

from lms.foundation.access import ask_anew, asker, take_for_visitor
from lms.foundation.addresses import asked_address, has_page, local_address, page_before
from lms.foundation.db import db
from lms.foundation.transaction import SAFE_METHODS, abandon

log = logging.getLogger("kijun")

_TITLES = {
    400: _l("The request could not be accepted"),
    401: _l("Please sign in"),
    403: _l("No access to this page"),
    404: _l("Page not found"),
    409: _l("This has changed in the meantime"),
    413: _l("This is too large"),
    429: _l("Please wait a moment"),
    500: _l("Something went wrong"),
    503: _l("Please try again in a moment"),
}
_ICONS = {403: "lock", 404: "map-question", 500: "tool"}
_HINTS = {
    403: _l("Nothing was changed. If you need this page for your work, ask your trainer or the administrator."),
    404: _l("Check the address, or start from Today."),
}
_MAY_WORK_NOW = frozenset({409, 429, 500, 503})


def render(status: int, message: str, reference: str | None) -> str:
    """The page for a status. It asks the database only as far as that is known to answer."""
    words: dict[str, Any] = {
        "title": _TITLES.get(status, _TITLES[400 if status < 500 else 500]),
        "message": message,
        "reference": reference,
        "status": status,
        "icon_name": _ICONS.get(status),
        "hint": _HINTS.get(status),
        "again": asked_address() if status in _MAY_WORK_NOW and request.method in SAFE_METHODS else None,
        "back": _way_back(),
    }
    if _is_signed_in():
        try:
            with db.session.no_autoflush:  # what was refused is never written on the way
                return render_template("errors/problem.html", layout="layouts/app.html", **words)
        except Exception:  # whatever broke the page that was asked for may break this one too
            log.exception("the navigation cannot be shown on the page of a problem")
            forget_reader()
    return render_template("errors/problem.html", layout="layouts/bare.html", **words)


def know_reader() -> None:
    """Let an answer outside all routes speak the language of whoever is signed in."""
    if request.endpoint is None and _is_signed_in():
        g.decided = True
        refresh()


def start_anew() -> None:
    """Leave a transaction that failed; the database answers, so who is signed in is read again when it is needed."""
    abandon()
    ask_anew()


def forget_reader() -> None:
    """Give back what the session holds and let nothing of the page ask the database: it may be what failed.

    The page's language is the one chosen before, else that of cookie and browser.
    """
    abandon()
    g.reader_unknown = True
    take_for_visitor()


def _is_signed_in() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    if g.get("reader_unknown") or getattr(view, "without_database", False):
        return False
    try:
        return asker() is not None
    except DBAPIError:
        forget_reader()
        return False


def _way_back() -> str | None:
    """The page that led here: it is there, and what was done on it can be done again."""
    before = page_before()
    if before is None and request.method not in SAFE_METHODS and has_page():
        before = request.path
    return local_address(before) if before != asked_address() or request.method not in SAFE_METHODS else None
