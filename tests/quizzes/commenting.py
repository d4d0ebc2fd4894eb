"""The routes about a question and about an attempt, for the tests that ask for every route."""

from __future__ import annotations

from typing import Any

OF_AN_ATTEMPT = [
    *("quizzes.question", "quizzes.answer", "quizzes.submit_page", "quizzes.result", "quizzes.paper"),
    *("attempts.save_events", "attempts.submit", "attempts.claim", "attempts.state", "attempts.rest"),
    *("quizzes.practise", "question_reports.write", "question_reports.send", "own_results.expected"),
]
OF_A_QUESTION = [
    *(f"question.{verb}" for verb in ("show", "copy", "retire", "restore", "hold", "confirm")),
    *(f"question_editor.{verb}" for verb in ("edit", "save", "check", "discard")),
    "question_versions.show",
]
FORMS_OF_QUESTIONS: dict[str, dict[str, Any]] = {
    "question_reports.send": {"question": "1", "kind": "fault", "text": "Two options are right."},
    "question_reports.answer": {"answer": "One of them is."},
    "question.hold": {"reason": "The key is doubtful."},
    "question.confirm": {"reason": "Read again."},
}
