"""Two who write one question at once: the second waits for the first, and sees what it has written.

SQLite lets one writer in at a time, so this can happen on PostgreSQL alone.
"""

from __future__ import annotations

import pytest
from flask import Flask

from lms.questions import queries
from lms.questions.drafts import working_copy
from tests.at_once import all_at_once
from tests.cast import Cast
from tests.conftest import SignIn, Visitor
from tests.questions.conftest import TYPED

pytestmark = pytest.mark.postgresql


def test_of_two_changes_of_a_draft_neither_is_lost(cast: Cast, sign_in_as: SignIn, app: Flask) -> None:
    windows = [sign_in_as(cast.qa) for _ in range(2)]
    windows[0].post("/questions/T/new-question", data={"code": "T-1", "type": "single", "section": ""})

    def save(window: Visitor, prompt: str) -> tuple[int, str]:
        typed = {**TYPED, "prompt.en": prompt, "seen": "1.1"}
        answer = window.post("/questions/T/T-1/edit?lang=en", data=typed)
        return answer.status_code, answer.text

    prompts = ("The one?", "The other?")
    calls = [
        lambda window=window, prompt=prompt: save(window, prompt)
        for window, prompt in zip(windows, prompts, strict=True)
    ]
    answers = dict(zip(prompts, all_at_once(app, calls, after="question_drafts"), strict=True))
    assert sorted(status for status, _text in answers.values()) == [302, 409]
    with app.app_context():
        kept = working_copy(queries.get_question("T-1"))[0].prompt["en"]
    assert answers[kept][0] == 302
    [refused] = [text for status, text in answers.values() if status == 409]
    assert f"Saved by somebody else: </span>{kept}" in refused
