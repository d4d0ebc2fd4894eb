"""Notices: the one door by which a feature tells people what concerns them, inside the transaction of its action.

A feature says the kind, what it is about, whom it concerns, and facts. What is kept are code and facts; the sentence
is made when somebody reads it, in their language and zone. Who keeps them registers itself, so that a feature need
not know it, whatever its level.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from flask import current_app

from lms.foundation import locale

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a notice of this kind says, and where it leads.

    The sentence names facts. What a fact is shows in its name: ``_text`` is a text by language, ``_at`` an instant,
    ``_on`` a day, ``zone_name`` the zone of them all (else the reader's); ``words`` gives the names of codes.
    """

    sentence: Any
    endpoint: str
    arguments: tuple[str, ...] = ()
    """The facts that stand in the address of the page."""
    words: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)
    is_required: bool = False
    """Whether it is mailed to those, too, who want no daily mail: something has to be done by a day."""


class Keeper(Protocol):
    """Keeps notices, and lets them be done with."""

    def tell(self, kind: str, about: str, people: Collection[int], facts: Facts, *, anew: bool) -> None: ...

    def settle(self, kinds: Collection[str], about: str, people: Collection[int] | None) -> None: ...


_kinds: dict[str, Kind] = {}
_keepers: list[Keeper] = []


def register(kinds: Mapping[str, Kind]) -> None:
    """Take in the kinds of a feature."""
    _kinds.update(kinds)


def keep_by(keeper: Keeper) -> None:
    """Let notices be kept by this one."""
    _keepers[:] = [keeper]


def tell(kind: str, about: str, people: Collection[int], *, anew: bool = True, **facts: Any) -> None:
    """Tell people, by id, of something; who has been told of the same thing before is told anew in its place.

    With ``anew=False`` whoever was told the same facts already is left in peace: for work that looks again and again.
    """
    if kind not in _kinds:
        raise ValueError(f"unknown kind of notice {kind!r}")
    kept = {name: _kept(value) for name, value in facts.items()}
    for keeper in _keepers:
        if people:
            keeper.tell(kind, about, people, kept, anew=anew)


def settle(*kinds: str, about: str, people: Collection[int] | None = None) -> None:
    """Nothing more is to be done about it: notices that are still unread count as read (of these people, or of all)."""
    for keeper in _keepers:
        keeper.settle(kinds, about, people)


def required_kinds() -> frozenset[str]:
    """The kinds that are mailed in any case."""
    return frozenset(code for code, kind in _kinds.items() if kind.is_required)


def all_kinds() -> Mapping[str, Kind]:
    """Every kind there is, by its code."""
    return _kinds


def sentence(kind: str, facts: Facts, zone: ZoneInfo) -> str:
    """What a notice says, in the language of whatever is being rendered."""
    known = _kinds[kind]
    if "zone_name" in facts:  # what has a place is told in the time of that place, which is named
        zone = ZoneInfo(facts["zone_name"])
    shown = {name: _shown(known, name, value, zone) for name, value in facts.items() if name != "parts"}
    return str(known.sentence) % shown


def parts(facts: Facts, zone: ZoneInfo) -> list[str]:
    """What a notice that sums up several things says of each: the fact ``parts`` has the kind and the facts of each."""
    return [sentence(part["kind"], part, zone) for part in facts.get("parts", ())]


def preview(kind: str, zone: ZoneInfo, **facts: Any) -> tuple[str, list[str]]:
    """What a notice would say to a reader in this zone, and of each of its parts, before anybody is told."""
    kept = {name: _kept(value) for name, value in facts.items()}
    return sentence(kind, kept, zone), parts(kept, zone)


def path(kind: str, facts: Facts) -> str:
    """The address of the page that a notice is about, without the host."""
    known = _kinds[kind]
    arguments = {name: facts[name] for name in known.arguments}
    return str(current_app.url_map.bind("localhost").build(known.endpoint, arguments))


def _kept(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [_kept(entry) for entry in value]
    return {name: _kept(entry) for name, entry in value.items()} if isinstance(value, Mapping) else value


def _shown(kind: Kind, name: str, value: Any, zone: ZoneInfo) -> str:
    if name in kind.words:
        return str(kind.words[name].get(value, value))
    if name.endswith("_text"):
        return locale.localized(value)
    if name.endswith("_at"):
        return _instant(datetime.fromisoformat(value), zone)
    if name.endswith("_on"):
        return locale.day(date.fromisoformat(value), pattern="day_and_year")
    return str(value)


def _instant(value: datetime, zone: ZoneInfo) -> str:
    """A day with its time and zone: ``Mon 16 Nov 14:44 JST``, ``11月16日（月）14:44（日本時間）``."""
    day, time, label = locale.day(value, zone), locale.clock_time(value, zone), locale.zone_label(value, zone)
    return f"{day}{time}（{label}）" if locale.current() == "ja" else f"{day} {time} {label}"
