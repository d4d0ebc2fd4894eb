"""Reads the files of ``flask analysis items``: responses, and where given the key and the maxima.

Whatever is wrong is listed and nothing raises. ``facts["file"]`` says which file a finding is about: ``responses``,
``key`` or ``max``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.responses import BoolArray, Cell, FloatArray, Item, Person, Responses, StateArray
from lms.analysis.core.sheets import Notes, Sheet, number, read_sheet
from lms.kit.findings import Finding, Level, has_errors

MOST_OPTIONS = 60
"""With more different answers than this, an item is no choice from a list."""


@dataclass(frozen=True, slots=True)
class Files:
    """The bytes of the files and what the options say about their columns.

    ``group`` names the column of groups and ``focal`` one of its values; ``ignore`` names columns that are no items.
    ``blank_is_zero`` says that an empty cell is a blank answer and not a missing one.
    """

    responses: bytes
    key: bytes | None = None
    maxima: bytes | None = None
    group: str | None = None
    focal: str | None = None
    ignore: Collection[str] = ()
    blank_is_zero: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files meant. ``responses`` holds the rows without errors, and is None when the columns are unclear."""

    responses: Responses | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """One item column, graded; ``wrong`` marks the rows whose cell cannot be taken."""

    item: Item
    shares: FloatArray
    states: StateArray
    wrong: BoolArray
    chosen: BoolArray | None = None


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How cells become shares: by key or by number, and what an empty one is. None stands for a file not given."""

    keys: Mapping[str, str] | None
    maxima: Mapping[str, float] | None
    empty: Cell
    notes: Notes


def read_responses(files: Files) -> Reading:
    """Read a file with a ``person`` column and one column per item.

    Cells are shares from 0 to 1, marks up to the maxima (a file with the columns item, max), or with a key (item, key)
    raw answers. An item without its key or maximum, or with more answers than options can be, is an error and left out;
    there are no responses when nothing is left, or when the group asked for has nobody.

    >>> reading = read_responses(Files(b"person,Q1,Q2\\nL1,1,0.5\\nL2,x,\\n"))
    >>> reading.responses.shares.tolist()
    [[1.0, 0.5]]
    >>> [(finding.code, finding.line, finding.column) for finding in reading.findings]
    [('not-a-number', 3, 2)]
    """
    notes, of_key, of_maxima = Notes("responses"), Notes("key"), Notes("max")
    sheet = read_sheet(files.responses, notes)
    keys = None if files.key is None else _pairs(files.key, "key", of_key)
    texts = None if files.maxima is None else _pairs(files.maxima, "max", of_maxima)
    maxima = None if texts is None else _maxima(texts, of_maxima)
    responses = None
    if sheet is not None and (places := _item_places(sheet, files, notes)):
        names = [sheet.header[place] for place in places]
        if keys is not None:
            _compare(names, keys, "item-without-key", of_key)
        if texts is not None:
            _compare(names, texts, "item-without-maximum", of_maxima)
        known = [names for names in (keys, maxima) if names is not None]
        places = [place for place in places if all(sheet.header[place] in names for names in known)]
        scheme = _Scheme(
            None if keys is None else {item: text for item, (_, text) in keys.items()},
            maxima,
            Cell.BLANK if files.blank_is_zero else Cell.MISSING,
            notes,
        )
        if places:
            responses = _responses(sheet, places, files, scheme)
    return Reading(responses, (*notes.in_order(), *of_key.in_order(), *of_maxima.in_order()))


def _item_places(sheet: Sheet, files: Files, notes: Notes) -> list[int]:
    """The places of the item columns; none when a column that must be there is not."""
    named = {"person", *files.ignore} | ({files.group} if files.group is not None else set())
    missing = sorted(named - set(sheet.header))
    for name in missing:
        if name == "person":
            notes.error("no-person-column", sheet.line)
        else:
            notes.error("unknown-column", sheet.line, name=name, columns=[column for column in sheet.header if column])
    if missing:
        return []
    places = [place for place, name in enumerate(sheet.header) if name and name not in named and name != "group"]
    if not places:
        notes.error("no-items", sheet.line)
    return places


def _responses(sheet: Sheet, places: Sequence[int], files: Files, scheme: _Scheme) -> Responses | None:
    wrong = _wrong_people(sheet, scheme.notes)
    lines = [row.line for row in sheet.rows]
    columns = []
    for place in places:
        cells = [row.cells[place] for row in sheet.rows]
        column = _graded(sheet.header[place], cells, scheme)
        _report_cells(column, cells, lines, place + 1, scheme)
        if scheme.keys is not None and column.wrong.any():
            continue  # no question has so many answers: the item is at fault, not the people
        columns.append(column)
        wrong |= column.wrong
    people = _people(sheet, files, scheme.notes)
    if not people and not has_errors(scheme.notes.findings):
        scheme.notes.error("no-people")
    is_focal_missing = files.focal is not None and all(person.group != files.focal for person in people)
    if not columns or (is_focal_missing and people):
        return None
    sound = ~wrong
    return Responses(
        people=tuple(person for person, keep in zip(people, sound, strict=True) if keep),
        items=tuple(column.item for column in columns),
        shares=np.column_stack([column.shares for column in columns])[sound],
        states=np.column_stack([column.states for column in columns])[sound],
        chosen={column.item.code: column.chosen[sound] for column in columns if column.chosen is not None},
    )


def _wrong_people(sheet: Sheet, notes: Notes) -> BoolArray:
    place = sheet.header.index("person")
    wrong = np.zeros(len(sheet.rows), dtype=np.bool_)
    seen: dict[str, int] = {}
    for index, row in enumerate(sheet.rows):
        name = row.cells[place]
        if not name:
            notes.error("no-person", row.line, place + 1)
        elif name in seen:
            notes.error("duplicate-person", row.line, place + 1, person=name, first=seen[name])
        else:
            seen[name] = row.line
            continue
        wrong[index] = True
    return wrong


def _people(sheet: Sheet, files: Files, notes: Notes) -> list[Person]:
    names = sheet.header.index("person")
    if files.group is None:
        return [Person(row.cells[names]) for row in sheet.rows]
    place = sheet.header.index(files.group)
    groups = sorted({row.cells[place] for row in sheet.rows} - {""})
    if files.focal is not None and files.focal not in groups:
        notes.error("unknown-focal", sheet.line, place + 1, focal=files.focal, groups=groups[:10])
    elif groups and len(groups) < 2:
        notes.add(Level.WARNING, "one-group", sheet.line, place + 1, group=groups[0])
    without = sum(not row.cells[place] for row in sheet.rows)
    if without:
        notes.add(Level.WARNING, "people-without-group", sheet.line, place + 1, people=without)
    return [Person(row.cells[names], group=row.cells[place] or None) for row in sheet.rows]


def _graded(name: str, cells: Sequence[str], scheme: _Scheme) -> _Column:
    maximum = 1.0 if scheme.maxima is None else scheme.maxima[name]
    if scheme.keys is not None:
        return _graded_by_key(Item(name, maximum), cells, scheme.keys[name], scheme.empty)
    shares = {cell: _share(cell, maximum) for cell in set(cells)}
    found = np.array([shares[cell] for cell in cells], dtype=np.float64)
    empty = np.array([cell == "" for cell in cells], dtype=np.bool_)
    wrong = np.isnan(found) & ~empty
    return _Column(Item(name, maximum), np.nan_to_num(found), _states(empty, scheme.empty), wrong)


def _graded_by_key(item: Item, cells: Sequence[str], key: str, empty: Cell) -> _Column:
    options = sorted({*cells, key} - {""})
    wrong = np.zeros(len(cells), dtype=np.bool_)
    if len(options) > MOST_OPTIONS:
        return _Column(item, np.zeros(len(cells)), np.zeros(len(cells), dtype=np.int8), ~wrong)
    place = {option: index for index, option in enumerate(options)}
    picked = np.array([place.get(cell, -1) for cell in cells], dtype=np.int64)
    return _Column(
        Item(item.code, item.maximum, tuple(options), frozenset({key} - {""})),
        (picked == place.get(key, -2)).astype(np.float64),
        _states(picked < 0, empty),
        wrong,
        picked[:, np.newaxis] == np.arange(len(options)),
    )


def _states(empty: BoolArray, meaning: Cell) -> StateArray:
    return np.where(empty, np.int8(meaning), np.int8(Cell.ANSWERED))


def _share(cell: str, maximum: float) -> float:
    """The share that a cell means; NaN when it means none."""
    share = number(cell) / maximum
    return min(share, 1.0) if 0 <= share <= 1 + 1e-9 else math.nan


def _report_cells(column: _Column, cells: Sequence[str], lines: Sequence[int], place: int, scheme: _Scheme) -> None:
    item = column.item
    if scheme.keys is not None and column.wrong.any():
        scheme.notes.error("too-many-answers", lines[0], place, item=item.code, most=MOST_OPTIONS)
        return
    for row in np.flatnonzero(column.wrong).tolist():
        if math.isnan(number(cells[row])):
            scheme.notes.error("not-a-number", lines[row], place, item=item.code, value=cells[row])
        else:
            maximum = f"{item.maximum:g}"
            scheme.notes.error("out-of-range", lines[row], place, item=item.code, value=cells[row], maximum=maximum)


def _pairs(raw: bytes, value: str, notes: Notes) -> dict[str, tuple[int, str]]:
    """A file with an ``item`` column and one of values: each item's line and value."""
    sheet = read_sheet(raw, notes)
    if sheet is None:
        return {}
    item_place, value_place = sheet.place("item"), sheet.place(value)
    for name, place in (("item", item_place), (value, value_place)):
        if place is None:
            notes.error("missing-column", sheet.line, name=name)
    if item_place is None or value_place is None:
        return {}
    pairs: dict[str, tuple[int, str]] = {}
    for row in sheet.rows:
        item, text = row.cells[item_place], row.cells[value_place]
        if not item:
            notes.error("no-item", row.line, item_place + 1)
        elif item in pairs:
            notes.error("duplicate-item", row.line, item_place + 1, item=item, first=pairs[item][0])
        elif not text:
            notes.error("no-value", row.line, value_place + 1, item=item)
        else:
            pairs[item] = (row.line, text)
    return pairs


def _maxima(texts: Mapping[str, tuple[int, str]], notes: Notes) -> dict[str, float]:
    maxima = {}
    for item, (line, text) in texts.items():
        maximum = number(text)
        if 0 < maximum < math.inf:
            maxima[item] = maximum
        else:
            notes.error("bad-maximum", line, item=item, value=text)
    return maxima


def _compare(items: Sequence[str], given: Mapping[str, tuple[int, str]], code: str, notes: Notes) -> None:
    """Note the items that a key or maxima file lacks, and those that only it has."""
    if not given:
        return  # the file itself has an error already
    for item in items:
        if item not in given:
            notes.error(code, item=item)
    for item, (line, _) in given.items():
        if item not in items:
            notes.add(Level.WARNING, "unknown-item", line, item=item)
