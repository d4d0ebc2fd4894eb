"""What somebody chooses for a file: which column is which, how dates are written, what becomes of rows with errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.production.core.columns import Part, guessed
from lms.production.core.days import DayOrder


@dataclass(frozen=True, slots=True)
class Choices:
    """``columns`` has the place of a part's column, from 0; a part without one is not in the file."""

    columns: Mapping[Part, int]
    day_order: DayOrder = DayOrder.FROM_FILE
    leaves_out_errors: bool = False

    @classmethod
    def guessed(cls, header: Sequence[str]) -> Choices:
        """The choices to begin with."""
        return cls(guessed(header))

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> Choices:
        """The choices as a document of the database has them."""
        return cls(
            {Part(part): place for part, place in document["columns"].items()},
            DayOrder(document["day_order"]),
            document["leaves_out_errors"],
        )

    def document(self) -> dict[str, Any]:
        """The document that ``stored`` reads."""
        return {
            "columns": {part.value: place for part, place in self.columns.items()},
            "day_order": self.day_order.value,
            "leaves_out_errors": self.leaves_out_errors,
        }
