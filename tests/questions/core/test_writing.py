"""Notes on the wording: whether both languages say the same, and whether an option gives itself away."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lms.questions.core.question import Option, Question, QuestionType
from lms.questions.core.writing import notes


def question(english: str, japanese: str, *options: Option) -> Question:
    return Question("T-1", QuestionType.SINGLE, {"en": english, "ja": japanese}, options=options)


@pytest.mark.parametrize(
    ("english", "japanese", "codes"),
    [
        ("On 9 November, which applies?", "11月9日はどれですか。", []),
        ("After 30 days, which applies?", "14日後はどれですか。", ["question.numbers-differ"]),
        ("After 30 days, which applies?", "３０日後はどれですか。", []),
        ("Which is not a reason?", "理由になら<em>ない</em>ものはどれですか。", ["question.negative-plain"]),
        ("Which is <em>not</em> a reason?", "理由に<em>ならない</em>ものはどれですか。", []),
        ("Which is <em>not</em> a reason?", "理由にならないものはどれですか。", ["question.negative-plain"]),
        ("He did not answer. Which applies?", "返事はありません。どれですか。", []),
        ("One two three four five six seven eight?", "どれ。", ["question.lengths-differ"]),
    ],
)
def test_the_two_languages_of_a_question_are_compared(english: str, japanese: str, codes: list[str]) -> None:
    assert [note.code for note in notes(question(english, japanese))] == codes


def test_a_key_that_is_by_far_the_longest_is_told_by_its_letter() -> None:
    key = Option("o4", {"en": "A word that says what a person is worth", "ja": "言葉"}, Fraction(1))
    found = notes(question("Which?", "どれですか。", Option("o1", {"en": "A fact", "ja": "事実"}), key))
    assert [(note.code, note.facts["option"], note.facts["locale"]) for note in found] == [
        ("question.key-longest", "B", "en")
    ]
