"""What somebody writes: the field on the page and the marking agree on what is a number; what counts as the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lms.questions.core.formats import native
from lms.questions.core.question import Answer
from lms.questions.core.types.short_text import text_flaws
from lms.questions.core.written import TYPED_NUMBER, folded, number_of
from tests.questions.core.test_types import FILE


@given(st.text("01５,，.．-－−–+＋ 　ー、a", max_size=12))
@example("1,5")
@example("1,000.5")
@example("１，０００")
@example("–3")
@example("1" * 16)
def test_the_page_calls_a_number_what_earns_marks_as_one(text: str) -> None:
    assert bool(re.fullmatch(TYPED_NUMBER, text)) == (number_of(text) is not None)


@pytest.mark.parametrize(
    ("written", "accepted"),
    [("7〜10日", "7～10日"), ("７~１０日", "7〜10日"), ("東京―大阪", "東京—大阪"), ("再-確認", "再‐確認")],
)
def test_dashes_that_look_alike_are_the_same_whatever_system_wrote_them(written: str, accepted: str) -> None:
    assert folded(written, "ja") == folded(accepted, "ja")


def test_the_long_vowel_is_no_dash() -> None:
    assert folded("データ", "ja") != folded("デ-タ", "ja")


@pytest.mark.parametrize(
    ("found", "instead", "key"),
    [
        (b"  - value: '30'\n", b"  - value: '30'\n    text: {en: [thirty]}\n", "text"),
        (b"    fraction: 0.25\n", b"    fraction: 0.25\n    value: '30'\n", "value"),
        (b"  - id: count\n", b"  - id: count\n    options: [{id: o1, text: {en: two}}]\n", "options"),
        (b"  - id: channel\n", b"  - id: channel\n    answers: [{value: '2'}]\n", "answers"),
    ],
)
def test_what_an_answer_or_a_gap_cannot_use_is_refused_and_not_lost(found: bytes, instead: bytes, key: str) -> None:
    content = FILE.replace(found, instead)
    assert content != FILE
    findings = native.read(content).findings
    assert [(finding.code, finding.facts["key"]) for finding in findings] == [("yaml.unknown-key", key)]


def test_an_empty_word_is_no_accepted_answer() -> None:
    found = {code for code, _facts in text_flaws([Answer(text={"en": ("",), "ja": (" ",)})], "answers")}
    assert found == {"question.no-answer-in", "question.answer-empty"}
