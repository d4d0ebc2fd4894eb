"""An entry of the audit trail as somebody reads it: who, what, before and after, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from lms.audit import phrases
from lms.audit.core.facts import ATTEMPT, PERSON, SESSION, Fact, facts_of, moment_in
from lms.audit.queries import Known
from lms.foundation.journal import AuditEvent
from lms.foundation.locale import day, listed, localized, moment, number

NOTHING = "–"
THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One fact in words; ``before`` is None where the entry says no more than what is."""

    label: str
    value: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Readable:
    """An entry in words."""

    id: int
    n: int
    chain_id: int
    at: datetime
    who: str
    action: str
    object: str
    lines: list[Line]


def read(entry: AuditEvent, known: Known) -> Readable:
    """Put an entry into words, in the reader's language and zone."""
    return Readable(
        id=entry.id,
        n=entry.n,
        chain_id=entry.chain_id,
        at=entry.at,
        who=str(phrases.ACTORS[entry.actor]) if entry.actor in phrases.ACTORS else _in_words(entry.actor, known),
        action=action_name(entry.action),
        object=_object(entry, known),
        lines=[_line(fact, known) for fact in facts_of(entry.detail)],
    )


def action_name(action: str) -> str:
    """What an action is called; an unknown one, of a newer version, by its code."""
    return str(phrases.ACTIONS.get(action, action))


def _object(entry: AuditEvent, known: Known) -> str:
    site, _slash, room = entry.object.rpartition("/")
    if entry.action.startswith("room.") and room.isdecimal() and int(room) in known.rooms:
        return str(_("%(room)s, %(site)s", room=known.rooms[int(room)], site=site))
    if entry.object in phrases.OBJECTS:
        return str(phrases.OBJECTS[entry.object])
    return _in_words(entry.object, known)


def _in_words(text: str, known: Known) -> str:
    """A text with its codes resolved: names beside people, attempts and sessions by what they are."""
    text = ATTEMPT.sub(lambda found: _attempt(found[0], known), text)
    text = SESSION.sub(lambda found: _session(found[0], known), text)
    return PERSON.sub(lambda found: f"{found[0]} {known.names.get(found[0], '')}".strip(), text)


def _attempt(attempt_id: str, known: Known) -> str:
    if attempt_id not in known.attempts:
        return attempt_id
    quiz, person = known.attempts[attempt_id]
    return str(_("%(quiz)s by %(person)s", quiz=quiz, person=person))


def _session(public_id: str, known: Known) -> str:
    found = known.sessions.get(public_id)
    return public_id if found is None else localized(found.title_text)


def _line(fact: Fact, known: Known) -> Line:
    label = str(phrases.FACTS.get(fact.key, fact.key))
    before = _value(fact.key, fact.before, known) if fact.has_before else None
    return Line(label, _value(fact.key, fact.value, known), before)


def _value(key: str, value: Any, known: Known) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    words: Mapping[Any, Any] = phrases.VALUES.get(key, {})
    for kind, spoken in _SPOKEN:
        if isinstance(value, kind):
            return spoken(key, value, known, words)
    return str(value)


def _flag(_key: str, value: bool, _known: Known, _words: Mapping[Any, Any]) -> str:
    return str(phrases.YES_OR_NO[value])


def _number(key: str, value: int, _known: Known, _words: Mapping[Any, Any]) -> str:
    if key != "score":
        return number(value)
    return number(value / THOUSANDTHS, 0 if value % THOUSANDTHS == 0 else 2)


def _list(key: str, value: list[Any], known: Known, _words: Mapping[Any, Any]) -> str:
    return listed(_value(key, inner, known) for inner in value)


def _mapping(key: str, value: Mapping[str, Any], known: Known, words: Mapping[Any, Any]) -> str:
    """A text in two languages, or values by their names; a person's code names no words, so those of the fact hold."""
    if value and set(value) <= {"en", "ja"}:
        return localized(value)
    named = (
        (str(words.get(name, name)), _value(name if name in phrases.VALUES else key, inner, known))
        for name, inner in value.items()
    )
    return listed(_("%(name)s: %(value)s", name=name, value=inner) for name, inner in named)


def _text(key: str, value: str, known: Known, words: Mapping[Any, Any]) -> str:
    if key == "to":
        kind, _space, code = value.partition(" ")
        return " ".join(filter(None, (str(words.get(kind, kind)), code)))
    if value in words:
        return str(words[value])
    instant = moment_in(value)
    if isinstance(instant, datetime):
        return moment(instant) if instant.tzinfo else value
    if isinstance(instant, date):
        return day(instant, pattern="date")
    return _in_words(value, known)


_Spoken = Callable[[str, Any, Known, Mapping[Any, Any]], str]
_SPOKEN: tuple[tuple[type, _Spoken], ...] = (
    (bool, _flag),
    (int, _number),
    (list, _list),
    (dict, _mapping),
    (str, _text),
)
