"""Cells and words of a report as they are read, on screen and in print alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from lms.analysis.core.heatmap import NO_STEP, STEPS
from lms.foundation.locale import number, percent, signed
from lms.foundation.templating import emphasis
from lms.kit.figures import percent_down
from lms.kit.tables import Cell, Choices, Figure, Kind, Piece, Spoken, Text, plain
from lms.questions.core.types.cloze import numbered_text

NOTHING = "–"
SIGNS = {"is-fail": "■", "is-risk": "▲", "is-pass": "●", "is-none": "◌", "is-info": "◆"}


def value(found: Any, kind: Kind) -> str:
    """One value in words: numbers by their kind, a dash for nothing.

    >>> value(None, Kind.SHARE), value("<5", Kind.COUNT)
    ('–', '<5')
    """
    if found is None:
        return NOTHING
    if isinstance(found, datetime):
        return found.strftime("%Y-%m-%d %H:%M")
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, str):
        return found
    return _NUMBERS[kind](found)


_NUMBERS: Mapping[Kind, Callable[[float], str]] = {
    Kind.COUNT: lambda found: number(found) if found == int(found) else _figure(found, 1),
    Kind.SHARE: percent,
    Kind.RATIO: lambda found: _figure(found, 2),
    Kind.FIGURE: lambda found: _figure(found, 2),
    Kind.POINTS: lambda found: signed(found),
    Kind.TEXT: lambda found: number(found),
}


def _figure(found: float, digits: int) -> str:
    return number(found, digits).replace("-", "−")


def ends(low: float, high: float, kind: Kind) -> tuple[str, str]:
    """The ends of an interval. Of shares they are rounded outwards, so that no interval looks narrower than it is."""
    if kind == Kind.SHARE:
        return str(math.floor(round(low * 100, 9))), f"{math.ceil(round(high * 100, 9))}%"
    return value(low, kind), value(high, kind)


def kind_of(cell: Cell, kind: Kind) -> Kind:
    """The kind of a cell in a column of this kind."""
    return cell.kind if isinstance(cell, Figure) else kind


def words(text: Text) -> Markup:
    """A text with the language of each of its parts; two languages stand under each other."""
    if isinstance(text, str):
        return escape(text)
    say = _marked if text.is_marked else escape
    spans = [Markup('<span lang="{}">{}</span>').format(language, say(each)) for language, each in text.texts]
    return spans[0] if len(spans) == 1 else Markup('<span class="both">{}</span>').format(Markup("").join(spans))


def in_language(text: Text, language: str) -> Markup:
    """What a text says in one language, else what it says."""
    if isinstance(text, Spoken):
        say = _marked if text.is_marked else escape
        said = dict(text.texts)
        return say(said[language]) if language in said else words(text)
    return escape(text)


def _marked(text: str) -> Markup:
    return emphasis(numbered_text(text))


def cell_words(cell: Cell, kind: Kind) -> Markup:
    """A cell of a table, other than one with pieces or a drawing."""
    if isinstance(cell, Spoken):
        return words(cell)
    if isinstance(cell, Piece):
        return words(cell.text)
    return escape(value(plain(cell), kind_of(cell, kind)))


def step(cell: Cell) -> str:
    """The shade of a share in a heatmap, by the percent that is shown."""
    share = plain(cell)
    if not isinstance(share, float | int):
        return NO_STEP
    return next(name for least, name in STEPS if percent_down(share) >= least)


def is_below(cell: Cell, cut: int | None) -> bool:
    """Whether the percent that is shown lies under the cut."""
    share = plain(cell)
    return cut is not None and isinstance(share, float | int) and percent_down(share) < cut


def is_pieces(cell: Cell) -> bool:
    """Whether a cell is several pieces, one after the other."""
    return isinstance(cell, tuple)


TOOLS: Mapping[str, Any] = {
    "words": words,
    "in_language": in_language,
    "cell_words": cell_words,
    "value": value,
    "ends": ends,
    "kind_of": kind_of,
    "step": step,
    "is_below": is_below,
    "is_pieces": is_pieces,
    "is_piece": lambda cell: isinstance(cell, Piece),
    "is_choices": lambda cell: isinstance(cell, Choices),
    "is_low": lambda cell: isinstance(cell, Figure) and cell.is_low,
    "plain": plain,
    "signs": SIGNS,
}
"""What the templates of reports are given beside their document."""
