"""The base of all forms: WTForms without a CSRF field (the gate checks every unsafe request), our messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import Form as WTForm
from wtforms.fields import SelectChoice
from wtforms.meta import DefaultMeta
from wtforms.validators import DataRequired

from lms.foundation.carried import is_reopened
from lms.foundation.errors import sentence
from lms.kit.problems import Problem

WORDS = {
    "Not a valid choice.": _l("Choose one of the options."),
    "Invalid Choice: could not coerce.": _l("Choose one of the options."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("Choose one of the options."),
    "'%(value)s' are not valid choices for this field.": _l("Choose one of the options."),
    "Not a valid integer value.": _l("Enter a whole number."),
    "Not a valid date value.": _l("Enter a date."),
    "Not a valid datetime value.": _l("Enter date and time."),
    "Field cannot be longer than %(max)d characters.": _l("Enter at most %(max)d characters."),
}
"""What WTForms says by itself, in our words: every validator that we use without a message of its own."""
OTHERWISE = _l("Please check what is entered here.")


class Words:
    """Gives WTForms our words in the reader's language."""

    def gettext(self, text: str) -> str:
        return str(WORDS.get(text, OTHERWISE))

    def ngettext(self, _singular: str, plural: str, _count: int) -> str:
        return str(WORDS.get(plural, OTHERWISE))


class Form(WTForm):
    """A form that fills itself from the request and takes a problem back onto its field."""

    class Meta(DefaultMeta):
        def get_translations(self, form: WTForm) -> Words:
            return Words()

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        is_filled = request.method == "POST" or is_reopened()
        super().__init__(request.form if formdata is None and is_filled else formdata, **values)

    def is_sent_and_valid(self) -> bool:
        """Whether this is a POST with valid content."""
        return request.method == "POST" and self.validate()

    def take_back(self, problem: Problem) -> None:
        """Show a problem at its field; a problem without one of ours is raised on."""
        if problem.field is None or problem.field not in self:
            raise problem
        field = self[problem.field]
        field.errors = [*field.errors, sentence(problem)]


class Required(DataRequired):
    """Something must be entered; says what."""

    def __init__(self, message: Any = None) -> None:
        super().__init__(message or _l("Please fill in this field."))


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """The choices of a select field from pairs of value and label."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]
