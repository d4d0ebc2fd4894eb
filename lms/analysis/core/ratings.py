"""Reads the file of ``flask analysis agreement``: one row per unit, one column per rater.

Whatever is wrong is listed and nothing raises. A column named ``unit`` is the row's name, one named ``count`` its
weight.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.agreement import Measure, Ratings
from lms.analysis.core.responses import BoolArray, IntArray
from lms.analysis.core.sheets import Notes, Sheet, number, read_sheet
from lms.kit.findings import Finding, Level, has_errors

MOST_COUNT = 10**9
"""A weight above this is taken for a slip."""


@dataclass(frozen=True, slots=True)
class RatingsReading:
    """What the file meant. ``ratings`` holds the rows without errors, and is None when the columns are unclear."""

    ratings: Ratings | None
    findings: tuple[Finding, ...]


def read_ratings(raw: bytes, measure: Measure) -> RatingsReading:
    """Read a file of ratings; an empty cell is missing, and every other level than nominal needs numbers.

    Ratings that are all numbers compare as such, so that 1 and 1.0 are one value; names compare after NFKC.

    >>> reading = read_ratings(b"unit,A,B,count\\nu1,yes,yes,20\\nu2,no,,5\\n", Measure.NOMINAL)
    >>> reading.ratings.values.tolist(), reading.ratings.counts.tolist()
    ([[1, 1], [0, -1]], [20, 5])
    >>> [(one.code, one.line, one.column) for one in read_ratings(b"A,B\\n1,x\\n", Measure.RATIO).findings]
    [('not-a-number', 2, 2)]
    """
    notes = Notes("ratings")
    sheet = read_sheet(raw, notes)
    ratings = None if sheet is None else _ratings(sheet, measure, notes)
    return RatingsReading(ratings, tuple(notes.in_order()))


def _ratings(sheet: Sheet, measure: Measure, notes: Notes) -> Ratings | None:
    places = [place for place, name in enumerate(sheet.header) if name and name not in {"unit", "count"}]
    if not places:
        notes.error("no-raters", sheet.line)
        return None
    if not sheet.rows and not has_errors(notes.findings):
        notes.error("no-units")
    wrong = _wrong_units(sheet, notes)
    counts = _counts(sheet, wrong, notes)
    columns = [[unicodedata.normalize("NFKC", row.cells[place]) for row in sheet.rows] for place in places]
    meanings = {text: number(text) for text in {cell for column in columns for cell in column} - {""}}
    if measure is not Measure.NOMINAL:
        _check_numbers(sheet, places, columns, meanings, measure, wrong, notes)
    for place, column in zip(places, columns, strict=True):
        if sheet.rows and not any(column):
            notes.add(Level.WARNING, "empty-rater", sheet.line, place + 1, rater=sheet.header[place])
    sound = ~wrong
    if not sound.any():
        return None
    return _laid_out([[cell for cell, keep in zip(c, sound, strict=True) if keep] for c in columns], counts[sound])


def _wrong_units(sheet: Sheet, notes: Notes) -> BoolArray:
    wrong = np.zeros(len(sheet.rows), dtype=np.bool_)
    place = sheet.place("unit")
    if place is None:
        return wrong
    seen: dict[str, int] = {}
    for index, row in enumerate(sheet.rows):
        name = row.cells[place]
        if not name:
            notes.error("no-unit", row.line, place + 1)
        elif name in seen:
            notes.error("duplicate-unit", row.line, place + 1, unit=name, first=seen[name])
        else:
            seen[name] = row.line
            continue
        wrong[index] = True
    return wrong


def _counts(sheet: Sheet, wrong: BoolArray, notes: Notes) -> IntArray:
    """The weights, 1 where no column has them; rows whose weight is none are marked as wrong."""
    place = sheet.place("count")
    counts = np.ones(len(sheet.rows), dtype=np.int64)
    if place is None:
        return counts
    for index, row in enumerate(sheet.rows):
        value = number(row.cells[place])
        if 0 <= value <= MOST_COUNT and value == math.floor(value):
            counts[index] = int(value)
        else:
            notes.error("bad-count", row.line, place + 1, value=row.cells[place])
            wrong[index] = True
    return counts


def _check_numbers(
    sheet: Sheet,
    places: Sequence[int],
    columns: Sequence[Sequence[str]],
    meanings: dict[str, float],
    measure: Measure,
    wrong: BoolArray,
    notes: Notes,
) -> None:
    """Note what has no place on the level of measurement, and mark its row as wrong."""
    lowest = 0.0 if measure is Measure.RATIO else -math.inf
    bad = {text for text, value in meanings.items() if not math.isfinite(value) or value < lowest}
    if not bad:
        return
    for place, column in zip(places, columns, strict=True):
        for index, cell in enumerate(column):
            if cell in bad:
                code = "negative-rating" if math.isfinite(meanings[cell]) else "not-a-number"
                rater = sheet.header[place]
                notes.error(code, sheet.rows[index].line, place + 1, item=rater, value=sheet.rows[index].cells[place])
                wrong[index] = True


def _laid_out(columns: Sequence[Sequence[str]], counts: IntArray) -> Ratings:
    texts = sorted({cell for column in columns for cell in column} - {""})
    meanings = [number(text) for text in texts]
    numbers = None
    places = np.arange(len(texts))
    if all(math.isfinite(value) for value in meanings):
        numbers, places = np.unique(np.array(meanings, dtype=np.float64), return_inverse=True)
    place_of = {"": -1} | {text: int(place) for text, place in zip(texts, places, strict=True)}
    values = np.array([[place_of[cell] for cell in column] for column in columns], dtype=np.int64).T
    size = len(texts) if numbers is None else len(numbers)
    return Ratings(np.ascontiguousarray(values), counts, size, numbers)
