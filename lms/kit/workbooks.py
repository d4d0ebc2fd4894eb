"""What is read of a spreadsheet workbook, and why one cannot be."""

from __future__ import annotations

from dataclasses import dataclass


class NotAWorkbook(ValueError):
    """The bytes are no workbook that can be read; ``code`` says why."""

    def __init__(self, code: str = "not-a-workbook") -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number in the sheet and its cells as text, none at the end of them empty."""

    number: int
    cells: tuple[str, ...]
