"""What tests of regrades have in common: a proposal, its two people, and what is stored of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from lms.foundation.db import db
from lms.kit.chains import sha256_of
from lms.questions import queries as questions
from lms.questions.models import Question, QuestionVersion
from lms.quizzes import queries
from lms.quizzes.actions import regrading
from lms.quizzes.core.regrading import Method
from lms.quizzes.models import GradingItem, GradingRun, Quiz, Regrade
from lms.quizzes.queries.regrades import find_waiting
from lms.quizzes.queries.regrading import load_papers
from tests.quizzes import sitting

QUIZ, CODE = "harassment-checkpoint", "HAR-014"
SECOND = {"options": ["o2"]}
NOTE = {"en": "Question {question}: from {before} to {after}.", "ja": "問{question}：{before}から{after}。"}
REASON = {"en": "It was right too.", "ja": "これも正しいため。"}


FORMS_OF_REGRADES = {
    "regrades.new": {
        **{"step": "propose", "how": "accept", "right": "options:o2"},
        **{f"reason_{locale}": text for locale, text in REASON.items()},
        **{f"note_{locale}": text for locale, text in NOTE.items()},
    },
    "regrades.decide": {"decision": "decline"},
}
"""What somebody sends who fills in the forms as they should be."""


def arguments_of_regrades(regrade_id: int) -> dict[str, dict[str, Any]]:
    """An example of each address; the regrade waits for a second person."""
    trial, waiting = {"quiz": QUIZ, "code": CODE}, {"regrade_id": regrade_id}
    return {
        **dict.fromkeys(["regrades.new", "regrades.trial_csv"], trial),
        "regrades.choose": {"bank": "HAR", "code": CODE},
        **dict.fromkeys([f"regrades.{verb}" for verb in ("show", "people_csv", "decide")], waiting),
    }


def about(code: str | None = None) -> tuple[Quiz, QuestionVersion]:
    """The quiz, and the version of the question that everybody had."""
    version = db.session.scalars(select(QuestionVersion).join(Question).where(Question.code == (code or CODE))).one()
    return queries.get_quiz(QUIZ), version


def trial(method: Method, right: Mapping[str, list[str]], *, lowers: bool) -> regrading.Trial:
    """The dry run of a correction."""
    quiz, version = about()
    newest = questions.load_newest_key(version.id)
    return regrading.dry_run(load_papers(quiz.id, version), newest, method, right, lowers_passes=lowers)


def proposal(
    method: Method = Method.ACCEPT, right: Mapping[str, list[str]] = SECOND, *, lowers: bool = False, **texts: Any
) -> regrading.Proposal:
    return regrading.Proposal(method, right, lowers, texts.get("reason", REASON), texts.get("note", NOTE))


def make_regrade(code: str) -> int:
    """One that waits, for the pages that show it; asked for again, the same."""
    quiz, version = about(code)
    waiting = find_waiting(quiz.id, version.id)
    if waiting is not None:
        return waiting.id
    return regrading.propose(*about(code), proposal(Method.CREDIT_ALL, {}), by=sitting.person("qa@kijun.example")).id


def proposed(
    method: Method = Method.ACCEPT, right: Mapping[str, list[str]] = SECOND, *, lowers: bool = False
) -> Regrade:
    return regrading.propose(*about(), proposal(method, right, lowers=lowers), by=sitting.person("qa@kijun.example"))


def applied(method: Method = Method.ACCEPT, right: Mapping[str, list[str]] = SECOND, *, lowers: bool = False) -> int:
    """A regrade that the policy editor has let through and no worker has begun."""
    regrade = proposed(method, right, lowers=lowers)
    regrading.apply(regrade, by=sitting.person("editor@kijun.example"))
    return regrade.id


def hashes() -> dict[int, str]:
    """Every grading run with all its marks, as one hash each."""
    marks: dict[int, list[Any]] = {}
    columns = GradingItem.__table__.columns
    for row in db.session.execute(select(*columns).order_by(GradingItem.run_id, GradingItem.position)):
        marks.setdefault(row.run_id, []).append([str(value) for value in row])
    rows = db.session.execute(select(*GradingRun.__table__.columns))
    return {row.id: sha256_of(json.loads(json.dumps([[str(v) for v in row], marks[row.id]]))) for row in rows}


def results() -> dict[str, tuple[int, int, bool, list[tuple[int, int, int, int, str]]]]:
    """What stands of every attempt: score, maximum, pass, and every mark."""
    attempts = list(db.session.scalars(select(GradingRun.attempt_id).distinct()))
    return {
        attempt_id: (
            run.score_thousandths,
            run.max_thousandths,
            run.passed,
            [
                (item.position, item.key_n, item.awarded_thousandths, item.max_thousandths, item.outcome)
                for item in run.items
            ],
        )
        for attempt_id, run in queries.load_current_runs(attempts, with_items=True).items()
    }
