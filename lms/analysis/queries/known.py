"""What verdicts rest on beside the answers: which rules have changed, and what people knew in other quizzes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.analysis.core.findings import reads_otherwise
from lms.analysis.queries.evidence import Taken
from lms.analysis.queries.rows import Sitting, load_hashes, load_published, of_quiz
from lms.foundation.db import db
from lms.policies.models import PolicyVersion
from lms.questions.models import QuestionHold, QuestionKey, QuestionVersion
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt, GradingRun, Quiz, QuizVersion
from lms.quizzes.queries import is_current_run

Rests = Mapping[str, tuple[Taken, int | None, int | None]]
"""By question: its newest version and key, and the section and the module that these rest on."""


def load_outdated(rests: Rests, takers: Mapping[str, Sequence[Sitting]]) -> dict[str, frozenset[str]]:
    """By question, who took its newest version under another text of its section than its key was written for.

    A key is written for the text that is in force when it is made, and for that of every version of the policy since
    under which somebody has looked at the question and released it. ``takers`` are who took the newest version.
    """
    modules = {module_id for _taken, _section_id, module_id in rests.values() if module_id is not None}
    published = load_published(modules)
    pinned = {version_id for sittings in takers.values() for sitting in sittings for version_id in sitting.policies}
    hashes = load_hashes({*pinned, *(version.id for listed in published.values() for version in listed)})
    made = _made({taken for taken, _section_id, _module_id in rests.values()})
    confirmed = _confirmed({taken[0] for taken, _section_id, _module_id in rests.values()})
    found = {}
    for code, (taken, section_id, module_id) in rests.items():
        if section_id is None or module_id is None:
            continue
        written_for = _in_force(published.get(module_id, ()), made[taken])
        known = [
            hashes.get((version_id, section_id), {}) for version_id in {*written_for, *confirmed.get(taken[0], ())}
        ]
        later = frozenset(
            sitting.person
            for sitting in takers.get(code, ())
            if known
            and any(_is_another(hashes.get((version_id, section_id)), known) for version_id in sitting.policies)
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


def _made(pairs: Collection[Taken]) -> dict[Taken, datetime]:
    query = select(QuestionKey.question_version_id, QuestionKey.n, QuestionKey.created_at).where(
        QuestionKey.question_version_id.in_({version_id for version_id, _key_n in pairs})
    )
    return {(version_id, key_n): created_at for version_id, key_n, created_at in db.session.execute(query)}


def _confirmed(version_ids: Collection[int]) -> dict[int, set[int]]:
    """By question version, the policy versions under which the question was held and released again."""
    query = (
        select(QuestionVersion.id, QuestionHold.policy_version_id)
        .join(QuestionHold, QuestionHold.question_id == QuestionVersion.question_id)
        .where(
            QuestionVersion.id.in_(list(version_ids)),
            QuestionHold.released_at.is_not(None),
        )
    )
    found: dict[int, set[int]] = {}
    for version_id, policy_version_id in db.session.execute(query):
        if policy_version_id is not None:
            found.setdefault(version_id, set()).add(policy_version_id)
    return found


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
