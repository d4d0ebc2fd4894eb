"""What somebody typed, carried over a page that comes in between, such as a new sign-in.

Nothing is sent for anybody. The form's page is opened again by a request that carries what was typed and that counts as
a GET, so that it cannot write; forms fill themselves from it, and the person sends the form when it is right.

Each form says to whom it was shown: its token ends with a mark of that person which nobody else can make. What was
typed only ever comes back to the same person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, g, request

from lms.foundation.addresses import adapter, has_page
from lms.foundation.security import CSRF_FIELD, FORM_TYPES, is_csrf_token, mark_of, sent_token, signed, unsigned

View = TypeVar("View", bound=Callable[..., Any])
REOPEN = "reopen"
"""The field that makes of a posted form the request for its page: ``whole`` or ``part``."""
LONGEST = 100_000
SECRET_WORDS = ("password", "token")
"""Fields whose names have one of these words are never carried."""
_PURPOSE = "carried"


@dataclass(frozen=True, slots=True)
class Carried:
    """The fields of a form that could not be taken just now."""

    address: str
    """The path of the form's page."""
    mark: str
    """Whose form it was."""
    fields: tuple[tuple[str, str], ...]
    is_whole: bool
    """Whether everything that was entered is here; passwords, files and very long texts are not."""

    def is_of(self, person_id: int) -> bool:
        """Whether this person filled in the form."""
        return bool(self.mark) and self.mark == mark_of(person_id)

    def sealed(self) -> str:
        """As one word for a hidden field."""
        return signed(_PURPOSE, json.dumps([self.address, self.mark, self.fields, self.is_whole], ensure_ascii=False))


def unsealed(word: str | None) -> Carried | None:
    """What a hidden field of ours carries; None when it is empty or not ours."""
    text = unsigned(_PURPOSE, word) if word else None
    if text is None:
        return None
    address, mark, fields, is_whole = json.loads(text)
    return Carried(address, mark, tuple((name, value) for name, value in fields), is_whole)


def of_request() -> Carried | None:
    """What the posted form holds, when its page can be opened again and its token says whose it is; else None."""
    token = request.form.get(CSRF_FIELD, "") if request.mimetype in FORM_TYPES else ""
    mark = token.partition(".")[2]
    if not mark or not has_page():
        return None
    sent = list(request.form.items(multi=True))
    fields = tuple(typed(sent))
    if sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return Carried(request.path, mark, (), is_whole=False)
    is_whole = not request.files and len(fields) == sum(name not in {CSRF_FIELD, REOPEN} for name, _ in sent)
    return Carried(request.path, mark, fields, is_whole)


def passes_on(view: View) -> View:
    """Mark a view that leads on to the page of a form: what is opened anew there comes through here as it was sent."""
    view.passes_on = True  # type: ignore[attr-defined]
    return view


def typed(fields: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """The fields of a form that a page may carry: neither secrets nor what belongs to the page itself."""
    for name, value in fields:
        if name != REOPEN and not any(word in name for word in SECRET_WORDS):
            yield name, value


def is_reopened() -> bool:
    """Whether this request opens a form anew with what was typed in it."""
    return bool(g.get("reopened"))


def is_reopened_in_part() -> bool:
    """Whether something that had been entered could not be carried: a password, a file."""
    return bool(g.get("reopened") == "part")


def bind(app: Flask) -> None:
    """Take a form that comes back for a request for its page, before anything else looks at the request."""

    @app.before_request
    def open_again() -> None:
        if request.method != "POST" or request.mimetype not in FORM_TYPES or REOPEN not in request.form:
            return
        if not is_csrf_token(sent_token()):
            return  # the check of tokens refuses it, as any form
        if getattr(app.view_functions.get(request.endpoint or ""), "passes_on", False):
            return
        rule, arguments = adapter().match(method="GET", return_rule=True)
        request.url_rule, request.view_args = rule, dict(arguments)
        request.method = "GET"
        g.reopened = request.form[REOPEN]
