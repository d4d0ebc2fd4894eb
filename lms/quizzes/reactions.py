"""Tells those that lie below: the policies which quizzes rest on them, the briefing whom it is not to interrupt,
the questions how their results were corrected and whose keys wait until a quiz is taken.
"""

from __future__ import annotations

from lms.policies.queries.uses import Use, register_module_uses
from lms.questions import queries as questions
from lms.questions.access import register_withheld_criterion
from lms.quizzes.queries import is_in_attempt
from lms.quizzes.queries.ahead import still_to_take
from lms.quizzes.queries.citing import list_quizzes_with
from lms.quizzes.queries.regrades import list_regrades
from lms.wellbeing.queries import register_running_time


def uses_of_module(module_id: int) -> list[Use]:
    """The quizzes in use that have a question which cites a section of the module."""
    citing = [question.id for question in questions.list_citing_module(module_id)]
    return [
        Use(quiz.title_text, "quiz_design.show", {"code": quiz.code}, "quiz.write")
        for quiz in list_quizzes_with(citing)
    ]


def corrections_of(question_id: int) -> list[questions.Corrected]:
    """The regrades of a question, the newest first."""
    return [
        questions.Corrected(
            title_text=regrade.quiz.title_text,
            version_n=regrade.question_version.n,
            at=regrade.decided_at or regrade.proposed_at,
            state=regrade.state,
            endpoint="regrades.show",
            arguments={"regrade_id": regrade.id},
        )
        for regrade in list_regrades(question_id)
    ]


questions.register_corrections(corrections_of)
register_withheld_criterion(still_to_take)
register_module_uses("quizzes", uses_of_module)
register_running_time(is_in_attempt)
