"""What a search compares, and where it marks what it has found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.search import EXCERPT, MOST_WORDS, excerpt, found_by, has_all, marked, words_of

TEXT = st.text(st.sampled_from("ab ABＡ１1がかﾞｶガハﾟ望髙高、。.\n\u200b\u3000é"), max_size=60)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("ダメ", "それはだめです"),
        ("だめ", "それはﾀﾞﾒです"),
        ("高橋", "髙橋"),
        ("ｈａｒ－０１４", "HAR-014"),
        ("STRASSE", "Straße"),
        ("望まない連絡", "望まない\n連絡"),
        ("AIツール", "AI ツール"),
        ("contact repeated", "Repeated\n contact"),
        ("の", "望まない連絡の繰り返し"),
        ("サーバ", "サーバー"),
    ],
)
def test_form_width_case_and_kana_do_not_matter(asked: str, text: str) -> None:
    assert has_all(found_by([text]), words_of(asked))


@pytest.mark.parametrize(("asked", "text"), [("cat", "car"), ("a b", "ab c"[1:]), ("だめ", "ため")])
def test_every_word_must_be_there(asked: str, text: str) -> None:
    assert not has_all(found_by([text]), words_of(asked))


def test_what_no_database_takes_is_a_blank() -> None:
    assert words_of("a\0b \ud800 \x1b") == ["a", "b"]
    assert words_of("  \u3000\u200b") == []


def test_a_long_search_is_cut() -> None:
    assert len(words_of(" ".join(map(str, range(500))))) == MOST_WORDS
    assert len(words_of("x" * 5000)[0]) == 200


@given(TEXT, TEXT)
def test_marks_change_no_letter_and_stand_where_a_word_is_found(text: str, asked: str) -> None:
    words = words_of(asked)
    parts = marked(text, words)
    assert "".join(part for part, _is_hit in parts) == text
    assert any(is_hit for _part, is_hit in parts) == any(word in found_by([text]) for word in words)


@given(TEXT, st.lists(TEXT, max_size=12))
def test_an_excerpt_is_short_and_shows_what_was_found(asked: str, texts: list[str]) -> None:
    text, words = " ".join(texts).strip(), [word for word in words_of(asked) if len(word) < 20]
    parts = excerpt(text, words)
    assert len("".join(part for part, _is_hit in parts)) <= EXCERPT + 4
    if any(word in found_by([text]) for word in words):
        assert any(is_hit for _part, is_hit in parts)


def test_an_excerpt_begins_with_the_sentence() -> None:
    text = "First sentence. " * 20 + "Here stands the word. " + "Last sentence. " * 20
    shown = "".join(part for part, _is_hit in excerpt(text, ["word"]))
    assert shown.startswith("… First sentence.")
    assert "Here stands the word." in shown
    assert shown.endswith(" …")
