"""GIFT beyond choice questions: what each kind becomes, what is said of what it cannot become, and its laws."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.core.checks import check, editorial
from lms.questions.core.formats import gift, native, read
from lms.questions.core.formats.report import as_json
from lms.questions.core.halves import halves, question_from
from lms.questions.core.languages import in_language
from lms.questions.core.question import Question, QuestionType
from lms.questions.core.types import TYPES

WORDS = st.text("ab 語*~=#{}:\\/n'.", min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
"""Texts with everything that means something to GIFT; an arrow and a weight have no escape in it."""
NUMBERS = st.integers(-(10**6), 10**6).map(lambda number: Fraction(number, 1000))
SHARES = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(0)])


def escaped(text: str) -> str:
    """The text as it stands in GIFT."""
    return "".join(f"\\{character}" if character in "\\~=#{}:" else character for character in text)


def taken(content: str) -> Question:
    """The one question of a file, which is stored and written as it was read."""
    (placed,) = gift.read(content.encode()).questions
    question = placed.question
    cut = halves(question)
    assert question_from(question.id, cut.body, cut.key) == question
    assert [each.question for each in native.read(native.write(question).encode()).questions] == [question]
    return question


@pytest.mark.parametrize(
    ("inside", "true", "false"),
    [
        ("T", (1, {}), (0, {})),
        ("FALSE", (0, {}), (1, {})),
        ("TRUE#It is not.", (1, {}), (0, {"und": "It is not."})),
        ("F#It is not.#Right, \\# 1 # 2.", (0, {"und": "It is not."}), (1, {"und": "Right, # 1 # 2."})),
    ],
)
def test_true_or_false_with_feedback_for_the_wrong_and_for_the_right(inside: str, true, false) -> None:
    question = taken(f"The sky is blue. {{{inside}####In general.}}")
    assert question.type is QuestionType.TRUE_FALSE
    assert [(option.fraction, option.rationale) for option in question.options] == [true, false]
    assert question.rationale == {"und": "In general."}
    assert TYPES[question.type].findings(question) == []


def test_true_and_false_are_said_in_the_language_that_the_file_turns_out_to_be_in() -> None:
    question = taken("空は青い。 {T}")
    assert [option.text for option in question.options] == [{"und": "True"}, {"und": "False"}]
    assert [option.text for option in in_language(question, "ja").options] == [{"ja": "正しい"}, {"ja": "正しくない"}]


def test_pairs_with_one_for_several_and_one_for_none() -> None:
    question = taken("Match. {=dog -> animal #1 =[html]<b>cat</b>->animal  #1 = -> stone =oak -> plant}")
    assert question.type is QuestionType.MATCHING
    assert [answer["left"] for answer in as_json(gift.read(b"Q {=a -> b = -> c}").questions[0])["answers"]] == [
        {"und": "a"},
        None,
    ]
    texts = {option.id: option.text["und"] for option in question.right}
    assert [*texts.values()] == ["animal #1", "stone", "plant"]
    assert [(option.text["und"], texts[option.match or ""]) for option in question.left] == [
        ("dog", "animal #1"),
        ("cat", "animal #1"),
        ("oak", "plant"),
    ]
    assert TYPES[question.type].findings(question) == []


@pytest.mark.parametrize(
    ("inside", "answers"),
    [
        ("#1822", [{"value": "1822", "tolerance": "0", "fraction": 1}]),
        ("# -3.142:0.001", [{"value": "-3.142", "tolerance": "0.001", "fraction": 1}]),
        ("#-5..-.5", [{"min": "-5", "max": "-0.5", "fraction": 1}]),
        ("#1e3:1,000", [{"value": "1000", "tolerance": "1000", "fraction": 1}]),
        (
            "#\n=1822:0 # Right.\n=%50%1820..1824 # Close.",
            [{"value": "1822", "tolerance": "0", "fraction": 1}, {"min": "1820", "max": "1824", "fraction": 0.5}],
        ),
    ],
)
def test_numbers_with_tolerance_range_and_shares(inside: str, answers: list[dict[str, object]]) -> None:
    (placed,) = gift.read(f"When? {{{inside}}}".encode()).questions
    assert placed.question.type is QuestionType.NUMERIC
    assert as_json(placed)["answers"] == answers
    assert TYPES[placed.question.type].findings(placed.question) == []


def test_words_that_earn_the_same_for_the_same_reason_are_one_answer() -> None:
    question = taken("Two and two? {=four =4#so =%50%vier#German. =fo\nur =%25%\\\\*}")
    assert [(answer.fraction, answer.text["und"], answer.rationale) for answer in question.answers] == [
        (1, ("four", "fo ur"), {}),
        (1, ("4",), {"und": "so"}),
        (Fraction(1, 2), ("vier",), {"und": "German."}),
        (Fraction(1, 4), ("*",), {}),
    ]


def test_a_word_missing_in_a_sentence_is_a_gap_of_the_text() -> None:
    assert taken("Two and two are {=four =4}, I think.").prompt == {"und": "Two and two are _____ , I think."}


@pytest.mark.parametrize(
    ("inside", "code", "facts"),
    [
        ("", "gift.type-not-taken", {"type": "essay"}),
        ("#many", "gift.not-a-number", {"value": "many"}),
        ("#3,14", "gift.not-a-number", {"value": "3,14"}),
        ("#3:-1", "gift.not-a-number", {"value": "3:-1"}),
        ("#..5", "gift.not-a-number", {"value": "..5"}),
        ("#", "gift.no-answer", {}),
        ("#=%50%*#Any.", "gift.wildcard", {"value": "*"}),
        ("=col*r", "gift.wildcard", {"value": "col*r"}),
        ("=", "gift.no-answer", {}),
        ("=%0%*#Anything else.", "gift.no-answer", {}),
        ("=a -> b =c", "gift.pair-incomplete", {}),
        ("=a -> b =c ->", "gift.pair-incomplete", {}),
        ("a =b -> c", "gift.pair-incomplete", {}),
        ("= -> c", "gift.pair-incomplete", {}),
    ],
)
def test_what_no_question_can_hold_is_left_out_with_its_place_and_the_reason(inside: str, code: str, facts) -> None:
    reading = gift.read(f"\n\nWhich? {{{inside}}}".encode())
    assert reading.questions == ()
    assert [(finding.level, finding.code, finding.line, finding.facts) for finding in reading.findings] == [
        ("dropped", code, 3, facts)
    ]


@pytest.mark.parametrize(
    ("inside", "codes"),
    [
        ("#3:2~#Wrong.", ["gift.others-feedback-dropped"]),
        ("#=3 =%0%*#Wrong.", ["gift.others-feedback-dropped"]),
        ("=frog =%0%*#Wrong.", ["gift.others-feedback-dropped"]),
        ("=frog =%0%*", []),
        ("=%150%frog", ["gift.weight-changed"]),
        ("frog", ["gift.bare-answer"]),
        ("of all: =frog ~toad", ["gift.text-before-answers"]),
    ],
)
def test_what_is_lost_or_guessed_in_a_question_that_is_taken_is_said(inside: str, codes: list[str]) -> None:
    reading = gift.read(f"Which? {{{inside}}}".encode())
    assert len(reading.questions) == 1
    assert [(finding.level, finding.code) for finding in reading.findings] == [("changed", code) for code in codes]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("Write {name} for the name.\n\nMore prose.", "x.txt"),
        ("# Notes\n\nWrite {name}.\n\nMore {}.", "x.md"),
        ("int main() { return x == 5; }", "x.c"),
        ("a { color: red }\n\nb { color: blue }", "x.css"),
    ],
)
def test_braces_of_other_texts_make_no_questions_unless_the_file_is_said_to_be_gift(content: str, name: str) -> None:
    assert [finding.code for finding in read(content.encode(), file_name=name).findings] == ["format.not-read"]
    assert read(content.encode(), file_name="x.gift").questions


def test_what_a_format_without_languages_cannot_say_is_not_held_against_it() -> None:
    spoken = in_language(taken("Two and two? {=four}"), "en")
    assert "question.no-answer-in" in {finding.code for finding in check(spoken)}
    (placed,) = gift.read(b"Two and two? {=four}").questions
    assert editorial(placed, spoken) == []


@given(st.dictionaries(st.tuples(SHARES, WORDS), st.lists(WORDS, min_size=1, max_size=3, unique=True), min_size=1))
def test_accepted_words_are_read_as_they_were_written(groups: dict[tuple[Fraction, str], list[str]]) -> None:
    lines = [
        f"=%{float(share * 100):g}%{escaped(word.replace('*', chr(92) + '*'))}#{escaped(reason)}"
        for (share, reason), words in groups.items()
        for word in words
    ]
    question = taken(f"Which? {{{' '.join(lines)}}}")
    assert [(answer.fraction, answer.rationale["und"], [*answer.text["und"]]) for answer in question.answers] == [
        (share, reason, words) for (share, reason), words in groups.items()
    ]


@given(st.lists(st.tuples(WORDS | st.just(""), WORDS), min_size=1).filter(lambda pairs: any(left for left, _ in pairs)))
def test_pairs_are_read_as_they_were_written_and_their_ids_tell_nothing(pairs: list[tuple[str, str]]) -> None:
    lines = [f"={escaped(left)} -> {escaped(right)}" for left, right in pairs]
    question = taken(f"Which? {{{' '.join(lines)}}}")
    texts = {option.id: option.text["und"] for option in question.right}
    assert [*texts.values()] == [*dict.fromkeys(right for _left, right in pairs)]
    assert [(option.text["und"], texts[option.match or ""]) for option in question.left] == [
        (left, right) for left, right in pairs if left
    ]
    found = {code for code, _facts in TYPES[question.type].findings(question)}
    assert found <= {"question.too-few-pairs"}


@given(NUMBERS, NUMBERS.map(abs), st.booleans(), NUMBERS)
def test_a_number_earns_when_it_lies_where_the_file_says(
    middle: Fraction, off: Fraction, is_range: bool, typed: Fraction
) -> None:
    low, high = middle - off, middle + off
    written = f"{float(low):.3f}..{float(high):.3f}" if is_range else f"{float(middle):.3f}:{float(off):.3f}"
    key = halves(taken(f"How many? {{#{written}}}")).key
    for number in (low, high, typed):
        earned = TYPES[QuestionType.NUMERIC].mark(key, {"number": f"{float(number):.3f}"})
        assert earned == int(low <= number <= high)
