"""What an entry says of before and after, and which codes stand in it; without sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

PERSON = re.compile(r"\b[LTQPJVA]\d{4,}\b")
"""The code of a person."""
ATTEMPT = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
SESSION = re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b")
"""The public id of a session of the timetable."""
_PAIRS = (("before", "after"), ("from_site", "to_site"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of an entry by its key; with ``has_before`` it is a change from one value to another."""

    key: str
    value: Any
    before: Any = None
    has_before: bool = False


def facts_of(detail: Mapping[str, Any]) -> list[Fact]:
    """The facts of an entry in order: what was before and after first, then the rest by key; what is empty is left out.

    Before and after may be one value each, or values by the name of what changed.

    >>> facts_of({"before": {"kind": "bpo"}, "after": {"kind": "in_house"}, "reason": ""})
    [Fact(key='kind', value='in_house', before='bpo', has_before=True)]
    >>> facts_of({"role": "qa"})
    [Fact(key='role', value='qa', before=None, has_before=False)]
    """
    rest = dict(detail)
    found: list[Fact] = []
    for old, new in _PAIRS:
        if old in rest and new in rest:
            found += _changes(new, rest.pop(old), rest.pop(new))
    return found + [Fact(key, rest[key]) for key in sorted(rest) if rest[key] not in (None, "", [], {})]


def _changes(key: str, before: Any, after: Any) -> Iterator[Fact]:
    is_by_name = isinstance(before, Mapping) and isinstance(after, Mapping) and not _is_localized(before)
    if not is_by_name:
        yield Fact(key, after, before, has_before=True)
        return
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Fact(name, after.get(name), before.get(name), has_before=True)


def _is_localized(value: Mapping[str, Any]) -> bool:
    return bool(value) and set(value) <= {"en", "ja"}


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value of JSON.

    >>> list(texts_in({"people": ["L0001"], "n": 3}))
    ['L0001']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def moment_in(text: str) -> datetime | date | None:
    """The instant or the day that a text in the form of ISO 8601 names, or None.

    >>> moment_in("2026-11-16"), moment_in("HAR v4.2")
    (datetime.date(2026, 11, 16), None)
    """
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return None
