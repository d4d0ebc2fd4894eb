"""The one map from failures to answers: expected problems, HTTP errors, an absent database, our own mistakes."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import (
    Flask,
    Response,
    g,
    jsonify,
    make_response,
    request,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from werkzeug.exceptions import HTTPException

from lms.foundation import problem_page
from lms.kit.problems import Conflict, Problem, TooMany, Unavailable

log = logging.getLogger("kijun")

Sentences = Mapping[str, Any]
_sentences: dict[str, Any] = {
    "not_found": _l("This page does not exist, or it is not open to you."),
    "access.refused": _l("This page cannot be shown."),
    "access.sign_in": _l("Please sign in to go on."),
    "access.step_up": _l("Please confirm your password to go on."),
    "access.form_expired": _l(
        "The form could not be sent because the page was open for too long. Go back, reload the page and send it again."
    ),
    "database.conflict": _l(
        "Somebody did the same thing at the same moment. Nothing was lost. Look at what is there now, then try again."
    ),
    "database.unavailable": _l("The database is not answering at the moment. Nothing was lost. Please try again."),
    "calendar.unknown_country": _l(
        "The holidays of “%(country)s” are not known. Enter the two letters of a country, such as JP or US-TX."
    ),
    "calendar.out_of_range": _l("The calendar does not reach that far. Choose a nearer date."),
    "calendar.unknown_cohort": _l("There is no cohort “%(cohort)s”."),
    "demo.not_empty": _l("The database is in use. The sample is only loaded into an empty one."),
    "http.400": _l("The request could not be read. Nothing was changed."),
    "http.405": _l("This address does not take that kind of request."),
    "http.413": _l("The file is too large."),
    "http.429": _l("Too many requests in a short time. Please wait a minute and try again."),
    "http.500": _l("Something went wrong on our side. What was saved is kept. Please try again."),
}
Page = Callable[[], ResponseReturnValue | None]
_pages: dict[str, Page] = {}


def register(sentences: Sentences) -> None:
    """Add a feature's sentences for its problem codes (``phrases.PROBLEMS``)."""
    _sentences.update(sentences)


def sentence(problem: Problem) -> str:
    """The sentence of a problem in the reader's language, with its facts filled in."""
    template = _sentences[problem.code]
    if callable(template):
        return str(template(**problem.facts))
    return str(template) % problem.facts if problem.facts else str(template)


def answers(code: str) -> Callable[[Page], Page]:
    """Let a feature answer a problem of this code with a page of its own; None leaves it to the general one."""

    def keep(page: Page) -> Page:
        _pages[code] = page
        return page

    return keep


def known_codes() -> frozenset[str]:
    """The codes that have a sentence."""
    return frozenset(_sentences)


def bind(app: Flask) -> None:
    """Connect the map to the app."""

    @app.errorhandler(Problem)
    def expected(problem: Problem) -> Response:
        if problem.code == "database.unavailable":
            problem_page.forget_reader()  # even their language is in the database
        if problem.status in {403, 404}:
            log.info("refused: %s to person %s", problem.code, getattr(g.get("access"), "person_id", None))
        page = _pages.get(problem.code)
        if page is not None and not _wants_json():
            g.failed = True
            own = page()
            if own is not None:
                return make_response(own)
        status = 401 if problem.code == "access.sign_in" else problem.status
        return _answer(status, problem.code, sentence(problem), problem.facts)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        problem_page.know_reader()
        status = error.code or 500
        if status < 400:
            return make_response(error.get_response())
        code = "not_found" if status == 404 else f"http.{status}"
        return _answer(status, code, str(_sentences.get(code, _sentences["http.400"])))

    @app.errorhandler(DBAPIError)
    def database_refused(error: DBAPIError) -> Response:
        if isinstance(error, DataError):  # a number or a letter that no column takes: what was sent is at fault
            problem_page.start_anew()
            return _answer(400, "http.400", str(_sentences["http.400"]))
        if isinstance(error, IntegrityError) and _is_repeated(error):
            problem_page.start_anew()
            return expected(Conflict("database.conflict"))
        if isinstance(error, OperationalError | InterfaceError | InternalError):
            log.exception("database does not answer")
            return expected(Unavailable("database.unavailable"))
        return our_mistake(error)

    @app.errorhandler(Exception)
    def our_mistake(error: Exception) -> Response:
        if app.config["PROPAGATE_EXCEPTIONS"]:
            raise error
        reference = f"R-{secrets.token_hex(3).upper()}"
        log.exception("unexpected failure %s on %s %s", reference, request.method, request.path)
        problem_page.start_anew()
        return _answer(500, "http.500", str(_sentences["http.500"]), {"reference": reference})


def _is_repeated(error: IntegrityError) -> bool:
    """Whether a unique constraint refused a row: two did the same at once. Any other constraint is our mistake."""
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(error.orig)


def _answer(status: int, code: str, message: str, facts: Mapping[str, Any] | None = None) -> Response:
    g.failed = True
    if _wants_json():
        response = jsonify(error=code, message=message, **_plain(facts or {}))
    else:
        page = problem_page.render(status, message, (facts or {}).get("reference"))
        response = make_response(page)
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = "5"
    if status == TooMany.status and "minutes" in (facts or {}):
        response.headers["Retry-After"] = str(60 * int((facts or {})["minutes"]))
    return response


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in facts.items()
        if isinstance(value, str | int | float | bool | list | dict | type(None))
    }


def _wants_json() -> bool:
    return request.is_json or request.accept_mimetypes.best == "application/json"
