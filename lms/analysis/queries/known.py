"""What verdicts rest on beside the answers: which rules have changed, and what people knew in other quizzes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, Text, cast, func, select

from lms.accounts.models import Person
from lms.analysis.core.findings import reads_otherwise
from lms.analysis.queries.rows import Sitting, load_hashes, of_quiz
from lms.foundation.db import db
from lms.policies.models import PolicyVersion, VersionState
from lms.questions.models import Question, QuestionHold
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt, GradingRun, Quiz, QuizVersion
from lms.quizzes.queries import is_current_run


@dataclass(frozen=True, slots=True)
class Rest:
    """What the newest version of a question rests on: a section of a module, the text in force when its key was made,
    and the versions of the policy under which the question was held and released again.
    """

    section_id: int
    module_id: int
    made_at: datetime
    released_under: frozenset[int]


def load_outdated(
    rests: Mapping[str, Rest], takers: Mapping[str, Sequence[Sitting]], versions: Iterable[PolicyVersion]
) -> dict[str, frozenset[str]]:
    """By question, who took its newest version under another text of its section than its key was written for.

    A key is written for the text that is in force when it is made, and for that of every version of the policy since
    under which somebody has looked at the question and released it. ``takers`` are who took the newest version;
    ``versions`` are those of the policies, in the order of taking effect.
    """
    published: dict[int, list[PolicyVersion]] = {}
    for version in versions:
        if version.state == VersionState.PUBLISHED:
            published.setdefault(version.module_id, []).append(version)
    pinned = {version_id for sittings in takers.values() for sitting in sittings for version_id in sitting.policies}
    hashes = load_hashes({*pinned, *(version.id for listed in published.values() for version in listed)})
    found = {}
    for code, rest in rests.items():
        written_for = _in_force(published.get(rest.module_id, ()), rest.made_at)
        known = [hashes.get((version_id, rest.section_id), {}) for version_id in {*written_for, *rest.released_under}]
        later = frozenset(
            sitting.person
            for sitting in takers.get(code, ())
            if known and any(_is_another(hashes.get((version, rest.section_id)), known) for version in sitting.policies)
        )
        if later:
            found[code] = later
    return found


def _is_another(taken_under: Mapping[str, str] | None, known: Sequence[Mapping[str, str]]) -> bool:
    return taken_under is not None and all(reads_otherwise(text, taken_under) for text in known)


def _in_force(published: Sequence[PolicyVersion], at: datetime) -> set[int]:
    """The version in force at an instant, of one module's in the order of taking effect."""
    before = [version.id for version in published if version.effective_at is not None and version.effective_at <= at]
    return set(before[-1:])


def released_under() -> ScalarSelect[str]:
    """The ids of the policy versions under which a question was held and released again, in one text."""
    ids = func.aggregate_strings(cast(QuestionHold.policy_version_id, Text), ",")
    released = (QuestionHold.question_id == Question.id) & QuestionHold.released_at.is_not(None)
    return select(ids).where(released).correlate(Question).scalar_subquery()


def load_elsewhere(quiz: Quiz) -> dict[str, float]:
    """How far above the mean of a quiz the people of this quiz were in the others, on average, by their code.

    First assessed attempts count, as shares of the greatest score; the mean of each quiz is that of these people.
    """
    share = GradingRun.score_thousandths * 1.0 / func.nullif(GradingRun.max_thousandths, 0)
    here = of_quiz(select(Attempt.person_id), quiz.id)
    above = (
        select(
            Attempt.person_id,
            (share - func.avg(share).over(partition_by=QuizVersion.quiz_id)).label("above"),
        )
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(GradingRun, is_current_run())
        .where(
            Attempt.purpose == Purpose.ASSESSED,
            Attempt.attempt_no == 1,
            QuizVersion.quiz_id != quiz.id,
            Attempt.person_id.in_(here),
        )
        .subquery()
    )
    query = select(Person.code, func.avg(above.c.above)).join(Person, Person.id == above.c.person_id)
    found = db.session.execute(query.where(above.c.above.is_not(None)).group_by(Person.code))
    return {code: float(mean) for code, mean in found}
