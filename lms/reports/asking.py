"""The forms by which reports are asked for, with what each can be about within somebody's reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _

from lms.analysis import queries as analysis
from lms.analysis.phrases import month_name
from lms.campaigns import queries as campaigns
from lms.campaigns.models import RunState
from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.access import Scope
from lms.foundation.forms import choices
from lms.foundation.locale import current, day, localized, zone
from lms.kit.text import fold_code
from lms.policies import queries as policies
from lms.quizzes import queries as quizzes
from lms.reports import forms
from lms.reports.access import Reader
from lms.reports.builders.monthly import months_before
from lms.reports.catalogue import REPORTS
from lms.reports.core.scope import People
from lms.reports.phrases import PEOPLE
from lms.sites.queries import list_vendors


def form_for(code: str, reader: Reader) -> Any | None:
    """The form of a kind, filled from the address and the request; None where something has to be chosen first."""
    form = _FORMS[code](reader)
    if form is None:
        return None
    kind = REPORTS[code]
    form.parts.choices = choices(list(kind.parts.items()))
    if request.method == "GET":
        form.parts.data = list(kind.parts)
    if not kind.has_people or not (reader.has_lists or kind.is_own):
        del form.people, form.reason
    elif not kind.is_own and reader.names.scopes <= {Scope.OWN}:  # of others they see no names anywhere
        form.people.choices = choices([(how, words) for how, words in PEOPLE.items() if how is not People.NAMES])
        del form.reason
    return form


def about_of(form: Any) -> dict[str, str]:
    """What was chosen, by name; the run of a campaign is chosen as one, and named by campaign and period."""
    about = {name: form[name].data or "" for name in form.about}
    if "run" in about:
        about["campaign"], _slash, about["period"] = about.pop("run").partition("/")
    if "person" in about:
        about["person"] = fold_code(about["person"])
    return about


def _asked(form: type[forms.ReportForm]) -> Any:
    asked = {name: request.args.get(name, "") for name in form.about}
    given = request.args.get("language", ""), request.args.get("people", "")
    return form(**asked, language=given[0] or current(), people=given[1] or People.NONE.value)


def _analysis(_reader: Reader) -> Any | None:
    form = _asked(forms.AnalysisReportForm)
    if not form.quiz.data:
        return None
    found = analysis.load_choices(quizzes.get_quiz(form.quiz.data))
    names = ((code, localized(name)) for code, name in found.cohorts.items())
    form.cohort.choices = choices([("", _("All")), *names])
    for field, places in ((form.site, found.places.sites), (form.vendor, found.places.vendors)):
        field.choices = choices([("", _("All")), *((code, localized(name)) for code, name in places.items())])
    form.window.choices = choices([("", _("All")), *((window, month_name(window)) for window in found.windows)])
    return form


def _golive(reader: Reader) -> Any:
    form = _asked(forms.GoLiveReportForm)
    listed = [cohort for cohort, _count in cohorts.list_cohorts(reader.access)]
    form.cohort.choices = choices([(cohort.code, localized(cohort.name_text)) for cohort in reversed(listed)])
    return form


def _transcript(_reader: Reader) -> Any:
    return _asked(forms.TranscriptForm)


def _acknowledgements(_reader: Reader) -> Any:
    form = _asked(forms.AcknowledgementReportForm)
    modules = policies.list_modules(are_retired=False)
    form.module.choices = choices([(module.code, localized(module.title_text)) for module in modules])
    return form


def _campaign(_reader: Reader) -> Any:
    form = _asked(forms.CampaignReportForm)
    listed = campaigns.list_campaigns()
    runs = campaigns.list_runs_of([campaign.id for campaign in listed])
    form.run.choices = choices(
        [
            (f"{campaign.code}/{run.period}", f"{localized(campaign.title_text)} {run.period}")
            for campaign in listed
            for run in reversed(runs.get(campaign.id, []))
            if run.state != RunState.SKIPPED
        ]
    )
    return form


def _monthly(reader: Reader) -> Any:
    form = _asked(forms.MonthlyReportForm)
    today = clock.now().astimezone(zone()).date()
    months = reversed(months_before(f"{today:%Y-%m}", MONTHS_OFFERED))
    form.month.choices = choices([(month, day(date.fromisoformat(f"{month}-01"), pattern="month")) for month in months])
    vendors = list_vendors() if Scope.ALL in reader.access.scopes else []
    every = [(vendor.code, localized(vendor.name_text)) for vendor in vendors]
    form.vendor.choices = choices([("", _("All")), *every])
    return form


MONTHS_OFFERED = 12
_FORMS: Mapping[str, Callable[[Reader], Any | None]] = {
    "analysis": _analysis,
    "golive": _golive,
    "transcript": _transcript,
    "acknowledgements": _acknowledgements,
    "campaign": _campaign,
    "monthly": _monthly,
}
