from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange

from lms.followup.core.kinds import ActionKind
from lms.followup.core.states import NEXT, ActionState
from lms.followup.core.wishes import Draft, Wish
from lms.followup.phrases import STATES
from lms.foundation.forms import Form, Required, RevisedForm, choices, of_known_year

_DUE = _l("Enter the day by which it should be done.")
LONGEST_NOTE = 1000


class OpenForm(Form):
    owner = SelectField(_l("Owner"), [Required(_l("Choose who does this."))], coerce=int)
    due_on = DateField(_l("Due"), [InputRequired(_DUE), of_known_year])
    note = TextAreaField(
        _l("Note for the owner"),
        [Length(max=LONGEST_NOTE)],
        description=_l("What is to be done. The owner and analysts read it."),
    )

    def offer(self, owners: Sequence[tuple[int, str]]) -> None:
        """Let one of these own it; the first is suggested."""
        self.owner.choices = choices(owners)
        if not self.owner.raw_data and owners:
            self.owner.data = owners[0][0]

    def draft(self, kind: ActionKind, finding: str) -> Draft:
        return Draft(kind, finding, self.owner.data, self.due_on.data, self.note.data or "")


class ChangeForm(RevisedForm):
    state = SelectField(_l("State"))
    owner = SelectField(_l("Owner"), coerce=int)
    due_on = DateField(_l("Due"), [InputRequired(_DUE), of_known_year])
    note = TextAreaField(_l("Note for the owner"), [Length(max=LONGEST_NOTE)])
    reason = StringField(
        _l("Reason for dropping it"), [Length(max=200)], description=_l("Only where the state becomes “Dropped”.")
    )

    def offer(self, state: ActionState, owners: Sequence[tuple[int, str]]) -> None:
        self.state.choices = choices((each.value, STATES[each]) for each in NEXT[state])
        self.owner.choices = choices(owners)

    @property
    def wish(self) -> Wish:
        return Wish(
            ActionState(self.state.data),
            self.owner.data,
            self.due_on.data,
            self.note.data or "",
            self.reason.data or "",
        )


class SessionForm(Form):
    """Where a refresher goes on the cohort's timetable."""

    on = DateField(_l("Date"), [InputRequired(_l("Enter a date.")), of_known_year])
    starts = TimeField(_l("Starts"), [InputRequired(_l("Enter a time such as 09:30."))])
    minutes = IntegerField(
        _l("Minutes"),
        [
            InputRequired(_l("Enter a number of minutes from 1 to 720.")),
            NumberRange(1, 720, _l("Enter a number of minutes from 1 to 720.")),
        ],
        default=20,
    )
