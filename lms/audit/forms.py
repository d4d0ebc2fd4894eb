from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from lms.audit import phrases
from lms.foundation.forms import Form
from lms.foundation.journal import ACTIONS


class FilterForm(Form):
    """The filters of the list, as they stand in its address."""

    who = StringField(_l("Who"), filters=[lambda text: (text or "").strip()])
    action = SelectField(_l("What"), [Optional()])
    object = StringField(_l("Which thing"), filters=[lambda text: (text or "").strip()])
    first = DateField(_l("First day"), [Optional()], format=["%Y-%m-%d", "%Y/%m/%d"])
    last = DateField(_l("Last day"), [Optional()], format=["%Y-%m-%d", "%Y/%m/%d"])

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
            raise ValidationError(_l("This day is before the first one."))
