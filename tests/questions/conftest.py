"""A policy, a bank and its people; and a file sent into the bank by command or by page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.policies import actions as policies
from lms.questions import actions, queries
from lms.questions.core.question import Question as QuestionValue
from lms.questions.models import Question
from tests.cast import Cast, make_cast
from tests.conftest import SignIn, Unit, Visitor

POLICY = b"---\ncode: HAR\ntitle: Harassment\n---\n## Insults {#insults}\nText.\n\n## Context {#context}\nText.\n"
ONE = """id: T-{n}
type: single
sections: [HAR/insults]
prompt: {{en: "Which is an insult? ({n})", ja: 侮辱はどれですか（{n}）。}}
rationale: {{en: It says what a person is worth., ja: その人の価値を否定する言葉です。}}
options:
  - id: o1
    fraction: 1
    text: {{en: A word about a person, ja: 個人についての言葉}}
    rationale: {{en: Aimed at a person., ja: 個人に向けられています。}}
  - id: o2
    text: {{en: A word about a company, ja: 企業についての言葉}}
    rationale: {{en: A company is no person., ja: 企業は個人ではありません。}}
    misconception: {{en: Every harsh word is an insult, ja: 厳しい言葉はすべて侮辱}}
"""

TYPED = {
    "name.en": "Insults",
    "name.ja": "侮辱",
    "prompt.en": "Which is an <b>insult</b>?",
    "prompt.ja": "侮辱は<em>どれ</em>ですか。",
    "rationale.en": "A slur says what a person is worth.",
    "rationale.ja": "中傷は人の価値を否定します。",
    "difficulty": "hard",
    "section.1": "HAR/context",
    "tags": "insult, basics",
    "ids.options": "o1 o2",
    "key.options": "o2",
    "options.o1.text.en": "A fact",
    "options.o1.text.ja": "事実",
    "options.o1.rationale.en": "A fact judges nobody.",
    "options.o1.rationale.ja": "事実は人を評価しません。",
    "options.o1.misconception.en": "Whatever hurts is an insult",
    "options.o1.misconception.ja": "傷つく言葉はすべて侮辱",
    "options.o1.percent": "25",
    "options.o2.text.en": "A slur",
    "options.o2.text.ja": "中傷",
    "options.o2.rationale.en": "It denies the worth of a person.",
    "options.o2.rationale.ja": "人の価値を否定します。",
}
"""What the form of the editor sends of a finished question."""


def write_question(visitor: Visitor, code: str) -> None:
    """Write a question through the pages and put it into use, as whoever is alone."""
    visitor.post("/questions/T/new-question", data={"code": code, "type": "single", "section": ""})
    form = {**TYPED, "seen": "1.1"}
    assert visitor.post(f"/questions/T/{code}/release", data=form).location == f"/questions/T/{code}"


@dataclass(frozen=True)
class Door:
    """One of the two ways in. ``send`` gives what the person is told, and whether the file was taken."""

    app: Flask
    visitor: Visitor | None
    folder: Path

    def send(
        self,
        content: str | bytes,
        name: str = "t.yaml",
        locale: str = "en",
        *,
        pair_by: str = "",
        skip_errors: bool = False,
    ) -> tuple[bool, str]:
        raw = content.encode() if isinstance(content, str) else content
        if self.visitor is not None:
            form: dict[str, Any] = {"file": (io.BytesIO(raw), name), "locale": locale, "pair_by": pair_by}
            form |= {"skip_errors": "y"} if skip_errors else {}
            answer = self.visitor.post("/questions/T/import?lang=en", data=form, content_type="multipart/form-data")
            assert answer.status_code in (200, 302, 422), answer.text
            told = self.visitor.get(answer.location).text if answer.status_code == 302 else answer.text
            return answer.status_code != 422, told
        (self.folder / name).write_bytes(raw)
        arguments = ["questions", "import", str(self.folder / name), "--bank", "T", "--locale", locale]
        arguments += ["--pair-by", pair_by] if pair_by else []
        arguments += ["--skip-errors"] if skip_errors else []
        result = self.app.test_cli_runner().invoke(args=arguments, env={"LC_ALL": "en"})
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert result.exit_code in (0, 1)
        return result.exit_code == 0, result.output


@pytest.fixture
def cast(unit: Unit) -> Cast:
    with unit():
        policies.import_policy(policies.check_files(POLICY, None), publish=True)
        actions.create_bank("T", {"en": "Try-out", "ja": "試用"})
        return make_cast()


@pytest.fixture(params=["command", "page"])
def door(request: pytest.FixtureRequest, app: Flask, cast: Cast, sign_in_as: SignIn, tmp_path: Path) -> Door:
    return Door(app, sign_in_as(cast.qa) if request.param == "page" else None, tmp_path)


def many(*numbers: int) -> str:
    return "---\n".join(ONE.format(n=n) for n in numbers)


def stored(app: Flask) -> dict[str, tuple[str, int]]:
    """State and number of the newest version of each question."""
    with app.app_context():
        questions = list(db.session.scalars(select(Question).order_by(Question.code)))
        current = queries.load_current(questions)
        return {question.code: (question.state, current[question.id].version.n) for question in questions}


def body_of(app: Flask, code: str) -> dict[str, Any]:
    with app.app_context():
        question = queries.get_question(code)
        return dict(queries.load_current([question])[question.id].version.body)


def value_of(app: Flask, code: str) -> QuestionValue:
    """The newest content of a question with its key."""
    with app.app_context():
        return queries.load_values([queries.get_question(code)])[0]
