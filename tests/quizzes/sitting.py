"""What the quiz tests have in common: the sample's new joiner, who has the checkpoint still to take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock, transaction
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.questions import queries as questions
from lms.quizzes import actions, queries
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Attempt

T = TypeVar("T")

JOINER = "joiner@kijun.example"


def person(login: str = JOINER) -> Person:
    return db.session.scalars(select(Person).where(Person.login == login)).one()


def own_access(someone: Person) -> Access:
    """Of somebody who reaches their own attempts."""
    return Access(someone.id, someone.vendor_id, someone.site_id, frozenset({"learner"}), frozenset({Scope.OWN}))


def assignment_id(someone: Person) -> int:
    """The checkpoint, as it is given to them first."""
    return min(
        g.assignment.id for g in queries.list_given(someone.id) if g.version.quiz.code == "harassment-checkpoint"
    )


def give_another(someone: Person, codes: Sequence[str], quiz: str = "another") -> int:
    """Another quiz with these questions, to be taken once from now on; its assignment."""
    ids = [questions.get_question(code).id for code in codes]
    command = actions.PublishQuiz(quiz, {"en": "Another", "ja": "別のテスト"}, ids, Rules(minutes=30, cut_percent=80))
    made, due_at = actions.publish_quiz(command, by=None).quiz, clock.now() + timedelta(days=30)
    given = actions.assign(made, [someone.id], opens_at=clock.now(), due_at=due_at, zone_name="Asia/Tokyo", by=None)
    return given.id


def right_answer(attempt: Attempt, position: int) -> dict[str, Any]:
    """The payload that earns every mark."""
    return _answer(attempt, position, right=True)


def wrong_answer(attempt: Attempt, position: int) -> dict[str, Any]:
    """A payload of the options that earn nothing."""
    return _answer(attempt, position, right=False)


def _answer(attempt: Attempt, position: int, *, right: bool) -> dict[str, Any]:
    row = next(row for row in attempt.questions if row.position == position)
    key = questions.load_keys({(row.question_version_id, row.key_n)})[(row.question_version_id, row.key_n)]

    def options(group: Mapping[str, Any]) -> list[str]:
        earning = {option for option, facts in group.items() if Fraction(facts["fraction"]) > 0}
        return sorted(earning) if right else sorted(set(group) - earning)

    def best(group: Mapping[str, Any]) -> str:
        return next(o for o in options(group) if not right or group[o]["fraction"] == "1")

    groups = key["groups"]
    if row.question_version.body["type"] == "single":
        return {"option": best(groups["options"])}
    if row.question_version.body["type"] == "multiple":
        return {"options": options(groups["options"])}
    return {part: best(group) for part, group in groups.items()}


class Look:
    """Reads what is stored of the attempt, in a unit of its own, so that no page shares its session."""

    def __init__(self, app: Flask, attempt_id: str) -> None:
        self.app, self.attempt_id = app, attempt_id

    def __call__(self, read: Callable[[Attempt], T]) -> T:
        with self.app.app_context(), transaction.unit(write=False):
            return read(db.session.get_one(Attempt, self.attempt_id))

    def right(self, position: int) -> dict[str, Any]:
        return self(lambda attempt: right_answer(attempt, position))

    def wrong(self, position: int) -> dict[str, Any]:
        return self(lambda attempt: wrong_answer(attempt, position))

    @property
    def log(self) -> list[dict[str, Any]]:
        return self(lambda attempt: [dict(event.payload) for event in queries.load_events(attempt.id)])

    @property
    def late(self) -> list[dict[str, Any]]:
        return self(lambda attempt: [dict(event.payload) for event in queries.load_late_events(attempt.id)])

    @property
    def state(self) -> str:
        return self(lambda attempt: attempt.state)

    @property
    def score(self) -> int:
        return self(lambda attempt: queries.load_current_runs([attempt.id])[attempt.id].score_thousandths)


def at(first: str, position: int) -> str:
    return first.rsplit("/", 1)[0] + f"/{position}"
