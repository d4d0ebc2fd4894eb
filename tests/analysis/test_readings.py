"""What the page says beside the figures: how scores are spread, misconceptions, and both wordings."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import yaml
from flask import Flask

from lms.demo import content
from tests.analysis.classes import make_class
from tests.analysis.page import PATH, QUIZ, AnalysisPage, words
from tests.analysis.rows import load_results
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def test_scores_are_spread_as_in_the_rows(qa: Visitor, sample: Flask) -> None:
    with sample.app_context():
        own = load_results(QUIZ)
    bands = Counter(min(int(sheet.total * 100 / len(own.items)) // 10, 9) for sheet in own.sheets)
    label = re.search(r'class="bands"[^>]*aria-label="(.*?)"', AnalysisPage(qa).html)
    assert label is not None
    told = {int(low): int(share) for low, share in re.findall(r"(\d+) to \d+: (\d+)%", label[1])}
    assert told == {band * 10: count * 100 // 60 for band, count in bands.items()}


def test_a_small_class_has_no_spread_and_no_misconceptions(qa: Visitor, unit: Unit) -> None:
    with unit():
        make_class("four", ["ja"] * 4)
    html = AnalysisPage(qa, cohort="four").html
    assert 'class="bands"' not in html
    assert 'id="misread"' not in html


@pytest.mark.parametrize("language", ["en", "ja"])
def test_misconceptions_stand_with_their_options(qa: Visitor, sample: Flask, language: str) -> None:
    with sample.app_context():
        own = load_results(QUIZ)
    file = content.BANKS / "HAR" / "questions" / "HAR-021.yaml"
    options = yaml.safe_load(file.read_text(encoding="utf-8"))["options"]
    place, option = next((n, one) for n, one in enumerate(options) if one["id"] == "o3")
    page = qa.get(f"{PATH}?lang={language}&question=HAR-021").text
    listed = page.split('id="misread"', 1)[1].split("</section>", 1)[0]
    entry = next(one for one in re.findall(r"<li.*?</li>", listed, re.DOTALL) if "HAR-021 C" in one)
    assert place == 2
    assert option["misconception"][language] in words(entry)
    assert f"{own.choosers('HAR-021')['o3'] * 100 // 60}%" in words(entry)
    detail = page.split('id="detail"', 1)[1].split("</section>", 1)[0]
    assert option["misconception"][language] in words(detail)


@pytest.mark.parametrize(("language", "other"), [("en", "ja"), ("ja", "en")])
def test_a_gap_between_the_languages_shows_both_wordings(qa: Visitor, language: str, other: str) -> None:
    file = content.BANKS / "HAR" / "questions" / "HAR-014.yaml"
    question = yaml.safe_load(file.read_text(encoding="utf-8"))
    page = qa.get(f"{PATH}?lang={language}&question=HAR-014").text
    detail = page.split('id="detail"', 1)[1].split("</section>", 1)[0]
    for text in (question["prompt"], *(option["text"] for option in question["options"])):
        assert f'lang="{other}">{text[other]}</p>' in detail
        assert text[language] in detail
