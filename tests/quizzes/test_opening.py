"""What an attempt gets when it opens, and where it goes on: drawn questions, pinned sections, questions opened."""

from __future__ import annotations

import re
from collections import Counter
from copy import deepcopy
from dataclasses import asdict

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.kit.chains import sha256_of
from lms.policies import actions as policies
from lms.questions.models import QuestionState, QuestionVersion
from lms.quizzes import queries
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.core.grading import Outcome
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

SPAM = b"""---
code: SPM
locale: en
title: Spam
version: "1.0"
---
## Flooding {#flooding}
Do not flood.
"""


@pytest.fixture
def assignment(sample: Flask) -> int:
    with sample.app_context(), transaction.unit(write=False):
        return sitting.assignment_id(sitting.person())


def outcomes(look: Look) -> dict[int, str]:
    return look(
        lambda attempt: {
            item.position: item.outcome
            for item in queries.load_current_runs([attempt.id], with_items=True)[attempt.id].items
        }
    )


@pytest.mark.parametrize("state", [QuestionState.RETIRED, QuestionState.DRAFT, QuestionState.HELD])
def test_the_start_page_counts_what_will_be_drawn(
    joiner: Visitor, unit: Unit, assignment: int, sample: Flask, state: QuestionState
) -> None:
    with unit():
        version = queries.get_given(sitting.person().id, assignment).version
        for listed in queries.list_quiz_questions(version)[:2]:
            listed.question.state = state
    page = joiner.get(f"/quizzes/{assignment}?lang=en").text
    assert "<dd>10</dd>" in page
    assert "80% (8 of 10)" in page
    assert "10 questions" in joiner.get("/quizzes?lang=en").text
    first = joiner.post(f"/quizzes/{assignment}/attempts").location
    assert Look(sample, first.split("/")[2])(lambda attempt: len(attempt.questions)) == 10


def test_the_start_page_counts_what_a_blueprint_can_draw(
    joiner: Visitor, unit: Unit, assignment: int, sample: Flask
) -> None:
    """A row that has lost its questions is not served by those of another section."""
    with unit():
        version = queries.get_given(sitting.person().id, assignment).version
        stock = [queries.candidate_of(found) for found in queries.list_drawable_questions(version)]
        sections = Counter(candidate.section for candidate in stock)
        (plenty, ready), (lost, _count) = sections.most_common()[0], sections.most_common()[-1]
        assert plenty != lost
        version.rules = {**version.rules, "draw": [asdict(DrawRow(ready - 1, plenty)), asdict(DrawRow(2, lost))]}
        for listed in queries.list_quiz_questions(version):
            if listed.question.code in {candidate.code for candidate in stock if candidate.section == lost}:
                listed.question.state = QuestionState.HELD
    page = joiner.get(f"/quizzes/{assignment}?lang=en").text
    assert f"<dd>{ready - 1}</dd>" in page
    first = joiner.post(f"/quizzes/{assignment}/attempts").location
    assert Look(sample, first.split("/")[2])(lambda attempt: len(attempt.questions)) == ready - 1


def test_the_designer_sees_which_question_is_left_out(sample: Flask, sign_in_as: SignIn, unit: Unit) -> None:
    with unit():
        qa = sitting.person("qa@kijun.example").code
        version = queries.load_current_versions([queries.get_quiz("harassment-checkpoint").id]).popitem()[1]
        queries.list_quiz_questions(version)[0].question.state = QuestionState.RETIRED
    page = sign_in_as(qa).get("/quiz-design/harassment-checkpoint?lang=en").text
    assert page.count("Left out") == 1


def test_sections_that_a_case_only_offers_are_shown_by_their_titles(
    joiner: Visitor, unit: Unit, assignment: int
) -> None:
    with unit():
        policies.import_policy(policies.check_files(SPAM, None), publish=True, effective_at=clock.now())
        for version in db.session.scalars(select(QuestionVersion).where(QuestionVersion.type == "case")):
            body = deepcopy(version.body)
            body["groups"]["section"].append({"id": "s99", "section": "SPM/flooding"})
            version.body, version.sha256 = body, sha256_of(body)
    first = joiner.post(f"/quizzes/{assignment}/attempts").location
    pages = [joiner.get(sitting.at(first, n) + "?lang=en").text for n in range(1, 13)]
    cases = [page for page in pages if 'value="s99"' in page]
    assert cases
    assert all("1 Flooding" in page and "SPM/flooding" not in page for page in cases)


def test_more_options_than_letters(joiner: Visitor, unit: Unit, assignment: int) -> None:
    with unit():
        for version in db.session.scalars(select(QuestionVersion).where(QuestionVersion.type == "single")):
            body = deepcopy(version.body)
            body["groups"]["options"] = [{"id": f"o{n}", "text": {"en": f"No. {n}"}} for n in range(1, 29)]
            version.body, version.sha256 = body, sha256_of(body)
    first = joiner.post(f"/quizzes/{assignment}/attempts").location
    pages = [joiner.get(sitting.at(first, n)) for n in range(1, 13)]
    assert {page.status_code for page in pages} == {200}
    letters = next(found for page in pages if len(found := re.findall(r'class="k"[^>]*>(\w+)<', page.text)) == 28)
    assert letters[-4:] == ["Y", "Z", "AA", "AB"]


def test_a_question_opened_from_the_review_is_blank_and_not_unreached(joiner: Visitor, first: str, look: Look) -> None:
    joiner.post(first, data={**look.right(1), "go": "review"})
    review = joiner.get(first.replace("questions/1", "review")).text
    assert not re.findall(r'href="[^"]*/questions/', review), "a link could not note that the question was opened"
    target = re.findall(r'form="open" formaction="([^"]+/questions/7)"', review)[0]
    answer = joiner.post(target, data={"show": "1"})
    assert joiner.get(answer.location).status_code == 200
    joiner.post(first.replace("questions/1", "submit"))
    found = outcomes(look)
    assert (found[1], found[7], found[8]) == (Outcome.RIGHT, Outcome.BLANK, Outcome.NOT_REACHED)


def test_opening_a_question_from_the_review_keeps_its_answer(joiner: Visitor, first: str, look: Look) -> None:
    joiner.post(first, data={**look.right(1), "go": "review"})
    joiner.post(first, data={"show": "1"})
    assert look.log == [look.right(1)]


def test_the_review_leads_back_to_the_first_question_without_an_answer(joiner: Visitor, first: str, look: Look) -> None:
    for position in (1, 2, 4):
        joiner.post(sitting.at(first, position), data={**look.right(position), "go": "review"})
    page = joiner.get(first.replace("questions/1", "review") + "?lang=en").text
    target = re.search(r'formaction="([^"]+)">Go back to questions', page)
    assert target
    assert target[1].endswith("/questions/3")


def test_an_open_attempt_goes_on_at_the_question_opened_last(
    joiner: Visitor, first: str, assignment: int, look: Look
) -> None:
    joiner.post(first, data={**look.right(1), "go": "5"})
    fifth = sitting.at(first, 5)
    for address in ("/quizzes", f"/quizzes/{assignment}"):
        assert f'href="{fifth}"' in joiner.get(address).text
    assert joiner.post(f"/quizzes/{assignment}/attempts").location == fifth


def test_a_place_that_there_is_not_is_the_next_one(joiner: Visitor, first: str) -> None:
    for target in ("0", "13", "9" * 5000, "٣", "-1"):
        assert joiner.post(first, data={"go": target}).location == sitting.at(first, 2)
