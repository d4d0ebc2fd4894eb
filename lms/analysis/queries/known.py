"""What verdicts rest on beside the answers: which rules have changed, and what people knew in other quizzes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import ScalarSelect, Select, Text, cast, func, select

from lms.accounts.models import Person
from lms.analysis.core.findings import reads_otherwise
from lms.analysis.core.responses import IntArray
from lms.analysis.queries.rows import SectionHashes, Sitting, of_quiz
from lms.policies.models import VersionState
from lms.questions.models import Question, QuestionHold
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt, GradingRun, Quiz, QuizVersion
from lms.quizzes.queries import is_current_run


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of a policy: of which module, whether it is published, and since when it is in force."""

    id: int
    module_id: int
    state: str
    effective_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rest:
    """What the newest version of a question rests on: a section of a module, the text in force when its key was made,
    and the versions of the policy under which the question was held and released again.
    """

    section_id: int
    module_id: int
    made_at: datetime
    released_under: frozenset[int]


def outdated(
    rests: Mapping[str, Rest],
    sittings: Sequence[Sitting],
    takers: Callable[[str], IntArray],
    versions: Iterable[Edition],
    hashes: SectionHashes,
) -> dict[str, frozenset[str]]:
    """By question, who took its newest version under another text of its section than its key was written for.

    A key is written for the text that is in force when it is made, and for that of every version of the policy since
    under which somebody has looked at the question and released it. ``takers`` finds the places among the ``sittings``
    of those who took the newest version; ``versions`` are those of the policies, in the order of taking effect,
    ``hashes`` of the texts of these.
    """
    published: dict[int, list[Edition]] = {}
    for version in versions:
        if version.state == VersionState.PUBLISHED:
            published.setdefault(version.module_id, []).append(version)
    under = list({sitting.policies for sitting in sittings})
    numbers = {policies: number for number, policies in enumerate(under)}
    number = np.array([numbers[sitting.policies] for sitting in sittings], dtype=np.int64)
    found = {}
    for code, rest in rests.items():
        written_for = _in_force(published.get(rest.module_id, ()), rest.made_at)
        known = [hashes.get((version_id, rest.section_id), {}) for version_id in {*written_for, *rest.released_under}]
        is_later = [
            any(_is_another(hashes.get((version, rest.section_id)), known) for version in each) for each in under
        ]
        took = takers(code) if known and any(is_later) else number[:0]
        later = took[np.array(is_later)[number[took]]]
        if len(later):
            found[code] = frozenset(sittings[place].person for place in later.tolist())
    return found


def _is_another(taken_under: Mapping[str, str] | None, known: Sequence[Mapping[str, str]]) -> bool:
    return taken_under is not None and all(reads_otherwise(text, taken_under) for text in known)


def _in_force(published: Sequence[Edition], at: datetime) -> set[int]:
    """The version in force at an instant, of one module's in the order of taking effect."""
    before = [version.id for version in published if version.effective_at is not None and version.effective_at <= at]
    return set(before[-1:])


def released_under() -> ScalarSelect[str]:
    """The ids of the policy versions under which a question was held and released again, in one text."""
    ids = func.aggregate_strings(cast(QuestionHold.policy_version_id, Text), ",")
    released = (QuestionHold.question_id == Question.id) & QuestionHold.released_at.is_not(None)
    return select(ids).where(released).correlate(Question).scalar_subquery()


def elsewhere_query(quiz: Quiz) -> Select[str, float]:
    """How far above the mean of a quiz the people of this quiz were in the others, on average, by their code.

    First assessed attempts count, as shares of the greatest score; the mean of each quiz is that of these people.
    """
    share = GradingRun.score_thousandths * 1.0 / func.nullif(GradingRun.max_thousandths, 0)
    here = of_quiz(select(Attempt.person_id), quiz.id).distinct().subquery()  # of its own: it is found once
    above = (
        select(
            Attempt.person_id,
            (share - func.avg(share).over(partition_by=QuizVersion.quiz_id)).label("above"),
        )
        .join(here, here.c.person_id == Attempt.person_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(GradingRun, is_current_run())
        .where(Attempt.purpose == Purpose.ASSESSED, Attempt.attempt_no == 1, QuizVersion.quiz_id != quiz.id)
        .subquery()
    )
    query = select(Person.code, func.avg(above.c.above)).join(Person, Person.id == above.c.person_id)
    return query.where(above.c.above.is_not(None)).group_by(Person.code)
