from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from lms.foundation.forms import Form, Required
from lms.quizzes.core.attempt import MOST_EXTENSION_MINUTES

_MINUTES = _l("Enter a number of minutes from 1 to 480.")


class TimeForm(Form):
    attempts = SelectMultipleField(_l("People"), validate_choice=False)
    minutes = IntegerField(
        _l("Minutes more"), [InputRequired(_MINUTES), NumberRange(1, MOST_EXTENSION_MINUTES, _MINUTES)]
    )
    reason = StringField(
        _l("Reason"),
        [Required(_l("Enter the reason.")), Length(max=200)],
        description=_l("For example “Fire alarm”. Staff see it here; the learner sees only the new time."),
    )
    seen = IntegerField(widget=HiddenInput())

    def go_on_from(self, seen: int) -> None:
        """Let the next try count from this extension: its sender has seen what was given in the meantime."""
        self.seen.raw_data, self.seen.data = None, seen
