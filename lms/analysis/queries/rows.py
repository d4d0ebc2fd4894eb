"""What the database holds of a quiz's results, as plain values.

Rows are found by the quiz and not by lists of ids, whose length databases limit, and no row of an attempt becomes an
object: there are as many graded answers as attempts times questions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Select, Text, cast, func, literal, select, union_all

from lms.accounts.models import Person
from lms.analysis.core.enrolments import Spell, cohort_at
from lms.analysis.core.parts import Way
from lms.analysis.core.populations import Population
from lms.analysis.queries.texts import NOTHING, instant_of, load_texts, rows_of
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies.models import PolicyVersion, SectionRevision
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.models import Assignment, Attempt, AttemptPolicy, GradingRun, Quiz, QuizVersion
from lms.quizzes.queries import is_current_run
from lms.sites.models import Site, Vendor

Localized = Mapping[str, str]
SectionHashes = Mapping[tuple[int, int], Mapping[str, str]]
"""The hash of every section's text in each language, by (policy version, section)."""

NO_COHORT = ""
"""Where the figures of people without a cohort stand: a group like the others."""


@dataclass(frozen=True, slots=True)
class Places:
    """The names of sites and vendors, by code."""

    sites: Mapping[str, Localized]
    vendors: Mapping[str, Localized]

    def names(self, way: Way) -> Mapping[str, Localized]:
        """The names of what people are laid out by; none where that has no names."""
        return {Way.SITE: self.sites, Way.VENDOR: self.vendors}.get(way, {})

    def of(self, sittings: Iterable[Sitting]) -> Places:
        """Those of these attempts, by code."""
        codes = {(sitting.site, sitting.vendor) for sitting in sittings}
        return Places(
            {site: self.sites[site] for site in sorted({site for site, _vendor in codes})},
            {vendor: self.vendors[vendor] for vendor in sorted({vendor for _site, vendor in codes})},
        )


class Sitting(NamedTuple):
    """One assessed attempt of a person: the grading that counts, the person's code, the cohort and place of that day.

    ``window`` is the month in which its assignment opened. ``has_passed`` says whether any attempt of the person has
    passed, ``has_passed_then`` any of this window; ``policies`` are the policy versions that were in force when the
    attempt opened.
    """

    attempt_id: str
    run_id: int
    person: str
    language: str
    cohort: str
    site: str
    vendor: str
    window: str
    has_passed: bool
    has_passed_then: bool
    closed_at: datetime
    policies: frozenset[int]


Sittings = Mapping[Population, Sequence[Sitting]]
"""The attempts of each population in the order of opening: no attempt is in two, and no person twice in a window."""


def sittings_query(quiz: Quiz) -> Select[*tuple[Any, ...]]:
    """Every finished attempt of a quiz in the order of opening, with the grading that counts if there is one."""
    return (
        of_quiz(
            select(
                Attempt.opened_at,
                Attempt.id,
                Attempt.person_id,
                Attempt.assignment_id,
                Person.code,
                Attempt.locale,
                Site.code.label("site"),
                Vendor.code.label("vendor"),
                Attempt.closed_at,
                GradingRun.id.label("run_id"),
                cast(GradingRun.passed, Integer).label("passed"),
                func.coalesce(_pinned(), "").label("pinned"),
            ),
            quiz.id,
        )
        .join(Person, Person.id == Attempt.person_id)
        .join(Site, Site.id == Attempt.site_id)
        .join(Vendor, Vendor.id == Attempt.vendor_id)
        .outerjoin(GradingRun, is_current_run())
        .order_by(Attempt.opened_at, Attempt.id)
    )


def given_query(quiz: Quiz) -> Select[*tuple[Any, ...]]:
    """When each assignment of a quiz opened, and in which zone that is a month."""
    given = select(Assignment.id, Assignment.opens_at, Assignment.zone_name)
    return given.where(Assignment.quiz_id == quiz.id).order_by(Assignment.id)


def places_query() -> Select[*tuple[Any, ...]]:
    """The names of all sites and vendors."""
    sites = select(literal("site").label("kind"), Site.code, cast(Site.name_text, Text).label("name"))
    vendors = select(literal("vendor"), Vendor.code, cast(Vendor.name_text, Text))
    every = union_all(sites, vendors).subquery()
    return select(every).order_by(every.c.kind, every.c.code)


class _Taken(NamedTuple):
    """A row of ``sittings_query``, of which only the instant has been read."""

    opened_at: datetime
    id: str
    person_id: str
    assignment_id: str
    person: str
    language: str
    site: str
    vendor: str
    closed_at: str
    run_id: str
    passed: str
    pinned: str


def sittings_of(text: str, given_text: str, spells_text: str) -> tuple[Sittings, dict[str, Localized]]:
    """The attempts of a quiz that figures rest on, those that are graded; and the names of all their cohorts.

    The texts are what ``sittings_query``, ``given_query`` and ``spells_query`` find.
    """
    rows = [_Taken(instant_of(opened_at), *others) for opened_at, *others in rows_of(text)]
    rows.sort(key=attrgetter("opened_at", "id"))
    window_of = {assignment_id: _window(given_at, zone) for assignment_id, given_at, zone in rows_of(given_text)}
    windows = [window_of[row.assignment_id] for row in rows]
    passed = {row.person_id for row in rows if row.passed == "1"}
    passed_then = {(row.person_id, window) for row, window in zip(rows, windows, strict=True) if row.passed == "1"}
    spells, names = spells_of(spells_text)
    sets = {pinned: ids_of(pinned) for pinned in {row.pinned for row in rows}}
    found: dict[Population, list[Sitting]] = {population: [] for population in Population}
    for population, row, window in _counted_once(rows, windows):
        found[population].append(
            Sitting(
                attempt_id=row.id,
                run_id=int(row.run_id),
                person=row.person,
                language=row.language,
                cohort=cohort_at(spells.get(int(row.person_id), ()), row.opened_at) or NO_COHORT,
                site=row.site,
                vendor=row.vendor,
                window=window,
                has_passed=row.person_id in passed,
                has_passed_then=(row.person_id, window) in passed_then,
                closed_at=instant_of(row.closed_at),
                policies=sets[row.pinned],
            )
        )
    codes = sorted({sitting.cohort for sittings in found.values() for sitting in sittings} - {NO_COHORT})
    return found, {code: names[code] for code in codes}


def load_sittings(quiz: Quiz) -> tuple[Sittings, dict[str, Localized]]:
    """``sittings_of`` a quiz, as the database has them now."""
    return sittings_of(*load_texts(sittings_query(quiz), given_query(quiz), spells_query(quiz)))


def places_of(text: str) -> Places:
    """The names of sites and vendors; the text is what ``places_query`` finds."""
    named: dict[str, dict[str, Localized]] = {"site": {}, "vendor": {}}
    for kind, code, name in rows_of(text):
        named[kind][code] = json.loads(name)
    return Places(named["site"], named["vendor"])


def _counted_once(rows: Sequence[_Taken], windows: Sequence[str]) -> Iterator[tuple[Population, _Taken, str]]:
    """Every attempt that is in a population. ``rows`` are in the order of opening.

    The first of its kind counts, or none does: one that is not graded yet is in none, and nor is a later one.
    """
    people, given, then, repeated = set(), set(), set(), set()
    for row, window in zip(rows, windows, strict=True):
        population = None
        if row.person_id not in people:
            population = Population.FIRST
        elif (row.person_id, row.assignment_id) in given:
            population = None if row.person_id in repeated else Population.RETAKES
            repeated.add(row.person_id)
        elif (row.person_id, window) not in then:
            population = Population.AGAIN
        people.add(row.person_id)
        given.add((row.person_id, row.assignment_id))
        then.add((row.person_id, window))
        if population and row.passed != NOTHING:
            yield population, row, window


def _window(given_at: str, zone_name: str) -> str:
    return instant_of(given_at).astimezone(ZoneInfo(zone_name)).strftime("%Y-%m")


@dataclass(frozen=True, slots=True)
class Listed:
    """A quiz in the list of results: how many people have finished it, and when somebody did last."""

    code: str
    title_text: Localized
    people: int
    last_closed: datetime | None


def list_results() -> list[Listed]:
    """Every quiz with its results, by code."""
    counted = (
        select(
            QuizVersion.quiz_id,
            func.count(Attempt.person_id.distinct()).label("people"),
            func.max(Attempt.closed_at).label("last"),
        )
        .join(Attempt, Attempt.quiz_version_id == QuizVersion.id)
        .where(*_counted())
        .group_by(QuizVersion.quiz_id)
        .subquery()
    )
    query = select(Quiz.code, Quiz.title_text, func.coalesce(counted.c.people, 0), counted.c.last).outerjoin(
        counted, counted.c.quiz_id == Quiz.id
    )
    return [Listed(*row) for row in db.session.execute(query.order_by(Quiz.code))]


def _pinned() -> ScalarSelect[str]:
    """The ids of the policy versions of an attempt in one text: many attempts have the same."""
    ids = func.aggregate_strings(cast(AttemptPolicy.policy_version_id, Text), ",")
    return select(ids).where(AttemptPolicy.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()


def ids_of(pinned: str | None) -> frozenset[int]:
    return frozenset(int(one) for one in (pinned or "").split(",") if one)


def load_policies(version_ids: Collection[int]) -> tuple[list[PolicyVersion], SectionHashes]:
    """Every version of the modules that these versions are of, in the order of taking effect (drafts come last), and
    the hashes of the texts of each.
    """
    modules = select(PolicyVersion.module_id).where(PolicyVersion.id.in_(list(version_ids)))
    rows = db.session.execute(select(PolicyVersion, _hashes()).where(PolicyVersion.module_id.in_(modules))).all()
    versions = sorted(
        (version for version, _texts in rows),
        key=lambda one: (one.effective_at is None, one.effective_at or clock.now(), one.major, one.minor),
    )
    found: dict[tuple[int, int], dict[str, str]] = {}
    for version, texts in rows:
        for text in texts.split(",") if texts else ():
            section_id, locale, sha256 = text.split(" ")
            found.setdefault((version.id, int(section_id)), {})[locale] = sha256
    return versions, found


def _hashes() -> ScalarSelect[str]:
    """Section, language and hash of every text of a policy version, in one text."""
    of = SectionRevision
    told = cast(of.section_id, Text).concat(" ").concat(of.locale).concat(" ").concat(of.sha256)
    joined = select(func.aggregate_strings(told, ","))
    return joined.where(of.version_id == PolicyVersion.id).correlate(PolicyVersion).scalar_subquery()


def of_quiz(query: Select[*tuple[Any, ...]], quiz_id: int) -> Select[*tuple[Any, ...]]:
    """The rows of a quiz's finished assessed attempts."""
    of_versions = query.join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    return of_versions.where(QuizVersion.quiz_id == quiz_id, *_counted())


def _counted() -> tuple[ColumnElement[bool], ...]:
    """What enters a figure: neither practice nor previews, neither what is open nor what is void."""
    is_closed = Attempt.closed_at.is_not(None) & (Attempt.state != AttemptState.VOID)
    return Attempt.purpose == Purpose.ASSESSED, is_closed


def spells_query(quiz: Quiz) -> Select[*tuple[Any, ...]]:
    """The enrolments of everybody who finished the quiz, as they began."""
    people = of_quiz(select(Attempt.person_id), quiz.id)
    return (
        select(
            Enrolment.person_id,
            Enrolment.enrolled_at,
            Enrolment.left_at,
            Cohort.code,
            cast(Cohort.name_text, Text),
        )
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.person_id.in_(people))
        .order_by(Enrolment.enrolled_at, Cohort.go_live_on, Cohort.code)
    )


def spells_of(text: str) -> tuple[dict[int, list[Spell]], dict[str, Localized]]:
    """The enrolments of everybody who finished the quiz, past ones included, as they began; and the cohorts' names.

    The text is what ``spells_query`` finds.
    """
    spells: dict[int, list[Spell]] = {}
    names = {}
    for person_id, enrolled_at, left_at, code, name in rows_of(text):
        names[code] = name
        until = None if left_at == NOTHING else instant_of(left_at)
        spells.setdefault(int(person_id), []).append(Spell(code, instant_of(enrolled_at), until))
    for own in spells.values():
        own.sort(key=attrgetter("since"))
    return spells, {code: json.loads(name) for code, name in names.items()}


def load_spells(quiz: Quiz) -> tuple[dict[int, list[Spell]], dict[str, Localized]]:
    """``spells_of`` a quiz, as the database has them now."""
    return spells_of(*load_texts(spells_query(quiz)))
