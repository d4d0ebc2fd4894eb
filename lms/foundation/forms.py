"""The base of all forms: WTForms without a CSRF field (the gate checks every unsafe request), our messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import Form as WTForm
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from lms.foundation.errors import sentence
from lms.kit.problems import Problem


class Form(WTForm):
    """A form that fills itself from the request and takes a problem back onto its field."""

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(request.form if formdata is None and request.method == "POST" else formdata, **values)

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
