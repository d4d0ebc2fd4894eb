from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, SelectField

from lms.analysis.core.sheets import Sheet
from lms.foundation.forms import Form, choices
from lms.production.core.choices import Choices
from lms.production.core.columns import NEEDED, Part
from lms.production.core.days import DayOrder
from lms.production.core.kinds import ImportKind
from lms.production.phrases import KINDS, ORDERS, PARTS

_SHOWN = 24


class UploadForm(Form):
    """A file of a queue tool."""

    file = FileField(_l("File"), description=_l("CSV or XLSX, at most 20,000 rows. The first row names the columns."))
    kind = SelectField(
        _l("What it is"),
        choices=choices(KINDS.items()),
        default=ImportKind.AUDIT,
        description=_l("An audit sample says of each row what was right. Daily output may say so of some."),
    )


def _column(part: Part) -> SelectField:
    return SelectField(PARTS[part])


class ChoicesForm(Form):
    """Which column of a file is which, and how it is read."""

    person = _column(Part.PERSON)
    case = _column(Part.CASE)
    queue = _column(Part.QUEUE)
    decided_on = _column(Part.DECIDED_ON)
    decision = _column(Part.DECISION)
    right_decision = _column(Part.RIGHT_DECISION)
    error_kind = _column(Part.ERROR_KIND)
    section = _column(Part.SECTION)
    day_order = SelectField(_l("How dates are written"), choices=choices(ORDERS.items()))
    leaves_out_errors = BooleanField(_l("Leave out rows with errors, and import the rest"))

    def __init__(self, sheet: Sheet, chosen: Choices) -> None:
        values = {part.value: str(chosen.columns.get(part, "")) for part in Part}
        super().__init__(**values, day_order=chosen.day_order.value, leaves_out_errors=chosen.leaves_out_errors)
        listed = [(str(place), _named(place, sheet)) for place in range(len(sheet.header)) if sheet.header[place]]
        for part in Part:
            none = _l("Choose a column") if part in NEEDED else _l("Not in the file")
            self[part.value].choices = choices([("", none), *listed])

    @property
    def parts(self) -> Sequence[Any]:
        """The fields of the columns."""
        return [self[part.value] for part in Part]

    @property
    def chosen(self) -> Choices:
        """What was chosen, once it is valid."""
        columns = {part: int(self[part.value].data) for part in Part if self[part.value].data}
        return Choices(columns, DayOrder(self.day_order.data), bool(self.leaves_out_errors.data))


def _named(place: int, sheet: Sheet) -> str:
    """The head of a column with a value from it, by which it is known again."""
    value = next((row.cells[place] for row in sheet.rows if row.cells[place]), "")
    short = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return f"{sheet.header[place]}: {short}" if short else sheet.header[place]
