from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from lms.foundation.forms import Form, Required, choices
from lms.invigilation.core.ruling import FITTING, Grounds, RulingKind, Wish
from lms.invigilation.phrases import GROUNDS, RULINGS
from lms.quizzes.core.attempt import MOST_EXTENSION_MINUTES

_MINUTES = _l("Enter a number of minutes from 1 to 480.")


class TimeForm(Form):
    attempts = SelectMultipleField(_l("Learners"), validate_choice=False)
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


LATE_KINDS = (RulingKind.ADMIT, RulingKind.REFUSE)
LATE_GROUNDS = tuple(dict.fromkeys(grounds for kind in LATE_KINDS for grounds in FITTING[kind]))
_CHOOSE = _l("Choose the grounds.")
_NOTE = _l("Say briefly what happened.")
_NOTE_HINT = _l("For the record. Whoever decides reads it, the learner does not.")


def _grounds(offered: Iterable[Grounds]) -> list[SelectChoice]:
    """None of them stands there by itself: whoever decides chooses."""
    return choices([("", "–"), *((grounds.value, GROUNDS[grounds]) for grounds in offered)])


class LateForm(Form):
    kind = RadioField(_l("What to do"), choices=choices((kind.value, RULINGS[kind]) for kind in LATE_KINDS))
    grounds = SelectField(
        _l("Grounds"),
        [Required(_CHOOSE)],
        choices=_grounds(LATE_GROUNDS),
        description=_l("The learner reads this sentence, in their language."),
    )
    note = TextAreaField(_l("What happened"), [Required(_NOTE), Length(max=500)], description=_NOTE_HINT)
    lowers_pass = BooleanField(_l("Also lower the pass"))
    until_event = IntegerField(widget=HiddenInput())

    def go_on_from(self, until_event: int) -> None:
        """Let the next try cover what has come by now: its sender sees it."""
        self.until_event.raw_data, self.until_event.data = None, until_event

    @property
    def wish(self) -> Wish:
        return Wish(
            RulingKind(self.kind.data),
            Grounds(self.grounds.data),
            self.note.data.strip(),
            lowers_pass=bool(self.lowers_pass.data),
            until_event_id=self.until_event.data,
        )


class VoidForm(Form):
    grounds = SelectField(
        _l("Grounds"),
        [Required(_CHOOSE)],
        choices=_grounds(FITTING[RulingKind.VOID]),
        description=_l("The learner reads this sentence, in their language."),
    )
    note = TextAreaField(_l("What happened"), [Required(_NOTE), Length(max=500)], description=_NOTE_HINT)

    @property
    def wish(self) -> Wish:
        return Wish(RulingKind.VOID, Grounds(self.grounds.data), self.note.data.strip())
