"""A person's own results over time, and how well they know each policy section by now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.analysis.core.mastery import OwnMastery, own_mastery
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import queries as policies
from lms.policies.models import Module, Section
from lms.policies.queries import SectionText
from lms.questions.models import QuestionVersion, SectionLink
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Attempt, AttemptQuestion, GradingItem
from lms.quizzes.queries import join_marks, list_finished

MOST_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """A graded attempt: what was reached of how many questions, and what was to be reached."""

    attempt: Attempt
    closed_at: datetime
    questions: int
    percent: int
    cut: int
    has_passed: bool


@dataclass(frozen=True, slots=True)
class OwnSection:
    """A policy section that the person was asked about; ``text`` is the one in force, where there is one.

    ``cut`` is the cut score of the latest quiz that asked about it, in percent.
    """

    name: str
    text: SectionText | None
    figures: OwnMastery
    cut: int

    @property
    def is_under(self) -> bool:
        """Whether the whole interval lies under the cut score."""
        return self.figures.interval.high * 100 < self.cut

    @property
    def is_over(self) -> bool:
        """Whether no part of the interval does."""
        return self.figures.interval.low * 100 >= self.cut


@dataclass(frozen=True, slots=True)
class History:
    """The attempts, the newest first; and the sections by the latest answer to each question, the least known first."""

    attempts: Sequence[OwnAttempt]
    sections: Sequence[OwnSection]


def load_history(person_id: int) -> History:
    """What one person has done; void attempts, practice and previews are nothing of it."""
    finished = list_finished(person_id, most=MOST_ATTEMPTS)
    counts = _load_counts([run.id for _attempt, run in finished])
    sat = [
        OwnAttempt(
            attempt,
            closed_at,
            counts.get(run.id, 0),
            shown_percent(run.score_thousandths, run.max_thousandths),
            rules_from(attempt.quiz_version.rules).cut_percent,
            run.passed,
        )
        for attempt, run in finished
        if (closed_at := attempt.closed_at) is not None
    ]
    return History(sat, _known(sat))


def _known(sat: Sequence[OwnAttempt]) -> list[OwnSection]:
    cuts = {one.attempt.id: (one.closed_at, one.cut) for one in sat}
    marks: dict[tuple[int, str], tuple[float, int]] = {}
    latest: dict[tuple[int, str], tuple[datetime, int]] = {}
    for attempt_id, section_id, name, right, answers in _load_marks(list(cuts)):
        place = (section_id, name)
        before = marks.get(place, (0.0, 0))
        marks[place] = (before[0] + right, before[1] + answers)
        latest[place] = max(latest.get(place, cuts[attempt_id]), cuts[attempt_id])
    texts = _load_texts([section_id for section_id, _name in marks])
    figures = own_mastery({name: counted for (_id, name), counted in marks.items()})
    known = [OwnSection(name, texts.get(number), figures[name], latest[number, name][1]) for number, name in marks]
    return sorted(known, key=lambda one: (one.figures.mean, one.name))


def _load_counts(run_ids: Collection[int]) -> dict[int, int]:
    counted = select(GradingItem.run_id, func.count().label("questions")).where(GradingItem.run_id.in_(run_ids))
    return {row.run_id: row.questions for row in db.session.execute(counted.group_by(GradingItem.run_id))}


def _load_marks(attempt_ids: Collection[str]) -> list[tuple[str, int, str, float, int]]:
    """By attempt and section: the share of marks that was earned, summed over questions, and how many these are.

    Of a question that came again the latest time counts, since then there was more to know it by.
    """
    share = GradingItem.awarded_thousandths * 1.0 / GradingItem.max_thousandths
    again = func.row_number().over(
        partition_by=QuestionVersion.question_id, order_by=(Attempt.closed_at.desc(), Attempt.id.desc())
    )
    of_question = (
        join_marks(
            select(Attempt.id.label("attempt_id"), SectionLink.section_id, share.label("share"), again.label("n"))
        )
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .where(Attempt.id.in_(attempt_ids), GradingItem.max_thousandths > 0)
        .subquery()
    )
    by = (of_question.c.attempt_id, Section.id, Module.code, Section.key)
    query = (
        select(*by, func.sum(of_question.c.share), func.count())
        .join(Section, Section.id == of_question.c.section_id)
        .join(Module, Module.id == Section.module_id)
        .where(of_question.c.n == 1)
        .group_by(*by)
        .order_by(Module.code, Section.key, of_question.c.attempt_id)
    )
    return [
        (attempt_id, section_id, f"{module}/{key}", float(right), count)
        for attempt_id, section_id, module, key, right, count in db.session.execute(query)
    ]


def _load_texts(section_ids: Collection[int]) -> dict[int, SectionText]:
    """The sections as the policies in force have them, those of retired policies among them."""
    versions = policies.load_in_force(clock.now(), with_retired=True)
    texts = policies.load_sections([version.id for version in versions.values()], only=section_ids)
    return {section.section_id: section for listed in texts.values() for section in listed}
