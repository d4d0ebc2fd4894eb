from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, StringField
from wtforms.validators import Length, Optional, Regexp

from lms.foundation.forms import Form


class ImportForm(Form):
    english = FileField(_l("English file"), description=_l("Markdown, UTF-8."))
    japanese = FileField(_l("Japanese file"), description=_l("Optional; sections are paired with the English ones."))
    code = StringField(
        _l("Code"),
        [Optional(), Length(max=40), Regexp(r"[A-Z0-9-]+\Z", message=_l("Use capitals, digits and hyphens."))],
        description=_l("Only when the file does not say it, such as HAR."),
        filters=[lambda text: text.strip() if text else text],
    )
    skip_errors = BooleanField(
        _l("Leave out what has errors, and import the rest"),
        description=_l("Sections with errors are left out; what remains is a draft."),
    )
    publish = BooleanField(_l("Publish at once"))
