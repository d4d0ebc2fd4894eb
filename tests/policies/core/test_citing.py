"""The sentence that a question rests on: found by what the question says, marked where it still stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.policies.core.citing import cited_sentences, with_marks
from lms.policies.core.fragment import read
from lms.policies.core.markup import blocks
from tests.policies.core.xss_corpus import PAYLOADS

ENGLISH = """Do not allow repeated contact. Contact is repeated when there are **two** or more attempts within 30 days.

- notices that the service sends by itself.
- a reply to something the person addressed to the sender.

::: sensitive kind=threat degree=strong form=text
I will wait for you outside the workplace tomorrow evening.
:::
"""
JAPANESE = (
    "繰り返しの連絡は認めません。{手段|しゅだん}を問わず、30日間に2回以上試みた場合は「繰り返し」とみなします。\n"
)


def marked(text: str, *hints: str) -> str:
    return "".join(block.html for block in with_marks(blocks(text), cited_sentences(blocks(text), hints)))


def test_the_sentence_closest_to_the_reason_is_marked_through_its_markup() -> None:
    shown = marked(ENGLISH, "It counts as repeated when two or more attempts were made within 30 days.")
    assert "allow repeated contact. <mark>Contact is repeated when there are </mark>" in shown
    assert "<strong><mark>two</mark></strong><mark> or more attempts within 30 days.</mark>" in shown


def test_a_quotation_wins_over_what_is_merely_alike() -> None:
    hint = "The policy lists “notices that the service sends by itself”, and not two attempts within 30 days."
    assert "<mark>notices that the service sends by itself.</mark>" in marked(ENGLISH, hint)


def test_japanese_is_marked_across_its_readings() -> None:
    shown = marked(JAPANESE, "30日間に2回以上の試みは、手段を問わず繰り返しとみなします。")
    assert "認めません。<ruby><mark>手段</mark><rp>" in shown
    assert "</ruby><mark>を問わず、" in shown


@pytest.mark.parametrize(
    "hint", ["", "Something else altogether.", "I will wait for you outside the workplace tomorrow."]
)
def test_where_nothing_is_close_nothing_is_marked_and_sensitive_text_never_is(hint: str) -> None:
    assert cited_sentences(blocks(ENGLISH), [hint] if hint else []) == []


def test_a_sentence_that_is_no_longer_there_marks_nothing() -> None:
    cited = cited_sentences(
        blocks(ENGLISH), ["Contact is repeated when there are two or more attempts within 30 days."]
    )
    assert cited
    changed = blocks(ENGLISH.replace("30 days", "14 days"))
    assert tuple(with_marks(changed, cited)) == changed
    assert tuple(with_marks(changed, ["", "<script>"])) == changed


@given(st.sampled_from([*PAYLOADS, ENGLISH, JAPANESE, "| a. B |\n|---|\n| c. D. |", "> a. B\n\n```\nx. Y\n```"]))
def test_the_text_stays_the_same_whatever_is_wrapped(text: str) -> None:
    for block in blocks(text):
        fragment = read(block.html)
        assert read(fragment.wrapped([], lambda _n, inner: inner)).text == fragment.text
        wrapped = fragment.wrapped(fragment.sentences(), lambda _n, inner: f"<mark>{inner}</mark>")
        assert read(wrapped).text == fragment.text
