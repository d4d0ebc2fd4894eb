"""Hints for localizers: what differs is found, a true translation is left in peace, and no text breaks a check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.demo import content
from lms.policies.core.document import parse
from lms.policies.core.glossary import KEY, Term, terms_of
from lms.policies.core.translation_checks import Note, notes, paired_terms, terms_in_use

NAMES = {"numbers", "keys", "links", "covers", "paragraphs", "length", "punctuation", "style"}
ENGLISH = "Contact is repeated when there are two or more attempts within 30 days, across any channel or account."
JAPANESE = "連絡手段やアカウントを問わず、30日間に2回以上連絡を試みた場合は、「繰り返し」とみなします。"
COVER = "::: sensitive kind={} degree=mild form=text\n“No.”\n:::"


def faulty(source: str, target: str) -> dict[str, Note]:
    return {note.code: note for note in notes(source, target) if not note.is_well}


def test_a_true_translation_passes_every_check() -> None:
    assert {note.code for note in notes(ENGLISH, JAPANESE)} == NAMES
    assert faulty(ENGLISH, JAPANESE) == {}


def test_numbers_that_the_source_has_changed_are_found() -> None:
    found = faulty(ENGLISH, JAPANESE.replace("30", "14").replace("2回", "3回"))
    assert found["numbers"].facts == {"source": ["2", "30"], "target": ["3", "14"]}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("On 2 November at 10:00, 1,000 people.", "11月2日10:00、1000人。"),
        ("Two or more of the three.", "３つのうち二つ以上。"),
        ("An attempt. See [the list](/a/42).", "連絡の試み。[一覧](/a/42)を参照。"),
        ("At least 18 years old.", "{18歳|さい}以上。"),
    ],
)
def test_numbers_may_be_written_as_the_language_does(source: str, target: str) -> None:
    assert "numbers" not in faulty(source, target)


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("See HAR/insults.", "HAR/threats を参照。", "keys"),
        ("See [this](https://a.example/x).", "[これ](https://a.example/y)を参照。", "links"),
        (COVER.format("insult"), COVER.format("threat"), "covers"),
        ("One.\n\nTwo.", "一。", "paragraphs"),
        ("- One\n- Two", "- 一", "items"),
        ("Remove it. " * 30, "削除します。", "length-short"),
        ("Remove it. " * 30, "この投稿は必ず削除してください。" * 30, "length-long"),
        ("Remove it.", "削除します.", "punctuation"),
        ("Remove it. Keep it.", "削除します。掲載を継続する。", "style"),
    ],
)
def test_each_check_finds_its_fault(source: str, target: str, code: str) -> None:
    assert code in faulty(source, target)


def test_what_somebody_says_in_a_quotation_has_a_style_of_its_own() -> None:
    assert "style" not in faulty("“Useless.” Remove it.", "「役に立たない。」は削除します。")


def test_terms_are_paired_by_place_and_looked_for_as_they_stand() -> None:
    english = [Term("contact attempt", "…"), Term("sender", "…"), Term("channel", "…")]
    japanese = [Term("連絡の試み", "…"), Term("送信者", "…"), Term("連絡手段", "…")]
    source = "Contact attempts of a sender."
    found = terms_in_use(source, "{送信者|そうしんしゃ}による連絡", paired_terms(english, japanese))
    assert [(use.target.term, use.is_used) for use in found] == [("連絡の試み", False), ("送信者", True)]
    assert paired_terms(english, japanese[:2]) == []


@given(st.text(), st.text())
def test_any_two_texts_can_be_checked(source: str, target: str) -> None:
    found = notes(source, target)
    assert len(found) in (0, len(NAMES))


@given(st.sampled_from([ENGLISH, "See [a](/b).\n\n- 1\n- 2", COVER.format("insult")]))
def test_a_text_beside_itself_has_the_same_numbers_links_and_shape(text: str) -> None:
    assert not {"numbers", "keys", "links", "covers", "paragraphs", "items"} & set(faulty(text, text))


@pytest.mark.parametrize("folder", sorted(content.POLICIES.iterdir()), ids=lambda folder: folder.name)
def test_the_sample_which_a_native_reader_has_read_raises_hardly_a_hint(folder: object) -> None:
    english, japanese = (parse((folder / f"{language}.md").read_bytes())[0] for language in ("en", "ja"))  # type: ignore[operator]
    beside = {section.key: section.body for section in japanese.sections}
    pairs = paired_terms(*(terms_of(policy.matter.others.get(KEY)) for policy in (english, japanese)))
    hints = [
        (section.key, code)
        for section in english.sections
        if section.key in beside
        for code in faulty(section.body, beside[section.key])
    ]
    unused = [
        use
        for section in english.sections
        if section.key in beside
        for use in terms_in_use(section.body, beside[section.key], pairs)
        if not use.is_used
    ]
    assert len(hints) <= 3, hints
    assert not unused
