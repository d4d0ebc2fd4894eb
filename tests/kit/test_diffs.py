"""Changes between two texts: nothing is lost, nothing is made up, and they are cut where a reader would cut them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lms.kit.diffs import Kind, changes, edits, likeness, tokens

texts = st.lists(
    st.sampled_from(
        ["two ", "three ", "days", "30", "14", " ", "\n", "日間", "連絡", "の", "ブロック", "。", "don’t", "é"]
    ),
    max_size=24,
).map("".join)


def side(old: str, new: str, *kinds: Kind) -> str:
    return "".join(change.text for change in changes(old, new) if change.kind in kinds)


@given(texts | st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@given(texts | st.text(), texts | st.text())
def test_both_texts_can_be_read_back(old: str, new: str) -> None:
    assert side(old, new, Kind.KEPT, Kind.REMOVED) == old
    assert side(old, new, Kind.KEPT, Kind.ADDED) == new


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert edits(text, text) == []
    assert likeness(text, text) == 1


@given(texts, texts)
def test_between_two_edits_something_stays(old: str, new: str) -> None:
    found = edits(old, new)
    assert all(edit.removed or edit.first < edit.end for edit in found)
    assert all(before.end < after.first for before, after in pairwise(found))


def test_a_word_is_changed_as_a_whole_and_a_number_too() -> None:
    assert [change.text for change in changes("three times in 14 days", "two times in 30 days")] == [
        *("three", "two", " times in ", "14", "30", " days"),
    ]


def test_japanese_is_cut_by_character_and_chance_letters_are_no_islands() -> None:
    assert [(change.kind.value, change.text) for change in changes("14日間に3回以上", "30日間に2回以上")] == [
        *(("removed", "14"), ("added", "30"), ("kept", "日間に"), ("removed", "3"), ("added", "2"), ("kept", "回以上")),
    ]
    told = changes("投稿を削除します。", "投稿は掲載を継続します。")
    assert [change.text for change in told if change.kind is Kind.KEPT] == ["投稿", "します。"]


def test_texts_too_long_to_compare_keep_their_equal_ends() -> None:
    old, new = "a " + "x " * 3000 + "z", "a " + "y " * 3000 + "z"
    assert [change.kind for change in changes(old, new)] == [Kind.KEPT, Kind.REMOVED, Kind.ADDED, Kind.KEPT]
