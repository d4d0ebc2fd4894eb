"""What a search finds, under each feature's own rules of who may see it. Nothing of it is kept or logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lms.accounts import queries as accounts
from lms.cohorts.queries import sessions
from lms.foundation.access import access_for, may
from lms.kit.pages import SIZE, Page
from lms.kit.search import words_of
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion
from lms.policies.queries import SectionText, finding
from lms.questions import queries as questions

SHOWN = 6
"""How many of each kind stand on the first page."""


class Kind(StrEnum):
    """What can be found, in the order in which it is shown."""

    SECTIONS = "sections"
    QUESTIONS = "questions"
    SESSIONS = "sessions"
    PEOPLE = "people"


ACTIONS: Mapping[Kind, str] = {
    Kind.SECTIONS: "policy.read",
    Kind.QUESTIONS: "question.read",
    Kind.SESSIONS: "cohort.read",
    Kind.PEOPLE: "person.list",
}
"""Who may do this finds things of this kind, as far as it reaches for them."""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of a kind: the part that is shown, and which part of how many it is."""

    kind: Kind
    found: Sequence[Any]
    page: Page


@dataclass(frozen=True, slots=True)
class FoundSection:
    version: PolicyVersion
    section: SectionText


@dataclass(frozen=True, slots=True)
class Result:
    """Groups in order; ``kinds`` are those that were looked through."""

    words: Sequence[str]
    kinds: Sequence[Kind]
    groups: Sequence[Group]

    @property
    def count(self) -> int:
        return sum(group.page.count for group in self.groups)


def find_all(asked: str, now: datetime) -> Result:
    """The first of every kind that whoever asks may see."""
    return _search(words_of(asked), allowed_kinds(), now, 1, SHOWN)


def find_kind(asked: str, kind: Kind, now: datetime, page: int) -> Result:
    """A page of one kind."""
    return _search(words_of(asked), [kind], now, page, SIZE)


def allowed_kinds() -> list[Kind]:
    """The kinds of which whoever asks may see anything."""
    return [kind for kind in Kind if may(ACTIONS[kind])]


def _search(words: Sequence[str], kinds: Sequence[Kind], now: datetime, page: int, size: int) -> Result:
    groups = []
    for kind in kinds if words else ():
        found, load = _SOURCES[kind](words, now)
        part = Page.of(len(found), page, size)
        if found:
            groups.append(Group(kind, load(found[part.offset : part.last]), part))
    return Result(words, kinds, groups)


Source = tuple[Sequence[Any], Callable[[Sequence[Any]], Sequence[Any]]]
"""What is found in order, and how a part of it is loaded."""


def _sections(words: Sequence[str], now: datetime) -> Source:
    return finding.list_found(words, now), _load_sections


def _load_sections(found: Sequence[finding.Found]) -> list[FoundSection]:
    ids = {entry.section_id for entry in found}
    listed = policies.load_sections({entry.version.id for entry in found}, only=ids)
    texts = {section.section_id: section for sections in listed.values() for section in sections}
    return [FoundSection(entry.version, texts[entry.section_id]) for entry in found]


def _questions(words: Sequence[str], _now: datetime) -> Source:
    return questions.list_found(words), questions.load_found


def _sessions(words: Sequence[str], now: datetime) -> Source:
    return sessions.list_found(access_for(ACTIONS[Kind.SESSIONS]), words, now), sessions.load_found


def _people(words: Sequence[str], _now: datetime) -> Source:
    return accounts.list_found(access_for(ACTIONS[Kind.PEOPLE]), words), accounts.load_found


_SOURCES: Mapping[Kind, Callable[[Sequence[str], datetime], Source]] = {
    Kind.SECTIONS: _sections,
    Kind.QUESTIONS: _questions,
    Kind.SESSIONS: _sessions,
    Kind.PEOPLE: _people,
}
