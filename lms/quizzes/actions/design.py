"""Publishing quizzes, version after version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.kit.chains import sha256_of
from lms.kit.problems import Conflict, Invalid
from lms.quizzes import queries
from lms.quizzes.core.rules import Rules, checked
from lms.quizzes.models import Quiz, QuizQuestion, QuizVersion

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class PublishQuiz:
    """A quiz as it is to be published: its questions in order, and its rules."""

    code: str
    title_text: Mapping[str, str]
    question_ids: Sequence[int]
    rules: Rules
    revision: int | None = None
    """That of the quiz as it was looked at, when it is changed."""


def publish_quiz(command: PublishQuiz, *, by: Person | None) -> QuizVersion:
    """Publish a quiz, or a new version of it. Attempts that are open keep the version they began with."""
    checked(command.rules)
    if not command.question_ids:
        raise Invalid("quiz.no_questions", field="questions")
    quiz = queries.find_quiz(command.code)
    if quiz is None:
        quiz = Quiz(code=command.code, title_text=dict(command.title_text))
        db.session.add(quiz)
        db.session.flush()
    elif command.revision is not None:
        _lock(quiz, command.revision)
    newest = queries.load_current_versions([quiz.id]).get(quiz.id)
    stored = command.rules.as_json()
    sha256 = sha256_of({"rules": stored, "questions": list(command.question_ids)})
    if newest is not None and (newest.sha256, newest.title_text) == (sha256, dict(command.title_text)):
        return newest
    quiz.title_text = dict(command.title_text)
    quiz.revision = quiz.revision + 1 if newest else 1
    version = QuizVersion(
        quiz_id=quiz.id,
        n=newest.n + 1 if newest else 1,
        title_text=dict(command.title_text),
        rules=stored,
        sha256=sha256,
        published_at=clock.now(),
        published_by=by.id if by else None,
        questions=[
            QuizQuestion(position=position, question_id=question_id)
            for position, question_id in enumerate(command.question_ids, start=1)
        ],
    )
    db.session.add(version)
    db.session.flush()
    journal.record("quiz.publish", actor=by.code if by else SYSTEM, object=f"{quiz.code} v{version.n}")
    return version


def retire_quiz(quiz: Quiz, *, is_back: bool, revision: int, by: Person) -> None:
    """Let a quiz be given to nobody any more, or take it back; what is given already goes on."""
    if (quiz.retired_at is None) == is_back:
        return
    _lock(quiz, revision)
    quiz.retired_at = None if is_back else clock.now()
    quiz.revision += 1
    db.session.flush()
    journal.record("quiz.retire", actor=by.code, object=quiz.code, is_back=is_back)


def _lock(quiz: Quiz, revision: int) -> None:
    hold(quiz)
    if quiz.revision != revision:
        raise Conflict("quiz.changed")
