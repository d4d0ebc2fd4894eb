"""What a result shows and what it keeps back: keys that may come again wait for the last attempt or a pass."""

from __future__ import annotations

import re
from dataclasses import asdict
from html import escape

import pytest
from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import actions as policies
from lms.policies import queries as policy_queries
from lms.questions import holding
from lms.questions import queries as questions
from lms.quizzes import queries
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.models import Attempt, QuizVersion
from tests.conftest import Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

KEPT_BACK = "These questions may come again."


def result(joiner: Visitor, first: str) -> str:
    page: str = joiner.get(first.replace("questions/1", "result") + "?lang=en").text
    return page


def hand_in(joiner: Visitor, first: str) -> str:
    joiner.post(first.replace("questions/1", "submit"))
    return result(joiner, first)


def change_rules(unit: Unit, **rules: object) -> None:
    with unit():
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, **rules}


def start_again(joiner: Visitor, look: Look) -> str:
    return str(joiner.post(f"/quizzes/{look(lambda attempt: attempt.assignment_id)}/attempts").location)


def test_while_the_same_questions_may_come_again_their_answers_are_kept_back_in_words(
    joiner: Visitor, first: str, look: Look
) -> None:
    page = hand_in(joiner, first)
    assert "12 answers are kept back." in page
    assert KEPT_BACK in page
    assert "Right answer" not in page
    assert "mark=" not in page, "the marked sentence would be the answer"
    assert len(re.findall(r'<p class="qt"><span class="n">Q\d+</span>', page)) == 12
    again = start_again(joiner, look)
    assert "Right answer" not in result(joiner, first), "the last attempt is open"
    assert "Right answer" in hand_in(joiner, again)
    assert "Right answer" in result(joiner, first)
    assert KEPT_BACK not in result(joiner, first)


def test_a_case_that_is_kept_back_does_not_stand_under_its_section(
    joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    bodies = look(lambda attempt: [row.question_version.body for row in attempt.questions])
    cases = [escape(body["prompt"]["en"]) for body in bodies if body["type"] == "case"]

    def stands_under_sections(page: str) -> set[bool]:
        cards = page.split('<article class="card miss">')[1:]
        return {'class="pol"' in card for card in cards if any(case in card for case in cases)}

    assert stands_under_sections(hand_in(joiner, first)) == {False}
    with unit():  # as a correction leaves it that drops the question
        places = [
            row.position
            for row in db.session.get_one(Attempt, look.attempt_id).questions
            if row.question_version.type == "case"
        ]
        run = queries.load_current_runs([look.attempt_id], with_items=True)[look.attempt_id]
        db.session.delete(next(item for item in run.items if item.position in places))
    assert result(joiner, first).count("kept back for now") == 11
    hand_in(joiner, start_again(joiner, look))
    assert stands_under_sections(result(joiner, first)) == {True}


def test_after_a_pass_nothing_is_kept_back(joiner: Visitor, first: str, look: Look) -> None:
    for position in range(1, 12):
        joiner.post(sitting.at(first, position), data={**look.right(position), "go": "next"})
    page = hand_in(joiner, first)
    assert "You passed" in page
    assert page.count("Right answer") == 1


@pytest.mark.parametrize(("attempts", "is_shown"), [(2, True), (3, False)])
def test_what_a_blueprint_has_no_need_to_draw_again_is_shown_at_once(
    joiner: Visitor, first: str, look: Look, unit: Unit, attempts: int, is_shown: bool
) -> None:
    """Six of twelve: two attempts need nothing twice, three do."""
    with unit():
        for row in db.session.get_one(Attempt, look.attempt_id).questions[6:]:
            db.session.delete(row)
    change_rules(unit, draw=[asdict(DrawRow(6))], attempts=attempts)
    assert ("Right answer" in hand_in(joiner, first)) is is_shown


def test_what_was_seen_elsewhere_within_the_days_is_no_stock_for_a_retake(
    joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    """Where a question stays away for some days, the draw takes it as readily as one of the paper before."""
    with unit():
        attempt = db.session.get_one(Attempt, look.attempt_id)
        attempt.assignment.fresh_days = 90
        rest = [row.question_version.question.code for row in attempt.questions[6:]]
        for row in attempt.questions[6:]:
            db.session.delete(row)
        elsewhere = sitting.give_another(sitting.person(), rest)
    hand_in(joiner, joiner.post(f"/quizzes/{elsewhere}/attempts").location)
    change_rules(unit, draw=[asdict(DrawRow(6))], attempts=2)
    assert "Right answer" not in hand_in(joiner, first)


def test_a_question_that_is_held_may_be_confirmed_and_come_again(
    joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    with unit():
        question = db.session.get_one(Attempt, look.attempt_id).questions[0].question_version.question
        holding.hold_by_hand(question, "The key is doubtful.", by=sitting.person("qa@kijun.example"))
    assert "Right answer" not in hand_in(joiner, first)


def test_while_a_question_is_on_an_open_paper_no_result_of_any_quiz_shows_its_answer(
    joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    change_rules(unit, attempts=1)
    assert hand_in(joiner, first).count("Right answer") == 12
    with unit():
        code = db.session.get_one(Attempt, look.attempt_id).questions[0].question_version.question.code
        other = sitting.give_another(sitting.person(), [code])
    assert result(joiner, first).count("Right answer") == 12
    again = joiner.post(f"/quizzes/{other}/attempts").location
    assert result(joiner, first).count("Right answer") == 11
    assert "1 answer is kept back." in result(joiner, first)
    hand_in(joiner, again)
    assert result(joiner, first).count("Right answer") == 12


def test_why_the_chosen_option_tempts_is_said(joiner: Visitor, first: str, look: Look, unit: Unit) -> None:
    change_rules(unit, attempts=1)

    def single(attempt: Attempt) -> int:
        return next(row.position for row in attempt.questions if row.question_version.body["type"] == "single")

    position = look(single)
    chosen = look.wrong(position)

    def belief(attempt: Attempt) -> str:
        row = attempt.questions[position - 1]
        key = questions.load_keys({(row.question_version_id, row.key_n)}).popitem()[1]
        return str(key["groups"]["options"][chosen["option"]]["misconception"]["en"])

    joiner.post(sitting.at(first, position), data={**chosen, "go": "next"})
    shown = hand_in(joiner, first).partition(f">Q{position}<")[2].partition("</li>")[0]
    assert "Why it is easily chosen: " in shown
    assert look(belief) in shown


def test_a_rule_that_has_changed_since_is_said_beside_the_text_that_was_in_force(
    joiner: Visitor, first: str, unit: Unit
) -> None:
    change_rules(unit, attempts=1)
    assert "The rule has changed since." not in hand_in(joiner, first)
    with unit():
        module = policy_queries.get_module("HAR")
        newest = policy_queries.load_in_force(clock.now(), [module.id])[module.id]
        files = policies.export_policy(newest)
        english = files["en"].replace("4.2", "4.3").replace("contact", "touch").encode()
        policies.import_policy(policies.check_files(english, None), publish=True, effective_at=clock.now())
    page = result(joiner, first)
    assert "The rule has changed since." in page
    assert "This is the text that was in force when you took the quiz." in page
    assert "Policy text, v4.2" in page


def test_only_an_open_book_shows_the_section_beside_the_question(
    joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    places = look(_kinds)
    change_rules(unit, open_book=True)
    assert "/policies/HAR?v=4.2#s-" in joiner.get(sitting.at(first, places["single"]) + "?lang=en").text
    case = joiner.get(sitting.at(first, places["case"]) + "?lang=en").text
    assert "/policies/HAR?v=4.2" in case
    assert "/policies/HAR?v=4.2#s-" not in case, "of a case the section is one of the answers"


def test_a_closed_book_leads_to_no_policy(joiner: Visitor, first: str, look: Look, unit: Unit) -> None:
    change_rules(unit, open_book=False)
    assert "/policies/HAR" not in joiner.get(sitting.at(first, look(_kinds)["single"]) + "?lang=en").text


def _kinds(attempt: Attempt) -> dict[str, int]:
    return {row.question_version.body["type"]: row.position for row in attempt.questions}
