"""What is being done about a question stands where its answers are read, and what can be opened from there."""

from __future__ import annotations

import re

import pytest

from lms.followup.core.kinds import ActionKind
from tests.conftest import Unit
from tests.followup.following import EDITOR, LOCALIZER, QA, QUIZ, fields, open_one, stored
from tests.invigilation.conftest import As
from tests.quizzes import sitting

pytestmark = pytest.mark.usefixtures("sample")
CARD = f"/analysis/{QUIZ}?question=HAR-014&lang="
CLINIC = f"/analysis/{QUIZ}/questions/HAR-014?lang="


@pytest.mark.parametrize("page", [CARD, CLINIC])
def test_an_open_action_stands_where_the_answers_to_its_question_are_read(
    visitor_of: As, unit: Unit, page: str
) -> None:
    qa, editor = visitor_of(QA), visitor_of(EDITOR)
    assert "is open:" not in qa.get(f"{page}en").text
    with unit():
        action_id = open_one(ActionKind.LOCALIZE, owner=LOCALIZER, question="HAR-014").id
        open_one(ActionKind.REVIEW, question="HAR-021")
        owner = sitting.person(LOCALIZER).code
    seen = qa.get(f"{page}en").text
    assert "An action on this question is open:" in seen
    assert f'<a href="/actions/{action_id}">{owner}, due ' in seen
    assert "この設問には進行中の対応策があります" in qa.get(f"{page}ja").text
    elsewhere = editor.get(f"{page}en").text
    assert f"{owner}, due " in elsewhere
    assert f"/actions/{action_id}" not in elsewhere
    with unit():
        typed = fields(stored(action_id), state="done")
    assert qa.post(f"/actions/{action_id}", data=typed).status_code == 302
    assert "is open:" not in qa.get(f"{page}en").text


def test_a_misconception_is_answered_with_or_without_a_class(visitor_of: As) -> None:
    qa = visitor_of(QA)
    for chosen, first in (("", "Section to its editor"), ("?cohort=tokyo-a", "Refresher for a cohort")):
        listed = qa.get(f"/analysis/{QUIZ}{chosen}").text.split('id="misread"', 1)[1].split("</section>", 1)[0]
        links = re.findall(r'href="(/actions/new\?[^"]*finding=misconception[^"]*)"', listed)
        assert links
        opened = qa.get(links[0].replace("&amp;", "&"))
        assert f"<h1>{first}</h1>" in opened.text
