"""What the database holds of a quiz's results, as plain values.

Rows are found by the quiz and not by lists of ids, whose length databases limit, and no row of an attempt becomes an
object: there are as many graded answers as attempts times questions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, select

from lms.accounts.models import Person
from lms.analysis.core.enrolments import Spell, cohort_at
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.db import db
from lms.policies.models import PolicyVersion, SectionRevision
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import (
    AnswerEvent,
    Attempt,
    AttemptPolicy,
    AttemptQuestion,
    GradingItem,
    GradingRun,
    Quiz,
    QuizVersion,
)
from lms.quizzes.queries import is_current_run

Taken = tuple[int, int]
"""By what an answer was judged: the question version of the paper and the key of the grading."""

Place = tuple[str, int]
"""An attempt and a position of its paper."""

NO_COHORT = ""
"""Where the figures of people without a cohort stand: a group like the others."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A person's first assessed attempt: the person's code, the cohort of that day, whether any attempt has passed."""

    attempt_id: str
    person: str
    language: str
    cohort: str
    has_passed: bool
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Graded:
    """One answer as it was graded last, with the question version of the paper and the key of the grading."""

    attempt_id: str
    position: int
    question_version_id: int
    key_n: int
    awarded_thousandths: int
    max_thousandths: int
    outcome: str

    @property
    def taken(self) -> Taken:
        return (self.question_version_id, self.key_n)

    @property
    def place(self) -> Place:
        return (self.attempt_id, self.position)


def load_sittings(quiz: Quiz) -> tuple[list[Sitting], dict[str, Cohort]]:
    """Each person's first attempt, if it is graded, in the order of opening; and all their cohorts by code."""
    query = (
        _of_quiz(
            select(
                Attempt.id,
                Attempt.person_id,
                Person.code,
                Attempt.locale,
                Attempt.opened_at,
                Attempt.closed_at,
                GradingRun.passed,
            ),
            quiz,
        )
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(GradingRun, is_current_run())
        .order_by(Attempt.opened_at, Attempt.id)
    )
    rows = db.session.execute(query).all()
    passed = {row.person_id for row in rows if row.passed}
    spells, cohorts = _spells(quiz)
    first = {row.person_id: row for row in reversed(rows)}
    sittings = [
        Sitting(
            attempt_id=row.id,
            person=row.code,
            language=row.locale,
            cohort=cohort_at(spells.get(row.person_id, ()), row.opened_at) or NO_COHORT,
            has_passed=row.person_id in passed,
            closed_at=row.closed_at,
        )
        for row in reversed(first.values())
        if row.passed is not None  # the first attempt counts, or none does
    ]
    codes = sorted({sitting.cohort for sitting in sittings} - {NO_COHORT})
    return sittings, {code: cohorts[code] for code in codes}


def load_graded(quiz: Quiz) -> Iterator[Graded]:
    """Every graded answer of the quiz, retakes included."""
    columns = select(
        AttemptQuestion.attempt_id,
        AttemptQuestion.position,
        AttemptQuestion.question_version_id,
        GradingItem.key_n,
        GradingItem.awarded_thousandths,
        GradingItem.max_thousandths,
        GradingItem.outcome,
    )
    query = (
        _of_quiz(columns.select_from(Attempt), quiz)
        .join(GradingRun, is_current_run())
        .join(GradingItem, GradingItem.run_id == GradingRun.id)
        .join(
            AttemptQuestion,
            (AttemptQuestion.attempt_id == Attempt.id) & (AttemptQuestion.position == GradingItem.position),
        )
    )
    for row in db.session.execute(query):
        yield Graded(*row)


def load_chosen(quiz: Quiz, wanted: Collection[Place]) -> dict[Place, tuple[str, ...]]:
    """The options of record at these places of the quiz's papers: the greatest (epoch, seq) stays.

    Payloads come as text, since there are many answers and few different ones.
    """
    payload_text = cast(AnswerEvent.payload, Text)
    columns = select(AnswerEvent.attempt_id, AnswerEvent.position, AnswerEvent.epoch, AnswerEvent.seq, payload_text)
    query = _of_quiz(columns.select_from(Attempt), quiz).join(AnswerEvent, AnswerEvent.attempt_id == Attempt.id)
    last: dict[Place, tuple[int, int, str]] = {}
    for attempt_id, position, epoch, seq, payload in db.session.execute(query):
        place = (attempt_id, position)
        if place in wanted and (place not in last or last[place][:2] < (epoch, seq)):
            last[place] = (epoch, seq, payload)
    different = {payload for _epoch, _seq, payload in last.values()}
    options = {payload: _options(json.loads(payload)) for payload in different}
    return {place: options[payload] for place, (_epoch, _seq, payload) in last.items()}


def load_pinned(quiz: Quiz) -> dict[str, list[PolicyVersion]]:
    """The policy versions that were in force when each attempt opened."""
    query = (
        _of_quiz(select(AttemptPolicy.attempt_id, PolicyVersion).select_from(Attempt), quiz)
        .join(AttemptPolicy, AttemptPolicy.attempt_id == Attempt.id)
        .join(PolicyVersion, PolicyVersion.id == AttemptPolicy.policy_version_id)
    )
    found: dict[str, list[PolicyVersion]] = {}
    for attempt_id, version in db.session.execute(query):
        found.setdefault(attempt_id, []).append(version)
    return found


def load_hashes(version_ids: Collection[int]) -> dict[tuple[int, int], dict[str, str]]:
    """The hash of every section's text in each language, by (policy version, section)."""
    query = select(
        SectionRevision.version_id, SectionRevision.section_id, SectionRevision.locale, SectionRevision.sha256
    ).where(SectionRevision.version_id.in_(list(version_ids)))
    found: dict[tuple[int, int], dict[str, str]] = {}
    for version_id, section_id, locale, sha256 in db.session.execute(query):
        found.setdefault((version_id, section_id), {})[locale] = sha256
    return found


def _of_quiz(query: Select[*tuple[Any, ...]], quiz: Quiz) -> Select[*tuple[Any, ...]]:
    """The rows of a quiz's finished assessed attempts."""
    return query.join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id).where(
        QuizVersion.quiz_id == quiz.id, Attempt.purpose == Purpose.ASSESSED, Attempt.closed_at.is_not(None)
    )


def _spells(quiz: Quiz) -> tuple[dict[int, list[Spell]], dict[str, Cohort]]:
    """The enrolments of everybody who finished the quiz, past ones included, as they began; and their cohorts."""
    people = _of_quiz(select(Attempt.person_id), quiz)
    query = (
        select(Enrolment.person_id, Enrolment.enrolled_at, Enrolment.left_at, Cohort)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.person_id.in_(people))
        .order_by(Enrolment.enrolled_at, Cohort.go_live_on, Cohort.code)
    )
    spells: dict[int, list[Spell]] = {}
    cohorts = {}
    for person_id, enrolled_at, left_at, cohort in db.session.execute(query):
        cohorts[cohort.code] = cohort
        spells.setdefault(person_id, []).append(Spell(cohort.code, enrolled_at, left_at))
    return spells, cohorts


def _options(payload: Mapping[str, Any]) -> tuple[str, ...]:
    single = (payload["option"],) if payload.get("option") else ()
    return tuple(payload.get("options", single))
