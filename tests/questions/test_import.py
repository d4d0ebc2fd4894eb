"""Questions from files into a bank, by command and by page: versions only where something changed, never half."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.foundation.db import db
from lms.questions import actions
from lms.questions.models import Question, QuestionVersion
from tests.conftest import Unit
from tests.questions.conftest import ONE, Door, body_of, many, stored

CASE_PARTS = """
id: T-9
type: case
sections: [HAR/context]
prompt: {en: "What do you decide?", ja: どう判断しますか。}
case: {en: Somebody writes., ja: だれかが書きました。}
parts:
  verdict:
    weight: 60
    options:
      - {id: o1, fraction: 1, text: {en: Remove, ja: 削除}}
      - {id: o2, text: {en: Keep, ja: 維持}}
  section:
    weight: 40
    options:
      - {id: s1, fraction: 1, section: HAR/insults}
      - {id: s2, section: HAR/nowhere}
"""
GIFT = "// [id:G-1]\n::One:: Which? { =right ~wrong }\n\n// [id:G-2]\nTwo? { =right ~wrong }\n\nWhy? {}\n"


def test_yaml_enters_in_both_languages_and_in_use(door: Door) -> None:
    taken, told = door.send(many(1, 2))
    assert taken
    assert "2 new" in told
    assert stored(door.app) == {"T-1": ("in_use", 1), "T-2": ("in_use", 1)}
    assert body_of(door.app, "T-1")["prompt"]["ja"] == "侮辱はどれですか（1）。"


@pytest.mark.parametrize(("locale", "missing"), [("en", "ja"), ("ja", "en")])
def test_gift_enters_as_a_draft_in_the_language_that_was_said(door: Door, locale: str, missing: str) -> None:
    taken, told = door.send(GIFT, "t.gift", locale)
    assert taken
    assert "2 new" in told
    assert stored(door.app) == {"G-1": ("draft", 1), "G-2": ("draft", 1)}
    prompt = body_of(door.app, "G-1")["prompt"]
    assert (prompt[locale], missing in prompt) == ("Which?", False)


def test_what_was_left_out_of_a_file_is_said_even_when_the_rest_is_taken(door: Door) -> None:
    taken, told = door.send(GIFT, "t.gift")
    assert taken
    assert "An item of the type “essay” was left out" in told


def test_the_same_file_again_changes_nothing(door: Door) -> None:
    door.send(many(1, 2))
    taken, told = door.send(many(1, 2))
    assert taken
    assert "0 new, 0 revised, 2 unchanged" in told
    assert stored(door.app) == {"T-1": ("in_use", 1), "T-2": ("in_use", 1)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Which is an insult? (2)", "Which one is an insult?"),
        ("A word about a company, ja", "A word about a firm, ja"),
        ("ja: 厳しい言葉はすべて侮辱", "ja: 厳しい言葉は侮辱"),
        ("fraction: 1", "fraction: 0.5"),
        ("sections: [HAR/insults]", "sections: [HAR/context]"),
    ],
)
def test_only_a_question_that_changed_gets_a_new_version(door: Door, old: str, new: str) -> None:
    door.send(many(1, 2))
    changed = ONE.format(n=2).replace(old, new)
    assert changed != ONE.format(n=2)
    taken, told = door.send(ONE.format(n=1) + "---\n" + changed)
    assert taken
    assert "0 new, 1 revised, 1 unchanged" in told
    assert [n for _state, n in stored(door.app).values()] == [1, 2]


def test_an_older_version_stays_as_it_was(door: Door) -> None:
    door.send(many(1))
    door.send(many(1).replace("Which is", "What is"))
    with door.app.app_context():
        query = select(QuestionVersion).join(QuestionVersion.question).where(Question.code == "T-1")
        prompts = [version.body["prompt"]["en"] for version in db.session.scalars(query.order_by(QuestionVersion.n))]
    assert prompts == ["Which is an insult? (1)", "What is an insult? (1)"]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (ONE.format(n=3).replace("HAR/insults", "HAR/nowhere"), "There is no section “HAR/nowhere”."),
        (ONE.format(n=3).replace("HAR/insults", "NONE/insults"), "There is no section “NONE/insults”."),
        (CASE_PARTS, "There is no section “HAR/nowhere”."),
        (ONE.format(n=3).replace("fraction: 1", "fraction: lots"), "“lots” is not a fraction"),
        (ONE.format(n=3).replace("type: single", "type: essay"), "“essay” is not known here"),
        (ONE.format(n=3) + "color: red\n", "The key “color” is not known here"),
        (ONE.format(n=1).replace("Which is", "What is"), "“T-1”"),
        (ONE.format(n=3).replace("id: T-3", "id: " + "X" * 300), "X" * 30),
        (ONE.format(n=3).replace("id: T-3", "id: a/b"), "a/b"),
        (ONE.format(n=3).replace("prompt:", "prompt: ["), "The YAML cannot be read"),
    ],
    ids=[
        *("unknown section", "unknown policy", "unknown section in a part", "fraction", "type", "key"),
        *("same id twice", "id too long", "id with a slash", "syntax"),
    ],
)
def test_one_question_that_cannot_be_taken_keeps_the_whole_file_out(door: Door, bad: str, told: str) -> None:
    taken, message = door.send(ONE.format(n=1) + "---\n" + bad)
    assert not taken
    assert told in message
    assert stored(door.app) == {}


def test_every_question_that_cannot_be_taken_is_listed(door: Door) -> None:
    text = "---\n".join(ONE.format(n=n).replace("HAR/insults", f"HAR/nowhere-{n}") for n in (1, 2, 3))
    taken, told = door.send(text)
    assert not taken
    assert all(f"HAR/nowhere-{n}" in told for n in (1, 2, 3))


def test_a_section_that_is_cited_twice_is_cited_once_or_refused(door: Door) -> None:
    taken, told = door.send(ONE.format(n=1).replace("[HAR/insults]", "[HAR/insults, HAR/insults]"))
    assert taken or "HAR/insults" in told
    assert list(stored(door.app)) == (["T-1"] if taken else [])


def test_a_refused_file_leaves_earlier_questions_as_they_were(door: Door) -> None:
    door.send(many(1))
    taken, _told = door.send(ONE.format(n=1).replace("Which is", "What is") + "---\n" + CASE_PARTS)
    assert not taken
    assert stored(door.app) == {"T-1": ("in_use", 1)}
    assert body_of(door.app, "T-1")["prompt"]["en"] == "Which is an insult? (1)"


def test_a_question_of_another_bank_is_not_taken_over(door: Door, unit: Unit) -> None:
    door.send(many(1))
    with unit():
        other = actions.create_bank("U", {"en": "Other", "ja": "別"})
        question = db.session.scalars(select(Question).where(Question.code == "T-1")).one()
        question.bank_id = other.id
    taken, told = door.send(many(1).replace("Which is", "What is"))
    assert not taken
    assert "T-1 belongs to another bank." in told
    assert stored(door.app) == {"T-1": ("in_use", 1)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fraction: 1", "fraction: 0"),
        (", ja: 企業についての言葉", ""),
        ("A word about a company, ja", "A word about a person, ja"),
    ],
    ids=["no right option", "one text in one language", "two options say the same"],
)
def test_a_question_that_is_not_finished_enters_as_a_draft(door: Door, old: str, new: str) -> None:
    assert old in many(1)
    taken, _told = door.send(many(1).replace(old, new))
    assert taken
    assert stored(door.app) == {"T-1": ("draft", 1)}


def test_a_draft_that_is_finished_comes_into_use(door: Door) -> None:
    door.send(many(1).replace("fraction: 1", "fraction: 0"))
    assert door.send(many(1))[0]
    assert stored(door.app) == {"T-1": ("in_use", 2)}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("t.yaml", b"", "No question"),
        ("t.gift", b"\n\n", "No question"),
        ("t.yaml", many(1).encode("cp932"), "The file is not UTF-8"),
        ("t.gift", b"\x81\xff\xfe\x00::a", "neither UTF-8, UTF-16 nor CP932"),
        ("t.xml", b"<quiz></quiz>", "cannot be read yet"),
        ("t.xlsx", b"PK\x03\x04", "cannot be read yet"),
        ("t.gift", b"Which? { =a ~b", "is never closed"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_with_a_sentence(
    door: Door, name: str, content: bytes, told: str
) -> None:
    taken, message = door.send(content, name)
    assert not taken
    assert told in message
    assert stored(door.app) == {}


@pytest.mark.parametrize(("name", "text"), [("t.yaml", many(1, 2)), ("t.gift", GIFT)])
def test_byte_order_mark_and_crlf_make_no_difference(door: Door, name: str, text: str) -> None:
    assert door.send(text, name)[0]
    before = stored(door.app)
    taken, told = door.send(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), name)
    assert taken
    assert "0 new, 0 revised, 2 unchanged" in told
    assert stored(door.app) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.md", "# Harassment\n\nNotes for the trainers.\n"),
        ("policy.md", "## Insults {#insults}\n\nText.\n\n## Context {#context}\n\nText.\n"),
        ("essays.gift", "Why? {}\n"),
    ],
)
def test_a_file_without_questions_says_so_and_names_the_formats(door: Door, name: str, content: str) -> None:
    taken, told = door.send(content, name)
    assert (taken, stored(door.app)) == (False, {})
    assert "No question was found in this file." in told
    assert "YAML" in told
    assert "GIFT" in told


def test_a_fault_in_yaml_is_told_without_the_words_of_the_parser(door: Door) -> None:
    _taken, told = door.send("id: [unclosed\n")
    assert "The YAML cannot be read from here on." in told
    assert "expected" not in told


def test_what_is_missing_is_named_by_letter_part_and_language(door: Door) -> None:
    _taken, told = door.send(CASE_PARTS.replace("text: {en: Remove, ja: 削除}", "text: {en: Remove}"))
    assert "Option A (Decision) has no rationale." in told
    _taken, told = door.send(ONE.format(n=1).replace("個人についての言葉", "企業についての言葉"))
    assert "Two options say the same (The options, Japanese)." in told


@pytest.mark.parametrize(
    ("twice", "group"),
    [
        (ONE.format(n=2).replace("id: o2", "id: o1"), "The options"),
        (CASE_PARTS.replace("{id: s2", "{id: s1"), "Section cited"),
    ],
)
def test_two_options_with_one_id_keep_a_question_out(door: Door, twice: str, group: str) -> None:
    text = f"{many(1)}---\n{twice.strip()}\n"
    taken, told = door.send(text)
    assert (taken, stored(door.app)) == (False, {})
    assert f"Two options have the same id ({group})." in told
    taken, told = door.send(text, skip_errors=True)
    assert (taken, list(stored(door.app))) == (True, ["T-1"])
    assert f"Two options have the same id ({group})." in told


def test_all_unknown_sections_of_a_question_are_named(door: Door) -> None:
    text = ONE.format(n=1).replace("[HAR/insults]", "[HAR/insults, HAR/nowhere, NONE/here]")
    taken, told = door.send(text)
    assert not taken
    assert "There is no section “HAR/nowhere”." in told
    assert "There is no section “NONE/here”." in told


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("fraction: 1", "fraction: 0", "No option is right."),
        (", ja: 企業についての言葉", "", "A text is missing in Japanese."),
        ("sections: [HAR/insults]", "sections: []", "The question cites no section."),
    ],
)
def test_a_draft_says_why_it_is_one(door: Door, old: str, new: str, sentence: str) -> None:
    taken, told = door.send(many(1).replace(old, new))
    assert (taken, stored(door.app)) == (True, {"T-1": ("draft", 1)})
    assert sentence in told
    assert "Drafts: 1." in told
    taken, told = door.send(many(1).replace(old, new))
    assert (taken, sentence in told, "Drafts" in told) == (True, True, False)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Which? {~a ~b}", "No option is right."),
        ("Which? {~a}", "A choice needs at least two options; this one has 1."),
        ("Which? {=a ~}", "Option B has no text."),
        ("{=a ~b}", "The question has no text."),
        ("Which? {=a ~b ~b}", "Two options say the same"),
    ],
)
def test_gift_is_looked_at_as_our_own_format_is(door: Door, text: str, sentence: str) -> None:
    taken, told = door.send(text, "t.gift")
    assert taken
    assert sentence in told
    assert "Drafts: 1." in told
    assert "misconception" not in told
