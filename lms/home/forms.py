from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from lms.foundation.forms import Form, Required


class CheckInForm(Form):
    code = StringField(_l("Code shown in the room"), [Required(_l("Enter the four digits."))])
