"""A question that was revised: earlier answers stay what they were, by the version and the key of their day."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from flask import Flask

from lms.demo import content
from lms.questions import queries as questions
from lms.questions.actions import import_questions
from lms.questions.core.formats import native
from tests.analysis.classes import make_class, take
from tests.analysis.page import QUIZ, AnalysisPage
from tests.analysis.rows import Results, load_results
from tests.analysis.test_page import near
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting

CODE = "HAR-002"
OPTIONS = ("o1", "o2", "o3", "o4")
KEY = "o4"
Options = list[dict[str, Any]]


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def revise(change: Callable[[Options], Options]) -> None:
    """Write a further version of the question with other options."""
    file = content.BANKS / "HAR" / "questions" / f"{CODE}.yaml"
    question = yaml.safe_load(file.read_text(encoding="utf-8"))
    question["options"] = change(question["options"])
    bank = questions.find_bank("HAR")
    assert bank is not None
    read = native.read(yaml.safe_dump(question, allow_unicode=True).encode())
    assert import_questions(bank, read.questions, by=None).revised == [CODE]


def gone(app: Flask) -> str:
    """The wrong option that most people have chosen."""
    counts = results(app).choosers(CODE)
    chosen = max(set(OPTIONS) - {KEY}, key=lambda option: counts[option])
    assert counts[chosen] > 0
    return chosen


def without(gone: str) -> Callable[[Options], Options]:
    return lambda options: [option for option in options if option["id"] != gone]


def with_another_key(options: Options) -> Options:
    """The first option is right, and what was right is wrong."""
    return [{**option, "fraction": int(option["id"] == "o1")} for option in options]


def results(app: Flask) -> Results:
    with app.app_context():
        return load_results(QUIZ)


def detail(page: AnalysisPage) -> str:
    return page.html.split('id="detail"', 1)[1].split("</section>", 1)[0]


def key_shown(page: AnalysisPage) -> list[str]:
    """The letters of the options that the detail marks as the key."""
    options = re.findall(r"<li><p><b>([A-Z])</b>(.*?)</p>", detail(page), re.DOTALL)
    return [letter for letter, text in options if "chip" in text]


def test_a_revision_that_nobody_has_taken_changes_nothing(qa: Visitor, sample: Flask, unit: Unit) -> None:
    before = AnalysisPage(qa, question=CODE)
    with unit():
        revise(without(gone(sample)))
    after = AnalysisPage(qa, question=CODE)
    assert after.questions == before.questions
    assert detail(after) == detail(before)


def test_answers_with_an_option_that_has_gone_still_count(qa: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        revise(without(gone(sample)))
        take(sitting.person(), "ja")
    own, page = results(sample), AnalysisPage(qa, question=CODE)
    row = page.questions[CODE]
    assert row.n == "61"
    assert near(row.facility, own.facility(CODE), 2)
    assert near(row.discrimination, own.discrimination(CODE), 2)
    assert row.chosen == [], "one person alone had the new options"
    assert "fewer than 5 people had one of the versions" in detail(page)
    assert qa.get(f"/analysis/{QUIZ}/items.csv").status_code == 200


def test_choices_are_those_of_the_newest_version_and_say_their_n(qa: Visitor, sample: Flask, unit: Unit) -> None:
    left = [option for option in OPTIONS if option != gone(sample)]
    with unit():
        revise(without(gone(sample)))
        make_class("after", ["ja"] * 6)
    own, page = results(sample).in_cohort("after").choosers(CODE), AnalysisPage(qa, question=CODE)
    assert page.questions[CODE].n == "66"
    assert page.questions[CODE].chosen == [own[option] * 100 // 6 for option in left]
    assert "Choices of version 2 only, n=6" in detail(page)


def test_a_cohort_in_which_few_had_the_new_version_is_not_in_its_choices(
    qa: Visitor, sample: Flask, unit: Unit
) -> None:
    """The facility of the cohort less the choices of the many would tell of the few."""
    with unit():
        revise(without(gone(sample)))
        take(sitting.person(), "ja")
        make_class("after", ["ja"] * 6)
    page = AnalysisPage(qa, question=CODE)
    assert page.questions[CODE].n == "67"
    assert "Choices of version 2 only, n=6" in detail(page)


def test_a_new_key_marks_no_earlier_answer(qa: Visitor, sample: Flask, unit: Unit) -> None:
    before, earlier = results(sample).facility(CODE), AnalysisPage(qa, cohort="tokyo-a", question=CODE)
    with unit():
        revise(with_another_key)
        people = make_class("after", ["ja"] * 6)
    own, page = results(sample), AnalysisPage(qa, question=CODE)
    assert own.only(lambda sheet: sheet.cohort != "after").facility(CODE) == before
    assert near(page.questions[CODE].facility, own.facility(CODE), 2)
    assert key_shown(page) == ["A"]
    chosen = own.in_cohort("after").choosers(CODE)
    assert page.questions[CODE].chosen == [chosen[option] * 100 // len(people) for option in OPTIONS]
    assert detail(AnalysisPage(qa, cohort="tokyo-a", question=CODE)) == detail(earlier), "who had the old key only"
    assert key_shown(earlier) == ["D"]
