"""A titled table of typed columns: the one source of what pages, PDF, CSV and spreadsheets print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

_STARTS_A_FORMULA = tuple("=+-@＝＋－＠\t\r\n")


class Kind(StrEnum):
    """What the cells of a column are; a share lies between 0 and 1.

    A ratio is a share that is read as 0.38, not as 38 %. Any cell may be text that says why there is no figure, or None
    for nothing.
    """

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    RATIO = "ratio"
    FIGURE = "figure"
    POINTS = "points"
    """Percentage points with their sign: a difference of two shares times 100."""
    DAY = "day"
    MOMENT = "moment"
    """A day with its time, in the zone that the head of the column names."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text whose language is known, in one language or in several: (language, words).

    ``is_marked`` says that the words may hold ``<em>``.
    """

    texts: tuple[tuple[str, str], ...]
    is_marked: bool = False

    def __str__(self) -> str:
        """All that is said, once each, without marks.

        >>> str(Spoken((("en", "Pass <em>rate</em>"), ("ja", "合格率")), is_marked=True))
        'Pass rate / 合格率'
        """
        words = " / ".join(dict.fromkeys(words for _language, words in self.texts))
        return words.replace("<em>", "").replace("</em>", "") if self.is_marked else words


Text = str | Spoken


@dataclass(frozen=True, slots=True)
class Piece:
    """Words with a state beside them (``is-fail``), that lead to another place of a document, or are such a place."""

    text: Text
    state: str = ""
    to: str = ""
    anchor: str = ""

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of another kind than its column's, or one that stands out because it is low."""

    value: float | None
    kind: Kind
    is_low: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """How often each option was chosen: its letter, the share, whether it is a key."""

    shares: tuple[tuple[str, float, bool], ...]

    def __str__(self) -> str:
        """The shares in words; an asterisk marks the key.

        >>> str(Choices((("A", 0.38, True), ("B", 0.5, False))))
        'A* 38%, B 50%'
        """
        return ", ".join(
            f"{letter}{'*' if is_key else ''} {int(share * 100 + 1e-9)}%" for letter, share, is_key in self.shares
        )


Plain = str | int | float | date | datetime | None
Cell = Plain | Spoken | Piece | Figure | Choices | tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its head; ``note`` stands small below it. What is not ``is_printed`` is for files of data only."""

    head: Text
    kind: Kind = Kind.TEXT
    note: Text = ""
    is_printed: bool = True

    @property
    def name(self) -> str:
        """The head in one line."""
        return f"{self.head} ({self.note})" if self.note else str(self.head)


@dataclass(frozen=True, slots=True)
class Table:
    """A table; each row has a cell for every column."""

    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def names(self) -> list[str]:
        """The heads in one line each, every one of them once: a head that stands there again is numbered.

        >>> Table("", (Column("n"), Column("Site"), Column("n")), ()).names
        ['n', 'Site', 'n 2']
        """
        found: list[str] = []
        for column in self.columns:
            name, number = column.name, 2
            while name in found:
                name, number = f"{column.name} {number}", number + 1
            found.append(name)
        return found


def plain(cell: Cell) -> Plain:
    """What a file of data has of a cell.

    >>> plain((Piece("Weak"), Piece("Indicative"))), plain(Figure(0.5, Kind.SHARE)), plain(3)
    ('Weak, Indicative', 0.5, 3)
    """
    if isinstance(cell, tuple):
        return ", ".join(str(piece) for piece in cell)
    if isinstance(cell, Figure):
        return cell.value
    return str(cell) if isinstance(cell, Spoken | Piece | Choices) else cell


def disarmed(cell: Plain) -> Plain:
    """A cell that no spreadsheet takes for a formula: text that begins like one is led by an apostrophe.

    >>> disarmed("=1+1"), disarmed("－2"), disarmed(-2), disarmed("a=b")
    ("'=1+1", "'－2", -2, 'a=b')
    """
    if isinstance(cell, str) and cell.lstrip(" \u3000").startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return cell
