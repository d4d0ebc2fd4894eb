"""The sample's attempts, by the thousand: drawn, answered, closed and graded by the cores that real ones go through.

Only the way into the database differs: the rows of many sittings are written at once. Each sitting has its answer log,
its receipt, its grading run and its entries in the audit trail, as if its writer had sat there.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import insert

from lms.accounts.models import Person
from lms.demo.responses import Item, Reader, ability, answer, chance, item_of
from lms.demo.world import World
from lms.foundation import journal
from lms.foundation.db import Base, db
from lms.kit.chains import canonical
from lms.policies import queries as policies
from lms.questions import queries as questions
from lms.questions.queries import Current
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event, of_record
from lms.quizzes.core.attempt import GRACE, CloseCause, Purpose, Window, closing, deadline_for
from lms.quizzes.core.grading import ENGINE_VERSION, Gradable, Grade, Mark, Payload, RunCause, grade, marking
from lms.quizzes.core.marked import marked_paper
from lms.quizzes.core.paper import PaperRow
from lms.quizzes.core.passing import has_passed
from lms.quizzes.core.receipt import receipt
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import (
    AnswerEvent,
    Assignment,
    Attempt,
    AttemptPolicy,
    AttemptQuestion,
    GradingItem,
    GradingRun,
    QuizVersion,
)

SYSTEM = "system"
CHANGED = 0.07
"""The share of answers that were changed once."""
LEARNT = 0.9
"""Logits that reading the missed sections adds before the next attempt."""


@dataclass(frozen=True, slots=True)
class Booklet:
    """A quiz version with all that its attempts rest on at a time, read once for many of them."""

    version: QuizVersion
    rules: Rules
    pool: list[Current]
    items: Mapping[int, Item]
    """By question version, as the response model sees it."""
    marks: Mapping[int, Mark]
    policies: Mapping[int, Sequence[int]]
    """By question version, the policy versions in force that it rests on."""


@dataclass(frozen=True, slots=True)
class Sat:
    """A sitting that is over: its rows, and the instant of each event of its answer log."""

    booklet: Booklet
    attempt: Mapping[str, Any]
    paper: Sequence[PaperRow]
    log: Sequence[tuple[Event, datetime]]
    grade: Grade
    marked: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of those who stay away and of those whose time runs out; whether people try again while they may."""

    away: float
    ran_out: float
    again: bool


@dataclass
class Sittings:
    """Sits quizzes and keeps their rows until ``store``."""

    world: World
    habits: Habits
    _booklets: dict[tuple[int, tuple[int, ...]], Booklet] = field(default_factory=dict)
    _in_force: dict[datetime, dict[int, int]] = field(default_factory=dict)
    """By hour, the version in force of each module."""
    _sat: list[Sat] = field(default_factory=list)
    _seen: dict[str, list[tuple[datetime, frozenset[str]]]] = field(default_factory=dict)
    """By login, the questions of each paper."""

    def sit(self, person: Person, cohort: str, assignment: Assignment, version: QuizVersion, at: datetime) -> None:
        """Let a person sit a quiz, and again while it is not passed and the window allows.

        What would not be over before the day of loading does not happen.
        """
        booklet = self._booklet(version, at)
        if chance(self.world.seed, "away", person.login, str(assignment.id)) < self.habits.away:
            return
        for attempt_no in range(1, (booklet.rules.attempts if self.habits.again else 1) + 1):
            if not assignment.opens_at <= at < assignment.due_at - timedelta(minutes=5):
                return
            sat = self._one(person, cohort, assignment, booklet, attempt_no, at)
            if sat.attempt["closed_at"] >= self.world.cutoff:
                return
            self._sat.append(sat)
            self._note(person, sat)
            if sat.passed:
                return
            at = sat.attempt["closed_at"] + timedelta(minutes=20)

    def _booklet(self, version: QuizVersion, at: datetime) -> Booklet:
        hour = at.replace(minute=0, second=0, microsecond=0)  # versions of the sample come into force on the hour
        if hour not in self._in_force:
            found = policies.load_in_force(hour)
            self._in_force[hour] = {in_force.module_id: in_force.id for in_force in found.values()}
        in_force_ids = tuple(self._in_force[hour].values())
        if (version.id, in_force_ids) not in self._booklets:
            in_force = self._in_force[hour]
            self._booklets[version.id, in_force_ids] = _read(version, in_force)
        return self._booklets[version.id, in_force_ids]

    def _seen_lately(self, person: Person, assignment: Assignment, at: datetime) -> set[str]:
        """What somebody has had on a paper within the days in which this assignment repeats nothing."""
        since = at - timedelta(days=assignment.fresh_days)
        papers = self._seen.get(person.login, ()) if assignment.fresh_days else ()
        return {code for moment, codes in papers if moment > since for code in codes}

    def _one(
        self, person: Person, cohort: str, assignment: Assignment, booklet: Booklet, attempt_no: int, at: datetime
    ) -> Sat:
        seed, rules = self.world.seed, booklet.rules
        occasion = f"{booklet.version.quiz.code}/{assignment.id}/{attempt_no}"
        name = hashlib.sha256(f"{seed}/{person.login}/{occasion}".encode()).digest()
        attempt_id = str(uuid.UUID(bytes=name[:16], version=4))
        option_seed = name[16:].hex()
        drawn = actions.drawn_by(booklet.pool, rules, option_seed, seen=self._seen_lately(person, assignment, at))
        self._seen.setdefault(person.login, []).append((at, frozenset(found.question.code for found in drawn)))
        paper = actions.paper_of(drawn, rules, option_seed)
        theta = ability(seed, person.login) + LEARNT * (attempt_no - 1)
        reader = Reader(person.login, person.locale, cohort, theta, occasion)
        deadline_at = deadline_for(at, rules.minutes, Window(assignment.opens_at, assignment.due_at))
        log, closed_at = self._log(reader, booklet, paper, at, deadline_at)
        events = [event for event, _moment in log]
        state, cause = closing(closed_at, deadline_at)
        gradables = _gradables(booklet, paper, events)
        graded = grade(gradables)
        row = {
            "id": attempt_id,
            "vendor_id": person.vendor_id,
            "site_id": person.site_id,
            "person_id": person.id,
            "assignment_id": assignment.id,
            "attempt_no": attempt_no,
            "quiz_version_id": booklet.version.id,
            "locale": person.locale,
            "option_seed": option_seed,
            "purpose": Purpose.ASSESSED,
            "state": state,
            "writer_epoch": 1,
            "opened_at": at,
            "deadline_at": deadline_at,
            "grace_seconds": int(GRACE.total_seconds()),
            "closed_at": closed_at,
            "close_cause": cause,
            "receipt_sha256": receipt(attempt_id, events),
        }
        passed = has_passed(graded.score_thousandths, graded.max_thousandths, rules.cut_percent)
        return Sat(booklet, row, paper, log, graded, marked_paper(gradables, graded.items), passed)

    def _log(
        self, reader: Reader, booklet: Booklet, paper: Sequence[PaperRow], at: datetime, deadline_at: datetime
    ) -> tuple[list[tuple[Event, datetime]], datetime]:
        """The answer log of a sitting, and when it was closed: by its writer, or by the sweeper after the grace."""
        draw = f"{self.world.seed}/{reader.login}/{reader.occasion}"
        ran_out = chance(draw, "pace") < self.habits.ran_out
        share = 1.02 if ran_out else 0.35 + 0.5 * chance(draw, "share")
        pace = (deadline_at - at) * share / len(paper)
        log: list[tuple[Event, datetime]] = []
        for row in paper:
            moment = at + pace * (row.position - 0.3)
            if moment > deadline_at:
                break
            item = booklet.items[row.question_version_id]
            payload = answer(self.world.seed, reader, item)
            if item.type == "single" and chance(draw, "changed", str(row.position)) < CHANGED:
                first = {"option": row.option_order["options"][0]}
                log.append((Event(1, len(log) + 1, row.position, reader.locale, first), moment - pace * 0.2))
            log.append((Event(1, len(log) + 1, row.position, reader.locale, payload), moment))
        closed_at = deadline_at + GRACE + timedelta(seconds=9) if ran_out else at + pace * len(paper)
        return log, closed_at

    def _note(self, person: Person, sat: Sat) -> None:
        """What the audit trail keeps of a sitting."""
        opened_at, closed_at = sat.attempt["opened_at"], sat.attempt["closed_at"]
        attempt_id, cause, chain = sat.attempt["id"], sat.attempt["close_cause"], person.vendor_id
        actor = person.code if cause is CloseCause.SUBMITTED else SYSTEM
        name, score = f"{sat.booklet.version.quiz.code} {attempt_id}", sat.grade.score_thousandths
        self.world.note(journal.Entry("attempt.open", person.code, name, opened_at, chain))
        self.world.note(journal.Entry("attempt.close", actor, attempt_id, closed_at, chain, {"cause": cause.value}))
        self.world.note(journal.Entry("attempt.grade", SYSTEM, attempt_id, closed_at, chain, {"score": score}))

    def store(self) -> None:
        """Write all sittings."""
        sat, self._sat = self._sat, []
        if not sat:
            return
        db.session.flush()
        _insert(Attempt, [one.attempt for one in sat])
        _insert(AttemptQuestion, [row for one in sat for row in _paper_rows(one)])
        _insert(AttemptPolicy, [row for one in sat for row in _policy_rows(one)])
        _insert(AnswerEvent, [row for one in sat for row in _event_rows(one)])
        runs = db.session.scalars(
            insert(GradingRun).returning(GradingRun.id, sort_by_parameter_order=True), [_run_row(one) for one in sat]
        ).all()
        _insert(GradingItem, [row for run_id, one in zip(runs, sat, strict=True) for row in _item_rows(run_id, one)])


def _read(version: QuizVersion, in_force: Mapping[int, int]) -> Booklet:
    drawn, rules = queries.list_drawable_questions(version), rules_from(version.rules)
    keys = questions.load_keys({(found.version.id, found.key_n) for found in drawn})
    items, marks = {}, {}
    for found in drawn:
        body, key = found.version.body, keys[(found.version.id, found.key_n)]
        items[found.version.id] = item_of(found.question.code, found.main_section, body, key)
        marks[found.version.id] = _remembered(marking(found.version.type, key, rules))
    pinned = {
        found.version.id: [in_force[module] for module in actions.modules_of([found]) if module in in_force]
        for found in drawn
    }
    return Booklet(version, rules, drawn, items, marks, pinned)


def _remembered(mark: Mark) -> Mark:
    """The same marking, worked out once for each answer: thousands give the same few."""
    known: dict[str, Fraction] = {}

    def remembered(payload: Payload) -> Fraction:
        written = canonical(payload)
        if written not in known:
            known[written] = mark(payload)
        return known[written]

    return remembered


def _insert(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:  # an empty list would be taken for one row of defaults
        db.session.execute(insert(model), rows)


def _gradables(booklet: Booklet, paper: Sequence[PaperRow], events: Sequence[Event]) -> list[Gradable]:
    answers = of_record(events)
    last = max(answers, default=1)
    gradables = []
    for row in paper:
        event = answers.get(row.position)
        gradables.append(
            Gradable(
                position=row.position,
                question_version_id=row.question_version_id,
                key_n=row.key_n,
                max_thousandths=row.max_thousandths,
                mark=booklet.marks[row.question_version_id],
                answer=event.payload if event else None,
                shown=row.position <= last,
            )
        )
    return gradables


def _paper_rows(sat: Sat) -> Iterator[dict[str, Any]]:
    shown: dict[int, datetime] = {}
    before: datetime = sat.attempt["opened_at"]
    for event, moment in sat.log:  # whoever has answered goes on to the next question
        shown.setdefault(event.position, before)
        before = moment
    for row in sat.paper:
        yield {
            "attempt_id": sat.attempt["id"],
            "position": row.position,
            "question_version_id": row.question_version_id,
            "key_n": row.key_n,
            "option_order": {group: list(ids) for group, ids in row.option_order.items()},
            "max_thousandths": row.max_thousandths,
            "shown_at": sat.attempt["opened_at"] if row.position == 1 else shown.get(row.position),
            "is_flagged": False,
        }


def _policy_rows(sat: Sat) -> Iterator[dict[str, Any]]:
    rested_on = {found for row in sat.paper for found in sat.booklet.policies[row.question_version_id]}
    for version_id in sorted(rested_on):
        yield {"attempt_id": sat.attempt["id"], "policy_version_id": version_id}


def _event_rows(sat: Sat) -> Iterator[dict[str, Any]]:
    for event, moment in sat.log:
        yield {
            "attempt_id": sat.attempt["id"],
            "epoch": event.epoch,
            "seq": event.seq,
            "position": event.position,
            "locale": event.locale,
            "payload": dict(event.payload),
            "payload_sha256": event.payload_sha256,
            "server_at": moment,
            "in_grace": False,
        }


def _run_row(sat: Sat) -> dict[str, Any]:
    return {
        "attempt_id": sat.attempt["id"],
        "run_no": 1,
        "engine_version": ENGINE_VERSION,
        "cause": RunCause.CLOSE,
        "score_thousandths": sat.grade.score_thousandths,
        "max_thousandths": sat.grade.max_thousandths,
        "passed": sat.passed,
        "created_at": sat.attempt["closed_at"],
        "published_at": sat.attempt["closed_at"],
        "marked_paper": sat.marked,
    }


def _item_rows(run_id: int, sat: Sat) -> Iterator[dict[str, Any]]:
    for item in sat.grade.items:
        yield {
            "run_id": run_id,
            "position": item.position,
            "key_n": item.key_n,
            "awarded_thousandths": item.awarded_thousandths,
            "max_thousandths": item.max_thousandths,
            "outcome": item.outcome,
        }
