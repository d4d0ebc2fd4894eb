"""The page that compares two versions of a question: words in English, characters in Japanese, and whose key is held
back.
"""

from __future__ import annotations

import re

import pytest

from lms.questions import access as questions_access
from lms.questions.models import Question
from tests.cast import Cast
from tests.conftest import SignIn, Visitor
from tests.questions.conftest import TYPED, write_question

PAGE = "/questions/T/T-001/compare"


@pytest.fixture
def author(cast: Cast, sign_in_as: SignIn) -> Visitor:
    author = sign_in_as(cast.qa)
    write_question(author, "T-001")
    return author


def revise(author: Visitor, seen: str, go: str = "release", **changes: str) -> None:
    typed = {**TYPED, **{name.replace("__", "."): text for name, text in changes.items()}, "seen": seen}
    assert author.post(f"/questions/T/T-001/{go}", data=typed).status_code == 302


def seen(author: Visitor) -> str:
    page = author.get("/questions/T/T-001/edit").text
    return re.search(r'name="seen" value="([^"]*)"', page)[1]  # type: ignore[index]


def test_with_one_version_the_page_says_that_there_is_nothing_to_compare(author: Visitor) -> None:
    page = author.get(f"{PAGE}?lang=en").text
    assert "There is nothing to compare yet" in page
    assert 'name="from"' not in page
    assert PAGE not in author.get("/questions/T/T-001").text


def test_words_and_characters_that_changed_are_marked(author: Visitor) -> None:
    revise(author, seen(author), name__en="Slurs", name__ja="侮辱の見分け方", options__o1__percent="0")
    page = author.get(f"{PAGE}?lang=en").text
    assert "<del>Insults</del><ins>Slurs</ins>" in page
    assert '<p lang="ja">侮辱<ins>の見分け方</ins></p>' in page
    assert "<del>25</del> <ins>0</ins>" in page
    assert "A fact judges nobody." not in page, "what did not change is not shown"
    assert PAGE in author.get("/questions/T/T-001").text


def test_any_two_can_be_compared_and_the_draft_too(author: Visitor) -> None:
    revise(author, seen(author), name__en="Slurs")
    revise(author, seen(author), "edit", name__en="Slander")
    newest = author.get(f"{PAGE}?lang=en").text
    assert "<del>Slurs</del><ins>Slander</ins>" in newest
    assert "Only the English texts differ." in newest
    assert "<del>Insults</del><ins>Slander</ins>" in author.get(f"{PAGE}?lang=en&from=1&to=draft").text
    assert "<del>Slurs</del><ins>Insults</ins>" in author.get(f"{PAGE}?lang=en&from=2&to=1").text
    assert "There is nothing to compare yet" in author.get(f"{PAGE}?lang=en&from=2&to=2").text
    assert author.get(f"{PAGE}?lang=en&from=99&to=x").status_code == 200


def test_a_key_that_is_held_back_is_not_given_away_by_its_changes(
    author: Visitor, cast: Cast, sign_in_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    revise(author, seen(author), rationale__en="Another reason.", name__en="Slurs")
    monkeypatch.setattr(questions_access, "_withheld_criteria", [lambda _access: Question.code == "T-001"])
    page = sign_in_as(cast.editor).get(f"{PAGE}?lang=en").text
    assert "<ins>Slurs</ins>" in page
    assert "Another reason." not in page
    assert "The key is not shown yet." in page
