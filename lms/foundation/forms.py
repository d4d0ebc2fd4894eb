"""The base of all forms: WTForms without a CSRF field (the gate checks every unsafe request), our messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, SelectField, SelectMultipleField
from wtforms import Form as WTForm
from wtforms.fields import SelectChoice
from wtforms.meta import DefaultMeta
from wtforms.validators import DataRequired, StopValidation, ValidationError
from wtforms.widgets import HiddenInput

from lms.foundation.carried import is_reopened
from lms.foundation.errors import sentence
from lms.foundation.locale import listed
from lms.kit.problems import Conflict, Invalid, Problem
from lms.kit.text import is_blank
from lms.kit.workdays import FIRST_YEAR, LAST_YEAR

WORDS = {
    "Not a valid choice.": _l("Choose one of the options."),
    "Invalid Choice: could not coerce.": _l("Choose one of the options."),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("Choose one of the options."),
    "'%(value)s' are not valid choices for this field.": _l("Choose one of the options."),
    "Not a valid integer value.": _l("Enter a whole number."),
    "Not a valid date value.": _l("Enter a date."),
    "Not a valid time value.": _l("Enter a time such as 09:30."),
    "Not a valid datetime value.": _l("Enter a date and time."),
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


Check = Callable[[Any], object]


class Form(WTForm):
    """A form that fills itself from the request and takes a problem back onto its field."""

    class Meta(DefaultMeta):
        def get_translations(self, form: WTForm) -> Words:
            return Words()

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        is_filled = request.method == "POST" or is_reopened()
        super().__init__(request.form if formdata is None and is_filled else formdata, **values)

    def is_sent_and_valid(self, **checks: Check) -> bool:
        """Whether this is a POST with valid content.

        ``checks`` ask the database, by field: each gets what was entered and raises a ``Problem`` when it cannot be
        taken. They run beside the form's own, so that whoever sent it hears of everything at once.
        """
        return request.method == "POST" and self.validate({name: [_asking(check)] for name, check in checks.items()})

    def take_back(self, problem: Problem) -> None:
        """Show a problem at its field; a problem without one of ours is raised on."""
        if problem.field is None or problem.field not in self:
            raise problem
        field = self[problem.field]
        field.errors = [*field.errors, sentence(problem)]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which something else is saved than what was typed."""

    label: str
    saved: str
    typed: str


class RevisedForm(Form):
    """A form that changes a row: it carries the revision that its sender saw."""

    revision = IntegerField(widget=HiddenInput())
    behind: list[Difference] | None = None
    """Where something else than what was typed has been saved since the form was shown; None: nothing was saved."""

    @property
    def status(self) -> int:
        """That of the page which shows the form: as it is opened, not taken, or behind."""
        if self.behind is not None:
            return Conflict.status
        return 422 if request.method == "POST" else 200

    def is_saved(self, change: Callable[[], object], row: Any, saved: Callable[[Any], Mapping[str, Any]]) -> bool:
        """Whether the row was changed. If not, the form says why: at a field, or beside what is saved by now.

        ``saved`` gives the row's values by the field's name; it is asked after the row has been read afresh.
        """
        try:
            change()
        except Invalid as problem:
            self.take_back(problem)
        except Conflict:
            self.go_on_from(row.revision)
            self.behind = self.differences(saved(row))
        else:
            return True
        return False

    def go_on_from(self, revision: int) -> None:
        """Let the next save count from this revision: its sender has seen what was saved in the meantime."""
        self.revision.raw_data, self.revision.data = None, revision

    def differences(self, saved: Mapping[str, Any]) -> list[Difference]:
        """Where what was typed is not what is saved; ``saved`` has the values by the field's name."""
        found = []
        for name, value in saved.items():
            field = self[name]
            pair = _shown(field, value), _shown(field, field.data)
            if pair[0] != pair[1]:
                found.append(Difference(field.label.text, *pair))
        return found


def _shown(field: Field, value: Any) -> str:
    """What a field with this value shows: the words of a choice, or of several."""
    if isinstance(field, SelectMultipleField):
        return listed(str(choice.label) for choice in field.choices if choice.value in (value or ()))
    if isinstance(field, SelectField):
        return next((str(choice.label) for choice in field.choices if choice.value == value), str(value or ""))
    return str("" if value is None else value)


def _asking(check: Check) -> Callable[[WTForm, Field], None]:
    def ask(_form: WTForm, field: Field) -> None:
        if field.data and not field.errors:
            try:
                check(field.data)
            except Problem as problem:
                raise ValidationError(sentence(problem)) from problem

    return ask


def of_known_year(_form: WTForm, field: Field) -> None:
    """Lets a day through from which working days can be counted."""
    if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_l("Enter a date from 2000 to 2099; the holidays of other years are not known."))


class Required(DataRequired):
    """Something must be entered that can be seen; says what."""

    def __init__(self, message: Any = None) -> None:
        super().__init__(message or _l("Please fill in this field."))

    def __call__(self, form: WTForm, field: Field) -> None:
        super().__call__(form, field)
        if isinstance(field.data, str) and is_blank(field.data):
            field.errors = []
            raise StopValidation(self.message)


def choices(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """The choices of a select field from pairs of value and label."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]
