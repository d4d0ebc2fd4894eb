"""The questions of a bank as its list shows them: which stand in it, in which order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.search import found_by
from lms.kit.text import reading_key
from lms.questions.core.checks import LOCALES
from lms.questions.core.question import Difficulty, Text, missing_languages

NOT_RETIRED = ""
ALL = "all"
WAITING = "waiting"
_EMPHASIS = re.compile(r"</?em>")
SORTS = ("code", "section", "difficulty", "state", "changed")


@dataclass(frozen=True, slots=True)
class Row:
    """A question in the list. ``version`` is None while it has only a draft; ``gaps`` are languages that it lacks."""

    id: int
    code: str
    state: str
    type: str
    name: Text
    difficulty: str
    changed_at: datetime
    version: int | None = None
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    gaps: frozenset[str] = frozenset()
    words: str = ""
    has_draft: bool = False
    is_waiting: bool = False
    """Whether its draft waits for a second person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of a list asks for."""

    words: str = ""
    section: str = ""
    state: str = NOT_RETIRED
    gap: str = ""
    tag: str = ""
    sort: str = "code"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.section or self.gap or self.tag or self.state)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions of a bank are in each state."""

    total: int
    by_state: Mapping[str, int] = field(default_factory=dict)


def facts_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a row shows of a body: its name, section, tags, missing languages, and the words that a search finds."""
    options = [option for group in body["groups"].values() for option in group if "section" not in option]
    shown = [body["prompt"], *(option["text"] for option in options), *([body["case"]] if body.get("case") else [])]
    return {
        "type": body["type"],
        "name": body["name"] or body["prompt"],
        "difficulty": body["difficulty"],
        "sections": tuple(body["sections"]),
        "tags": tuple(body["tags"]),
        "gaps": missing_languages(shown, LOCALES),
        "words": "\n".join([*body["name"].values(), *body["prompt"].values()]),
    }


def found_in_question(body: Mapping[str, Any]) -> str:
    """Name and prompt of a body in all languages, as they are searched.

    >>> found_in_question({"name": {"en": "Second account"}, "prompt": {"ja": "<em>違反</em>か。"}})
    'second account\\n違反か。'
    """
    texts = [*body.get("name", {}).values(), *body.get("prompt", {}).values()]
    return found_by(_EMPHASIS.sub("", text) for text in texts)


def selected(rows: Sequence[Row], wanted: Wanted, places: Mapping[str, int]) -> list[Row]:
    """The rows that fit, sorted. ``places`` says where each section stands in its policy."""
    last, degrees = len(places), [degree.value for degree in Difficulty]
    keys: Keys[Row] = {
        "code": lambda row: row.code,
        "section": lambda row: min((places.get(name, last) for name in row.sections), default=last),
        "difficulty": lambda row: degrees.index(row.difficulty),
        "state": lambda row: row.state,
        "changed": lambda row: row.changed_at,
    }
    return sorted_rows((row for row in rows if _fits(row, wanted)), Order.of(wanted.sort, SORTS), keys)


def counts(rows: Sequence[Row]) -> Counts:
    """How many rows are in each state."""
    states = [row.state for row in rows]
    return Counts(len(rows), {state: states.count(state) for state in states})


def _fits(row: Row, wanted: Wanted) -> bool:
    found = reading_key(f"{row.code}\n{row.words}")
    return (
        all(word in found for word in reading_key(wanted.words).split())
        and (not wanted.section or wanted.section in row.sections)
        and (not wanted.tag or wanted.tag in row.tags)
        and (not wanted.gap or wanted.gap in row.gaps)
        and _is_in_state(row, wanted.state)
    )


def _is_in_state(row: Row, state: str) -> bool:
    if state == WAITING:
        return row.is_waiting
    if state == NOT_RETIRED:
        return row.state != "retired"
    return state in (ALL, row.state)
