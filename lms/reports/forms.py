from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import Length

from lms.foundation.forms import Form, choices


class AnalysisReportForm(Form):
    quiz = HiddenField()
    cohort = SelectField(_l("Cohort"))
    taken_in = SelectField(
        _l("Language of the attempts"), choices=choices([("", _l("EN and JA")), ("en", "English"), ("ja", "日本語")])
    )
    language = SelectField(_l("Language of the report"), choices=choices([("en", "English"), ("ja", "日本語")]))
    comment = TextAreaField(
        _l("Comment"), [Length(max=500)], description=_l("It appears on the first page. People appear as numbers only.")
    )
