from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from lms.analysis.core.populations import Population
from lms.analysis.phrases import ATTEMPTS
from lms.foundation.forms import Form, choices
from lms.reports import phrases


class ReportForm(Form):
    """What every report is asked for with; ``about`` are the fields that say what it is about."""

    about: tuple[str, ...] = ()

    language = SelectField(_l("Language of the report"), choices=choices(list(phrases.LANGUAGES.items())))
    people = SelectField(
        _l("People in the report"),
        choices=choices(list(phrases.PEOPLE.items())),
        description=_l("Names stand only where you may see them, and the audit trail says that they were asked for."),
    )
    reason = StringField(_l("Reason for names"), [Length(max=200)], description=_l("Only needed with names."))
    parts = SelectMultipleField(
        _l("Parts"),
        [InputRequired(_l("Choose at least one part."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        choices=[],
    )
    comment = TextAreaField(_l("Comment"), [Length(max=500)], description=_l("It appears on the first page."))


class AnalysisReportForm(ReportForm):
    about = ("quiz", "cohort", "taken_in", "site", "vendor", "window", "attempts")
    quiz = HiddenField()
    cohort = SelectField(_l("Cohort"))
    taken_in = SelectField(
        _l("Language of the attempts"), choices=choices([("", _l("EN and JA")), ("en", "English"), ("ja", "日本語")])
    )
    site = SelectField(_l("Site"), default="")
    vendor = SelectField(_l("Vendor"), default="")
    window = SelectField(_l("Window"), default="")
    attempts = SelectField(
        _l("Attempts looked at"),
        choices=choices([("" if one is Population.FIRST else one.value, word) for one, word in ATTEMPTS.items()]),
        default="",
    )


class GoLiveReportForm(ReportForm):
    about = ("cohort",)
    cohort = SelectField(_l("Cohort"), choices=[])


class TranscriptForm(ReportForm):
    about = ("person",)
    person = StringField(
        _l("Person"), [Length(max=12)], description=_l("The code of somebody within your reach; empty means yourself.")
    )


class AcknowledgementReportForm(ReportForm):
    about = ("module", "version")
    module = SelectField(_l("Policy"), choices=[])
    version = StringField(_l("Version"), [Length(max=12)], description=_l("Such as 4.2; empty means the one in force."))


class CampaignReportForm(ReportForm):
    about = ("run",)
    run = SelectField(_l("Run"), choices=[])


class MonthlyReportForm(ReportForm):
    about = ("month", "vendor")
    month = SelectField(_l("Month"), choices=[])
    vendor = SelectField(_l("Vendor"), choices=[])
