"""A quiz with questions enough on several sections, taken by people enough that somebody can be told of a gap."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.questions import queries as questions
from lms.quizzes import actions
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Attempt
from lms.wellbeing import actions as wellbeing
from tests.analysis.classes import luck, take
from tests.quizzes import sitting

SECTIONS = {
    "unwanted-contact": ("HAR-005", "HAR-014", "HAR-017", "HAR-024", "HAR-027"),
    "context": ("HAR-011", "HAR-013", "HAR-033"),
    "private-details": ("HAR-003", "HAR-012", "HAR-018"),
    "group-targeting": ("HAR-007", "HAR-009", "HAR-021"),
    "others": ("HAR-001", "HAR-002", "HAR-004", "HAR-006", "HAR-008", "HAR-010", "HAR-015", "HAR-029"),
}
"""Each with three questions or more, but for the others, of which nothing is said."""


def make_comparison(missed: Collection[str]) -> str:
    """Thirty people take the quiz, and the joiner, who misses all of these sections and nothing else; their attempt."""
    codes = [code for section in SECTIONS.values() for code in section]
    ids = [questions.get_question(code).id for code in codes]
    titles = {"en": "Whole module", "ja": "ポリシー全体"}
    quiz = actions.publish_quiz(
        actions.PublishQuiz("whole-module", titles, ids, Rules(30, cut_percent=80)), by=None
    ).quiz
    joiner = sitting.person()
    wellbeing.confirm(joiner, locale="en")
    took = select(Person).where(Person.id.in_(select(Attempt.person_id))).order_by(Person.id)
    others = list(db.session.scalars(took))[::2]
    times = {"opens_at": clock.now(), "due_at": clock.now() + timedelta(days=2)}
    ids = [person.id for person in (joiner, *others)]
    given = actions.assign(quiz, ids, **times, zone_name="Asia/Tokyo", by=None).id
    for n, person in enumerate(others):
        ability = 0.6 + 0.4 * n / len(others)
        take(person, "ja" if n % 2 else "en", [code for code in codes if luck(n, code) > ability], given=given)
    take(joiner, "en", [code for section in missed for code in SECTIONS[section]], given=given)
    return db.session.scalars(
        select(Attempt.id).where(Attempt.assignment_id == given, Attempt.person_id == joiner.id)
    ).one()
