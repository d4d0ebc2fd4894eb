"""Our YAML: every fault with its line and column, nothing lost on the way through."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.policies.core.sensitive import Degree, Form
from lms.questions.core.checks import check
from lms.questions.core.formats import native
from lms.questions.core.halves import halves, question_from
from lms.questions.core.question import (
    Option,
    Part,
    PartName,
    Question,
    QuestionType,
    Sensitive,
)

BANKS = Path(__file__).resolve().parents[3] / "question_banks"
GOOD = """\
id: HAR-014
type: single
sections: [HAR/unwanted-contact]
prompt: {en: Which one, ja: どれですか。}
options:
  - {id: o1, text: {en: One, ja: 一つ}}
  - {id: o2, fraction: 1, text: {en: Two, ja: 二つ}}
"""


def only_question(text: str) -> Question:
    reading = native.read(text.encode())
    assert reading.findings == ()
    return reading.questions[0].question


def test_a_question_is_read() -> None:
    question = only_question(GOOD)
    assert (question.id, question.type, question.sections) == (
        "HAR-014",
        QuestionType.SINGLE,
        ("HAR/unwanted-contact",),
    )
    assert [option.fraction for option in question.options] == [0, 1]
    assert question.prompt["ja"] == "どれですか。"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        (GOOD.replace("type: single", "type: simple"), "yaml.unknown-word", 2, 7),
        (GOOD.replace("type: single\n", ""), "yaml.missing-key", 1, 1),
        (GOOD + "colour: red\n", "yaml.unknown-key", 8, 1),
        (GOOD.replace("fraction: 1", "fraction: 2"), "question.bad-fraction", 7, 24),
        (GOOD.replace("fraction: 1", "fraction: much"), "question.bad-fraction", 7, 24),
        (GOOD.replace("[HAR/unwanted-contact]", "HAR/unwanted-contact"), "yaml.list-expected", 3, 11),
        (GOOD.replace("{en: Which one, ja: どれですか。}", "Which one"), "yaml.text-by-locale-expected", 4, 9),
        (GOOD + "id: HAR-015\n", "yaml.repeated-key", 8, 1),
        (GOOD + "sensitive: {kind: insult, degree: awful, form: text}\n", "yaml.unknown-word", 8, 35),
        (GOOD + "sensitive: {kind: insult, degree: mild, form: smell}\n", "yaml.unknown-word", 8, 47),
        (GOOD + "sensitive: {kind: '', degree: mild, form: text}\n", "yaml.word-expected", 8, 19),
        ("- just a list\n", "yaml.mapping-expected", 1, 1),
        ("id: [unclosed\n", "yaml.syntax", 2, 1),
        ("id: !!python/object:os.system x\n", "yaml.missing-key", 1, 1),
    ],
)
def test_a_fault_is_found_at_its_place(text: str, code: str, line: int, column: int) -> None:
    reading = native.read(text.encode())
    first = next(finding for finding in reading.findings if finding.code == code)
    assert (first.line, first.column) == (line, column)
    assert reading.questions == ()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00", b"\xe3\x81"])
def test_what_is_no_text_is_one_finding(content: bytes) -> None:
    reading = native.read(content)
    assert [finding.level for finding in reading.findings] == ["error"]


def test_every_question_of_our_banks_reads_checks_and_survives_the_round_trip() -> None:
    files = sorted(BANKS.glob("*/questions/*.yaml"))
    assert len(files) >= 12
    for file in files:
        question = only_question(file.read_text())
        assert question.id == file.stem
        assert check(question) == [], file.name
        assert only_question(native.write(question)) == question


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
texts = st.fixed_dictionaries({"en": words, "ja": words})
shares = st.fractions(-1, 1, max_denominator=1000)
options = st.builds(Option, id=words, text=texts, fraction=shares, rationale=texts, misconception=st.just({}) | texts)


def groups(most: int):
    return st.lists(options, min_size=1, max_size=most, unique_by=lambda option: option.id).map(tuple)


choices = st.builds(
    Question, id=words, type=st.just(QuestionType.SINGLE), prompt=texts, name=texts,
    sections=st.lists(words).map(tuple), options=groups(3), tags=st.lists(words, max_size=2).map(tuple),
)  # fmt: skip
parts = st.lists(st.sampled_from(list(PartName)), unique=True, min_size=1).flatmap(
    lambda names: st.tuples(
        *(
            st.builds(Part, st.just(name), st.integers(0, 100), groups(2))
            for name in sorted(names, key=list(PartName).index)
        )
    )
)
degrees, forms = st.sampled_from([*map(str, Degree)]), st.sampled_from([*map(str, Form)])
cases = st.builds(
    Question, id=words, type=st.just(QuestionType.CASE), prompt=texts, case=texts, parts=parts, rationale=texts,
    sensitive=st.none() | st.builds(Sensitive, words, degrees, forms),
)  # fmt: skip


@given(choices | cases)
def test_written_and_read_again_it_is_the_same(question: Question) -> None:
    assert only_question(native.write(question)) == question


@given(choices | cases)
def test_body_and_key_make_the_question_again(question: Question) -> None:
    cut = halves(question)
    assert question_from(question.id, cut.body, cut.key) == question


def test_the_body_says_nothing_of_the_key() -> None:
    secret = Option(
        "o1", {"en": "One"}, Fraction(777, 1000), {"en": "SECRET rationale"}, {"en": "SECRET misconception"}
    )
    body = str(
        halves(Question("Q1", QuestionType.SINGLE, {"en": "?"}, options=(secret,), rationale={"en": "SECRET"})).body
    )
    assert "SECRET" not in body
    assert "777" not in body
    assert "fraction" not in body
