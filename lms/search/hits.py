"""What was found as a page shows it: where it leads, in both languages, with the words marked and a preview."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _

from lms.accounts.models import Person
from lms.accounts.phrases import STATES as PERSON_STATES
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import TrainingSession
from lms.cohorts.phrases import KINDS as SESSION_KINDS
from lms.foundation.access import may
from lms.foundation.locale import LOCALES, clock_time, current, day, localized, zone_label
from lms.kit.search import Part, excerpt, marked
from lms.policies.core.ruby import without_ruby
from lms.policies.core.searching import shown_text
from lms.policies.core.staleness import Freshness
from lms.policies.phrases import FRESHNESS
from lms.questions.core.types.cloze import numbered_text
from lms.questions.phrases import STATES as QUESTION_STATES
from lms.search.queries import FoundSection, Group, Kind

_EMPHASIS = re.compile(r"</?em>")


@dataclass(frozen=True, slots=True)
class Line:
    """A text in pieces, and its language."""

    locale: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found. ``lines`` and ``excerpts`` begin with the reader's language."""

    href: str
    icon: str
    lines: Sequence[Line]
    note: Any
    label: str
    excerpts: Sequence[Line] = ()
    facts: Sequence[tuple[Any, Any]] = ()
    links: Sequence[tuple[Any, str]] = ()


def hits_of(group: Group, words: Sequence[str]) -> list[Hit]:
    """The hits of a group, in its order."""
    return [_SHOWN[group.kind](found, words) for found in group.found]


def _section(found: FoundSection, words: Sequence[str]) -> Hit:
    version, section = found.version, found.section
    titles = {
        locale: " ".join(filter(None, [section.number, without_ruby(title or version.title_text.get(locale, ""))]))
        for locale, title in section.titles.items()
    }
    texts = {locale: shown_text(body) for locale, body in section.bodies.items()}
    code = version.module.code
    facts = [(_("In force since"), day(version.effective_at, pattern="date"))] if version.effective_at else []
    state = section.freshness.get("ja", Freshness.MISSING)
    if state != Freshness.CURRENT:
        facts.append((_("Japanese"), FRESHNESS[state]))
    href = url_for("policies.show", code=code, _anchor=section.anchor)
    return Hit(
        href,
        "book-2",
        _lines(titles, words),
        f"{localized(version.title_text)} v{version.number}",
        " ".join(filter(None, [code, section.number])),
        _excerpts(texts, words),
        facts,
        [(_("Side by side"), url_for("policies.side_by_side", code=code, _anchor=section.anchor))],
    )


def _question(found: Any, words: Sequence[str]) -> Hit:
    prompts = {locale: _plain(text) for locale, text in found.body.get("prompt", {}).items()}
    named = {locale: _plain(text) for locale, text in (found.body.get("name") or {}).items()} or prompts
    is_covered = bool(found.body.get("sensitive"))
    names = {locale: f"{found.code} {text}" for locale, text in named.items()} or {current(): found.code}
    return Hit(
        url_for("question.show", bank=found.bank_code, code=found.code),
        "map-question",
        _lines(names, words),
        QUESTION_STATES[found.state],
        found.code,
        () if is_covered else _excerpts(prompts, words),
        [(_("Bank"), found.bank_code), (_("State"), QUESTION_STATES[found.state])],
    )


def _session(found: TrainingSession, words: Sequence[str]) -> Hit:
    cohort = found.cohort
    zone = ZoneInfo(cohort.site.zone_name)
    on = day(found.starts_at, zone)
    starts, ends = clock_time(found.starts_at, zone), clock_time(found.ends_at, zone)
    when = _("%(start)s–%(end)s, %(zone)s", start=starts, end=ends, zone=zone_label(found.starts_at, zone))
    facts = [(_("Date"), on), (_("Time"), when), (_("Cohort"), localized(cohort.name_text))]
    if found.room is not None:
        facts.append((_("Room"), found.room.name))
    week = found.starts_at.astimezone(zone).date().isoformat()
    return Hit(
        url_for("cohorts.show", code=cohort.code, week=week),
        "calendar-week",
        _lines(found.title_text, words),
        f"{on} {starts}",
        str(SESSION_KINDS[StepKind(found.kind)]),
        _excerpts(found.detail_text, words),
        facts,
    )


def _person(found: tuple[Person, bool], words: Sequence[str]) -> Hit:
    person, is_named = found
    shown = f"{person.code} {person.name}" if is_named else person.code
    place = localized(person.site.name_text)
    state = PERSON_STATES["active" if person.is_active else "deactivated"]
    href = url_for("people.show", code=person.code) if may("person.write") else url_for("people.index", q=person.code)
    return Hit(
        href,
        "users",
        [Line(person.locale if is_named else current(), marked(shown, words))],
        place if person.is_active else f"{place}{_(', ')}{state}",
        person.code,
        facts=[(_("Site"), place), (_("State"), state)],
    )


def _plain(text: str) -> str:
    return numbered_text(_EMPHASIS.sub("", text))


def _lines(texts: Mapping[str, str], words: Sequence[str]) -> list[Line]:
    return [Line(locale, marked(texts[locale], words)) for locale in _readers_first(texts)]


def _excerpts(texts: Mapping[str, str], words: Sequence[str]) -> list[Line]:
    return [Line(locale, excerpt(texts[locale], words)) for locale in _readers_first(texts)]


def _readers_first(texts: Mapping[str, str]) -> Iterable[str]:
    return [locale for locale in (current(), *(other for other in LOCALES if other != current())) if texts.get(locale)]


_SHOWN: Mapping[Kind, Callable[[Any, Sequence[str]], Hit]] = {
    Kind.SECTIONS: _section,
    Kind.QUESTIONS: _question,
    Kind.SESSIONS: _session,
    Kind.PEOPLE: _person,
}
