"""A quiz of the newer question types, given to the sample's joiner."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from lms.foundation import clock
from lms.questions import actions as questions
from lms.questions.core.formats import native
from lms.quizzes import actions
from lms.quizzes.core.rules import Rules
from tests.quizzes import sitting

FILE = Path(__file__).parents[1] / "questions" / "new_types.yaml"
QUIZ = "newer-types"


def give(login: str = sitting.JOINER) -> int:
    """Make bank, questions and quiz, and give it; returns the assignment."""
    bank = questions.create_bank("TYP", {"en": "Newer types", "ja": "新しい形式"})
    placed = native.read(FILE.read_bytes()).questions
    ids = [questions.save_question(bank, one.question, by=None)[0].id for one in placed]
    titles = {"en": "Newer types", "ja": "新しい形式"}
    version = actions.publish_quiz(
        actions.PublishQuiz(QUIZ, titles, ids, Rules(minutes=30, cut_percent=80, attempts=1)), by=None
    )
    now = clock.now()
    given = actions.assign(
        version.quiz,
        [sitting.person(login).id],
        opens_at=now - timedelta(minutes=1),
        due_at=now + timedelta(days=2),
        zone_name="Asia/Tokyo",
        by=None,
    )
    return given.id
