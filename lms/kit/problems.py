"""Expected failures: a code, the field it belongs to, and facts.

The sentence is made later, in the reader's language.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Problem(Exception):
    """Something a person can understand and mend.

    ``code`` is a dotted machine word such as ``attempt.closed``; a sentence for it stands in the ``phrases`` of the
    feature. ``field`` names the form field to which the message belongs, if any; ``facts`` fill the sentence's
    placeholders.
    """

    status: ClassVar[int] = 400

    def __init__(self, code: str, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = facts


class Invalid(Problem):
    """The input cannot be taken as it is (400; with a field, it goes back onto the form)."""


class Refused(Problem):
    """The person may not do this (403)."""

    status = 403


class NotFound(Problem):
    """There is no such thing, or it is hidden from this person (404)."""

    status = 404

    def __init__(self, code: str = "not_found", **facts: Any) -> None:
        super().__init__(code, **facts)


class Conflict(Problem):
    """The state has moved on since the person looked (409)."""

    status = 409


class TooMany(Problem):
    """Too many tries; ``facts['minutes']`` says how long to wait (429)."""

    status = 429


class Unavailable(Problem):
    """A part that is needed does not answer just now (503)."""

    status = 503
