from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from lms.audit import phrases
from lms.foundation.errors import sentence
from lms.foundation.forms import Form
from lms.foundation.journal import ACTIONS
from lms.kit.problems import Invalid

REACH = timedelta(days=2)


def _within_reach(_form: Form, field: DateField) -> None:
    """The midnights at the ends of the calendar are instants that no clock has."""
    if field.data and not date.min + REACH < field.data < date.max - REACH:
        raise ValidationError(sentence(Invalid("calendar.out_of_range")))


class FilterForm(Form):
    """The filters of the list, as they stand in its address."""

    who = StringField(phrases.FILTERS["who"], filters=[lambda text: (text or "").strip()])
    action = SelectField(phrases.FILTERS["action"], [Optional()])
    object = StringField(phrases.FILTERS["object"], filters=[lambda text: (text or "").strip()])
    first = DateField(phrases.FILTERS["first"], [Optional(), _within_reach], format=["%Y-%m-%d", "%Y/%m/%d"])
    last = DateField(phrases.FILTERS["last"], [Optional(), _within_reach], format=["%Y-%m-%d", "%Y/%m/%d"])

    def offer_actions(self, prefix: str = "") -> None:
        """Offer the actions that begin so, grouped by what they are about."""
        groups: dict[str, list[tuple[str, Any]]] = {}
        for action in sorted(ACTIONS, key=lambda action: list(phrases.ACTIONS).index(action)):
            if action.startswith(prefix):
                area = str(phrases.AREAS[action.partition(".")[0]])
                groups.setdefault(area, []).append((action, phrases.ACTIONS[action]))
        self.action.choices = {"": [("", _l("All actions"))], **groups}

    def validate_last(self, field: DateField) -> None:
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError(_l("Choose a day that is not before the first one."))
