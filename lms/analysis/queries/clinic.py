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
from lms.foundation import clock
from lms.foundation.db import db
from lms.kit.figures import Interval
from lms.questions.models import Question, QuestionVersion
from lms.quizzes.models import AnswerEvent, Attempt, AttemptQuestion, QuestionReport

RECENT = timedelta(days=30)
MOST_COMMENTS = 10
FOCAL = "ja"


@dataclass(frozen=True, slots=True)
class EqualAbility:
    """The languages at equal ability: the figures, and what so many people allow to be said of them."""

    figures: Dif
    judged: JudgedDif

    @property
    def shrunken_ratio(self) -> float | None:
        """The odds ratio after shrinking. A verdict rests on the purified figures, and so on another."""
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
class Comment:
    """What somebody said of a question. Who it was is not for this page."""

    id: int
    kind: str
    locale: str
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Draw:
    """An attempt that a question was drawn for: when it was opened, the question shown and first answered."""

    attempt: str
    opened_at: datetime
    shown_at: datetime | None
    answered_at: datetime | None
    comment: Comment | None


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
    comments: Sequence[Comment]


def load_card(found: Analysis, code: str) -> Card:
    """The card of a question of an analysis without filters; what would tell its key is for the page to leave out."""
    responses, fact = found.responses, found.facts[code]
    draws = _load_draws(code)
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
        times=clinic.times(_seconds(found, draws)),
        exposure=_exposure(draws),
        comments=[] if fact.is_withheld else _comments(draws),
    )


def equal_ability(responses: Responses) -> dict[str, EqualAbility]:
    """Every question in both languages at equal ability, by its code; nothing where a language has too few people."""
    told, both = clinic.basis(responses)
    if not both:
        return {}
    results = dif(told, [person.language for person in told.people], FOCAL)
    return {one.item: EqualAbility(one, of) for one, of in zip(results, judged(results), strict=True)}


def _load_draws(code: str) -> list[Draw]:
    """Every attempt that a question was drawn for; a comment more on the same is a line more."""
    said = (QuestionReport.id.label("comment"), QuestionReport.kind, QuestionReport.locale)
    said_so = (QuestionReport.text, QuestionReport.sent_at)
    drawn = (Attempt.id, Attempt.opened_at, AttemptQuestion.shown_at)
    here = (AttemptQuestion.attempt_id, AttemptQuestion.position)
    query = (
        select(*drawn, func.min(AnswerEvent.server_at).label("answered_at"), *said, *said_so)
        .select_from(AttemptQuestion)
        .join(Attempt, Attempt.id == AttemptQuestion.attempt_id)
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .outerjoin(AnswerEvent, (AnswerEvent.attempt_id == here[0]) & (AnswerEvent.position == here[1]))
        .outerjoin(QuestionReport, (QuestionReport.attempt_id == here[0]) & (QuestionReport.position == here[1]))
        .where(Question.code == code)
        .group_by(*drawn, *said, *said_so)
        .order_by(Attempt.opened_at, QuestionReport.id.desc())
    )
    return [
        Draw(
            row.id,
            row.opened_at,
            row.shown_at,
            row.answered_at,
            Comment(row.comment, row.kind, row.locale, row.text, row.sent_at) if row.comment is not None else None,
        )
        for row in db.session.execute(query)
    ]


def _seconds(found: Analysis, draws: Sequence[Draw]) -> list[float]:
    """From when the question was shown to its first answer, of those who are counted."""
    counted = {found.attempts[person.code] for person in found.responses.people}
    known = {
        draw.attempt: (draw.answered_at - draw.shown_at).total_seconds()
        for draw in draws
        if draw.attempt in counted and draw.shown_at is not None and draw.answered_at is not None
    }
    return [seconds for seconds in known.values() if seconds >= 0]


def _exposure(draws: Sequence[Draw]) -> Exposure:
    since = clock.now() - RECENT
    opened = {draw.attempt: draw.opened_at for draw in draws}
    return Exposure(len(opened), sum(at >= since for at in opened.values()), max(opened.values(), default=None))


def _comments(draws: Sequence[Draw]) -> list[Comment]:
    """What people said of it, the newest first."""
    said = [draw.comment for draw in draws if draw.comment is not None]
    return sorted(said, key=lambda comment: -comment.id)[:MOST_COMMENTS]


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
