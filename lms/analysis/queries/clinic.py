"""The health card of one question: what the analysis of its quiz says of it, and what is known of it beside that."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms.analysis.core import clinic
from lms.analysis.core.clinic import Choice, Revision, ScoreGroup, Times
from lms.analysis.core.dif import DELTA_PER_LOG_ODDS, Dif, dif
from lms.analysis.core.dif_judged import JudgedDif, judged
from lms.analysis.core.findings import Health
from lms.analysis.core.gaps import Gap
from lms.analysis.core.responses import Responses
from lms.analysis.queries import Analysis
from lms.analysis.queries.matrix import QuestionFacts
from lms.analysis.queries.rows import of_quiz
from lms.foundation import clock
from lms.foundation.db import db
from lms.kit.figures import Interval
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.models import AnswerEvent, Attempt, AttemptQuestion, QuestionReport

RECENT = timedelta(days=30)
MOST_REPORTS = 10
FOCAL = "ja"


@dataclass(frozen=True, slots=True)
class EqualAbility:
    """The languages at equal ability: the figures, and what so many people allow to be said of them."""

    figures: Dif
    judged: JudgedDif

    @property
    def shrunken_ratio(self) -> float | None:
        """The odds ratio after shrinking, which is what a verdict tells."""
        shrunken = self.judged.shrunken
        return None if shrunken is None else math.exp(shrunken.delta / DELTA_PER_LOG_ODDS)


@dataclass(frozen=True, slots=True)
class Edit:
    """A revision with the question as it was before and after."""

    before: QuestionFacts
    after: QuestionFacts
    figures: Revision


@dataclass(frozen=True, slots=True)
class Exposure:
    """How often a question was drawn for attempts of any quiz, and when it was last."""

    ever: int
    recent: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """All that the page of one question shows beside the analysis of its quiz."""

    fact: QuestionFacts
    health: Health
    correlation: Interval | None
    groups: Sequence[ScoreGroup]
    choices: Sequence[Choice]
    equal: EqualAbility | None
    edits: Sequence[Edit]
    times: Times | None
    exposure: Exposure
    reports: Sequence[QuestionReport]


def load_card(found: Analysis, code: str) -> Card:
    """The card of a question of an analysis without filters; what would tell its key is for the page to leave out."""
    responses, fact = found.responses, found.facts[code]
    health = next(entry for entry in found.health if entry.item == code)
    return Card(
        fact=fact,
        health=health,
        correlation=clinic.rest_interval(health.figures.rest_correlation, responses.used),
        groups=clinic.score_groups(responses, code),
        choices=clinic.choices(responses, code),
        equal=equal_ability(responses).get(code),
        edits=[
            Edit(found.taken[change.numbers[0]], found.taken[change.numbers[1]], change)
            for change in clinic.revisions(responses, code)
        ],
        times=clinic.times(_load_seconds(found, code)),
        exposure=_load_exposure(code),
        reports=[] if fact.is_withheld else _load_reports(code),
    )


def equal_ability(responses: Responses) -> dict[str, EqualAbility]:
    """Every question in both languages at equal ability, by its code; nothing where a language has too few people."""
    told, both = clinic.basis(responses)
    if not both:
        return {}
    results = dif(told, [person.language for person in told.people], FOCAL)
    return {one.item: EqualAbility(one, of) for one, of in zip(results, judged(results), strict=True)}


def _load_seconds(found: Analysis, code: str) -> list[float]:
    """From when the question was shown to its first answer, of those who are counted."""
    first = func.min(AnswerEvent.server_at)
    query = (
        of_quiz(select(Attempt.id, AttemptQuestion.shown_at, first), found.quiz.id)
        .join(AttemptQuestion, AttemptQuestion.attempt_id == Attempt.id)
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(
            AnswerEvent,
            (AnswerEvent.attempt_id == Attempt.id) & (AnswerEvent.position == AttemptQuestion.position),
        )
        .where(Question.code == code, AttemptQuestion.shown_at.is_not(None))
        .group_by(Attempt.id, AttemptQuestion.shown_at)
    )
    counted: Collection[str] = {found.attempts[person.code] for person in found.responses.people}
    rows = [(shown, answered) for attempt, shown, answered in db.session.execute(query) if attempt in counted]
    return [(answered - shown).total_seconds() for shown, answered in rows if answered >= shown]


def _load_exposure(code: str) -> Exposure:
    since = clock.now() - RECENT
    recent = func.count(Attempt.id).filter(Attempt.opened_at >= since)
    query = (
        select(func.count(Attempt.id), recent, func.max(Attempt.opened_at))
        .select_from(AttemptQuestion)
        .join(Attempt, Attempt.id == AttemptQuestion.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.code == code)
    )
    return Exposure(*db.session.execute(query).one())


def _load_reports(code: str) -> list[QuestionReport]:
    """What people said of it, the newest first, for who does not see their names."""
    query = (
        select(QuestionReport)
        .join(QuestionVersion, QuestionVersion.id == QuestionReport.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.code == code)
        .order_by(QuestionReport.id.desc())
        .limit(MOST_REPORTS)
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True, slots=True)
class Compared:
    """One question in both languages. There are no choices where few had its version, or whoever reads may not know."""

    fact: QuestionFacts
    gap: Gap
    equal: EqualAbility
    choices: Sequence[Choice]


def compare_languages(found: Analysis, withheld: Collection[str]) -> list[Compared]:
    """The questions by rank of what differs at equal ability; those of which that cannot be told come last."""
    rows = [
        Compared(
            found.facts[code],
            found.gaps[code],
            equal,
            clinic.choices(found.responses, code) if code in found.options and code not in withheld else (),
        )
        for code, equal in equal_ability(found.responses).items()
    ]
    return sorted(rows, key=lambda row: (row.equal.judged.rank is None, row.equal.judged.rank, row.fact.code))
