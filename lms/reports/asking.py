"""The forms by which reports are asked for, with what each can be about within somebody's reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _

from lms.analysis import queries as analysis
from lms.foundation.forms import choices
from lms.foundation.locale import current, localized
from lms.quizzes import queries as quizzes
from lms.reports import forms
from lms.reports.access import Reader
from lms.reports.catalogue import REPORTS
from lms.reports.core.scope import People


def form_for(code: str, reader: Reader) -> Any | None:
    """The form of a kind, filled from the address and the request; None where something has to be chosen first."""
    form = _FORMS[code](reader)
    if form is None:
        return None
    kind = REPORTS[code]
    form.parts.choices = choices(list(kind.parts.items()))
    if request.method == "GET":
        form.parts.data = list(kind.parts)
    if not kind.has_people:
        del form.people
    return form


def _asked(form: type[forms.ReportForm]) -> Any:
    asked = {name: request.args.get(name, "") for name in form.about}
    return form(**asked, language=current(), people=People.NONE.value)


def _analysis(_reader: Reader) -> Any | None:
    form = _asked(forms.AnalysisReportForm)
    if not form.quiz.data:
        return None
    names = analysis.load_cohort_names(quizzes.get_quiz(form.quiz.data))
    form.cohort.choices = choices([("", _("All")), *((code, localized(name)) for code, name in names.items())])
    return form


_FORMS: Mapping[str, Callable[[Reader], Any | None]] = {"analysis": _analysis}
