"""What the page of a dry run shows: rows to mend, changes, notes, and who would be created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request
from flask_babel import gettext as _

from lms.accounts.core.list_checking import BETWEEN_ROLES, CellFinding, Checked
from lms.accounts.core.list_reading import DELIMITERS, Cell
from lms.accounts.core.roles import Role
from lms.accounts.phrases import DELIMITERS as DELIMITER_NAMES
from lms.accounts.phrases import ENCODINGS, FINDINGS, LANGUAGES, ROLES
from lms.kit.findings import Level

MOST_SHOWN = 80
"""So many rows can be mended at once: a form has at most a thousand fields."""
MOST_UNUSED = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """How the list was written: it goes along with the rows, and decides nothing."""

    file: str
    encoding: str
    delimiter: str
    unused: tuple[str, ...]

    @classmethod
    def of_request(cls) -> Origin:
        sent = request.form
        encoding, delimiter = sent.get("encoding", ""), sent.get("delimiter", "")
        return cls(
            sent.get("source", "")[:200],
            encoding if encoding in ENCODINGS else "pasted",
            delimiter if delimiter in DELIMITERS else "tab",
            tuple(sent.getlist("unused")[:MOST_UNUSED]),
        )

    @property
    def encoding_name(self) -> Any:
        return ENCODINGS[self.encoding]

    @property
    def delimiter_name(self) -> Any:
        return DELIMITER_NAMES[self.delimiter]


@dataclass(frozen=True, slots=True)
class Control:
    """A cell that can be typed anew: what stands against it, what its field shows, and what is suggested."""

    cell: Cell
    messages: list[str]
    typed: str
    value: str

    @property
    def is_suggested(self) -> bool:
        return self.value != self.typed


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that is taken otherwise than it was typed."""

    number: int
    cell: Cell
    before: str
    after: str
    why: str


class DryRun:
    """A checked list as its page shows it; ``sites`` has their names by code."""

    def __init__(self, checked: Sequence[Checked], origin: Origin, sites: Mapping[str, str]) -> None:
        self.checked = checked
        self.origin = origin
        self.sites = sites
        self.wrong = [one for one in checked if one.errors]
        self.left_out = [one for one in checked if one.row.is_left_out]
        self.taken = [one for one in checked if one.is_taken]

    @property
    def shown(self) -> list[Checked]:
        """The rows that can be mended now, then those that are left out."""
        return [*self.wrong, *self.left_out][:MOST_SHOWN]

    @property
    def hidden_count(self) -> int:
        return len(self.wrong) + len(self.left_out) - len(self.shown)

    @cached_property
    def changes(self) -> list[Change]:
        return [
            Change(one.row.number, found.cell, found.facts["before"], found.facts["after"], self.told(found))
            for one in self.taken
            for found in one.findings
            if found.level is Level.CHANGED and found.cell is not None
        ]

    @property
    def changed_count(self) -> int:
        """How many rows are taken with a change."""
        return len({change.number for change in self.changes})

    @property
    def notes(self) -> list[tuple[str, list[int]]]:
        """What is good to know, and of which rows."""
        by_text: dict[str, list[int]] = {}
        for one in self.taken:
            for found in one.findings:
                if found.level is Level.WARNING:
                    by_text.setdefault(self.told(found), []).append(one.row.number)
        return list(by_text.items())

    def told(self, found: CellFinding) -> str:
        """The sentence of a finding."""
        facts = {name: self._spoken(fact) for name, fact in found.facts.items()}
        phrase = str(FINDINGS[found.code])
        return phrase % facts if facts else phrase

    def about_row(self, one: Checked) -> list[str]:
        """What stands against a row as a whole."""
        return [self.told(found) for found in one.errors if found.cell is None]

    def controls(self, one: Checked) -> list[Control]:
        """The cells of a row that are to be typed anew: the wrong ones, or all where the row itself is."""
        by_cell: dict[Cell, list[str]] = {cell: [] for cell in Cell} if self.about_row(one) else {}
        for found in one.errors:
            if found.cell is not None:
                by_cell.setdefault(found.cell, []).append(self.told(found))
        return [self._control(one, cell, by_cell[cell]) for cell in Cell if cell in by_cell]

    def _control(self, one: Checked, cell: Cell, messages: list[str]) -> Control:
        typed = one.row.cells[cell].strip()
        meant = one.meant.get(cell, "")
        if cell is Cell.ROLES and meant:
            meant = BETWEEN_ROLES.join(
                str(ROLES.get(Role(part), part)) if part in set(Role) else part for part in meant.split(BETWEEN_ROLES)
            )
        return Control(cell, messages, typed, meant or typed)

    def _spoken(self, fact: Any) -> Any:
        """A fact in the reader's language: roles, languages and sites by their names."""
        if isinstance(fact, tuple):
            return _(", ").join(str(self._spoken(part)) for part in fact)
        if isinstance(fact, Role):
            return ROLES[fact]
        if isinstance(fact, str) and fact in self.sites:
            return _("%(name)s (%(code)s)", name=self.sites[fact], code=fact)
        return LANGUAGES.get(fact, fact) if isinstance(fact, str) else fact
