"""What the result says is so: every miss is listed, right is what earns, a reason is a reason of an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.db import db
from lms.policies.models import Section
from lms.questions.models import QuestionKey, SectionLink
from lms.quizzes import actions
from lms.quizzes.core.passing import shown_points
from lms.quizzes.models import Assignee, Assignment, Attempt, QuizVersion
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

NOTHING = "Nothing missed. Every answer was right."
SHOWN_LATER = "Questions and answers are shown later"
WITHOUT = "Not tied to a section of the policy"
Hand = Callable[[], str]


@pytest.fixture
def hand_in(joiner: Visitor, first: str, unit: Unit) -> Hand:
    """Hands in the only attempt there is and gives the result page in English."""

    def act() -> str:
        with unit():
            for version in db.session.scalars(select(QuizVersion)):
                version.rules = {**version.rules, "attempts": 1}
        joiner.post(first.replace("questions/1", "submit"))
        page: str = joiner.get(first.replace("questions/1", "result") + "?lang=en").text
        return page

    return act


def link_of(look: Look, position: int) -> tuple[int, int]:
    """The key of the link to the main section of a question on the paper."""

    def read(attempt: Attempt) -> tuple[int, int]:
        version = attempt.questions[position - 1].question_version
        return version.id, version.links[0].section_id

    return look(read)


def test_a_miss_without_a_section_is_listed_under_words_of_its_own(look: Look, unit: Unit, hand_in: Hand) -> None:
    with unit():
        db.session.delete(db.session.get_one(SectionLink, link_of(look, 1)))
    page = hand_in()
    assert NOTHING not in page
    assert page.count(WITHOUT) == 1
    assert sorted(map(int, re.findall(r"Q(\d+)</span>", page))) == list(range(1, 13))


def test_a_miss_whose_section_was_not_in_force_is_listed_too_and_no_code_is_shown(
    look: Look, unit: Unit, hand_in: Hand
) -> None:
    with unit():
        link = db.session.get_one(SectionLink, link_of(look, 1))
        elsewhere = Section(module_id=link.section.module_id, key="never-in-force")
        db.session.add(elsewhere)
        db.session.flush()
        db.session.delete(link)
        db.session.flush()
        db.session.add(SectionLink(question_version_id=link.question_version_id, section_id=elsewhere.id, position=0))
    page = hand_in()
    assert WITHOUT in page
    assert "never-in-force" not in page
    assert sorted(map(int, re.findall(r"Q(\d+)</span>", page))) == list(range(1, 13))


def test_nothing_missed_is_said_when_nothing_was(joiner: Visitor, first: str, look: Look, hand_in: Hand) -> None:
    for position in range(1, 13):
        joiner.post(sitting.at(first, position), data={**look.right(position), "go": "next"})
    page = hand_in()
    assert NOTHING in page
    assert WITHOUT not in page


@pytest.mark.parametrize("is_right", [False, True])
def test_where_only_sections_are_shown_the_sentence_is_still_true(
    joiner: Visitor, first: str, look: Look, unit: Unit, hand_in: Hand, is_right: bool
) -> None:
    with unit():
        version = db.session.get_one(QuizVersion, look(lambda attempt: attempt.quiz_version_id))
        version.rules = {**version.rules, "feedback": "sections_only"}
    for position in range(1, 13 if is_right else 12):
        joiner.post(sitting.at(first, position), data={**look.right(position), "go": "next"})
    assert (NOTHING in hand_in()) is is_right


def of_type(attempt: Attempt, kind: str) -> int:
    return next(row.position for row in attempt.questions if row.question_version.body["type"] == kind)


def missed(page: str, position: int) -> str:
    """The part of the page about one missed question."""
    found = re.search(rf'<li><p class="qt"><span class="n">Q{position}</span>.*?</li>', page, re.DOTALL)
    assert found
    return found[0]


@pytest.fixture
def after_close(look: Look, unit: Unit) -> None:
    """The quiz shows what was missed when its window has closed."""
    version_id = look(lambda attempt: attempt.quiz_version_id)
    with unit():
        version = db.session.get_one(QuizVersion, version_id)
        version.rules = {**version.rules, "feedback": "after_close"}


@pytest.mark.usefixtures("after_close")
def test_after_the_window_what_was_missed_is_shown_and_not_before(
    first: str, look: Look, hand_in: Hand, sign_in_as: SignIn
) -> None:
    due_at, code = look(lambda attempt: (attempt.assignment.due_at, attempt.person.code))
    assert SHOWN_LATER in hand_in()
    for moment, is_shown in ((due_at - timedelta(seconds=1), False), (due_at, True)):
        with clock.fixed(moment):
            page = sign_in_as(code).get(first.replace("questions/1", "result") + "?lang=en").text
        assert (SHOWN_LATER not in page, "Right answer" in page) == (is_shown, is_shown)


@pytest.mark.usefixtures("after_close")
def test_an_end_of_somebody_else_that_is_later_is_the_time_that_is_named(look: Look, unit: Unit, hand_in: Hand) -> None:
    assignment_id, due_at = look(lambda attempt: (attempt.assignment_id, attempt.assignment.due_at))
    later = due_at + timedelta(days=9)
    with unit():
        other = sitting.person("moderator@kijun.example")
        db.session.add(Assignee(assignment_id=assignment_id, person_id=other.id, own_due_at=later))
    page = hand_in()
    assert f"They are shown after {later.day} {later:%b} {later.year}" in page


@pytest.mark.usefixtures("after_close")
def test_while_somebody_goes_on_with_a_quiz_that_was_ended_no_answers_are_shown(
    look: Look, unit: Unit, hand_in: Hand
) -> None:
    assignment_id = look(lambda attempt: attempt.assignment_id)
    with unit():
        assignment, other = db.session.get_one(Assignment, assignment_id), sitting.person("moderator@kijun.example")
        actions.add_assignees(assignment, [other.id])
        attempt_id = actions.open_attempt(other, assignment.id, locale="en").id
        actions.end(assignment, revision=assignment.revision, by=sitting.person("trainer@kijun.example"))
    assert SHOWN_LATER in hand_in()
    with unit():
        actions.submit(sitting.own_access(sitting.person("moderator@kijun.example")), attempt_id)
    assert SHOWN_LATER not in hand_in()


def test_of_an_imported_multiple_response_all_that_earns_is_right(
    joiner: Visitor, first: str, look: Look, unit: Unit, hand_in: Hand
) -> None:
    position = look(lambda attempt: of_type(attempt, "multiple"))

    def pinned(attempt: Attempt) -> tuple[tuple[int, int], dict[str, str]]:
        row = attempt.questions[position - 1]
        texts = {o["id"]: o["text"]["en"] for o in row.question_version.body["groups"]["options"]}
        return (row.question_version_id, row.key_n), texts

    which, texts = look(pinned)
    good, other, *bad = sorted(texts)
    with unit():
        key: Any = db.session.get_one(QuestionKey, which)
        changed = deepcopy(key.key)
        for option, facts in changed["groups"]["options"].items():
            facts["fraction"] = "1/2" if option in {good, other} else "-1"
            facts["rationale"] = {"en": f"Why <em>{option}</em> <b>.", "ja": ""}
        key.key = changed
    joiner.post(sitting.at(first, position), data={"options": [good, bad[0]], "go": "next"})
    shown = missed(hand_in(), position)
    answers = re.findall(r"<dd>(.*?)</dd>", shown)
    assert answers[1].split("<br>") == [o for o in answers[1].split("<br>") if o]
    assert len(answers[1].split("<br>")) == 2
    assert f"Why <em>{bad[0]}</em> &lt;b&gt;." in shown
    assert f"Why <em>{good}</em>" not in shown


def test_partial_credit_is_counted_in_points_and_explained_where_it_stands(
    joiner: Visitor, first: str, look: Look, hand_in: Hand
) -> None:
    position = look(lambda attempt: of_type(attempt, "multiple"))
    good = sorted(look.right(position)["options"])
    joiner.post(sitting.at(first, position), data={"options": good[:1], "go": "next"})
    others = [n for n in range(1, 13) if n != position]
    for other in others[:5]:
        joiner.post(sitting.at(first, other), data={**look.right(other), "go": "next"})
    page = hand_in()
    share = shown_points(1000 // len(good))
    assert f"5.{share.removeprefix('0.')} of 12 points" in page
    assert "Right: 5, partly right: 1, not right: 6." in page
    assert "Cut score 9.6 of 12 points (80%)" in page
    shown = missed(page, position)
    assert f"Partly right: {share} of 1 point<" in shown
    assert "Each right choice adds to the score, each wrong choice takes away from it." in shown
    sections = re.findall(r'tnum">([\d.]+) of (\d+) points?</p><svg', page)
    assert sum(Decimal(points) for points, _all in sections) == Decimal(f"5{share.removeprefix('0')}")
    assert f"12点中5{share.removeprefix('0')}点" in joiner.get(first.replace("questions/1", "result") + "?lang=ja").text


def test_without_partial_credit_questions_are_counted(joiner: Visitor, first: str, look: Look, hand_in: Hand) -> None:
    for position in range(1, 8):
        joiner.post(sitting.at(first, position), data={**look.right(position), "go": "next"})
    page = hand_in()
    assert "7 of 12 right" in page
    assert "Cut score 10 of 12 (80%)" in page
    assert "12 points" not in page
    assert "3 more right answers to pass." in page
    assert 'class="scale is-risk"' in page, "in words, without alarm"


def test_a_missed_question_leads_to_its_sentence_in_both_languages(joiner: Visitor, hand_in: Hand) -> None:
    page = hand_in()
    addresses = re.findall(r'href="(/policies/HAR/side[^"]*mark=[^"]*)#cited"', page)
    assert len(addresses) >= 6, "most of the sample's questions say why in the policy's words"
    shown = joiner.get(addresses[0].replace("&amp;", "&")).text
    assert shown.count('<mark id="cited">') == 1
    english, japanese = (
        re.findall(rf'<div lang="{locale}"><section(?:(?!</section>).)*<mark', shown, re.S) for locale in ("en", "ja")
    )
    assert (len(english), len(japanese)) == (1, 1)


def test_what_was_covered_in_the_quiz_is_covered_in_the_result_too(hand_in: Hand) -> None:
    page = hand_in()
    question = page[page.index("Which of these posts is an insult") :]
    cover, _end, rest = question.partition("</details>")
    assert '<details class="veil">' in cover
    assert "The options: insulting words (text only)" in cover
    assert "Right answer" in cover
    assert "An insult says what a person is worth." in rest
