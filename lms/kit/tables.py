"""A titled table of typed columns: the one source of what CSV and spreadsheets print."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | float | None
_STARTS_A_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


class Kind(StrEnum):
    """What the cells of a column are; a share lies between 0 and 1.

    Any cell may be text that says why there is no figure, or None for nothing.
    """

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    FIGURE = "figure"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its head."""

    head: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A table; each row has a cell for every column."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def disarmed(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: text that begins like one is led by an apostrophe.

    >>> disarmed("=1+1"), disarmed("－2"), disarmed(-2), disarmed("a=b")
    ("'=1+1", "'－2", -2, 'a=b')
    """
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return cell
