"""Two versions of a question: every difference is named once, under the option that it belongs to."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from lms.kit.diffs import Kind
from lms.questions.core.comparing import compare
from lms.questions.core.fields import blank
from lms.questions.core.question import Difficulty, Option, Question, QuestionType, Sensitive

OLD = Question(
    "T-1",
    QuestionType.SINGLE,
    {"en": "Which three count?", "ja": "数えるのは3つのうちどれですか。"},
    sections=("HAR/insults",),
    options=(
        Option("o1", {"en": "A", "ja": "あ"}, Fraction(1)),
        Option("o2", {"en": "B", "ja": "い"}, misconception={"en": "No", "ja": "否"}),
        Option("o3", {"en": "C", "ja": "う"}),
    ),
)
A, B, C = OLD.options


def test_the_same_question_has_no_difference() -> None:
    assert compare(OLD, OLD).is_empty
    case = blank("T-2", QuestionType.CASE, "HAR/insults")
    assert compare(case, case).is_empty


def test_a_changed_text_stands_in_both_languages_the_other_as_it_was() -> None:
    found = compare(OLD, replace(OLD, prompt={**OLD.prompt, "en": "Which two count?"}))
    (text,) = found.texts
    assert [(change.kind, change.text) for change in text.by_locale["en"]] == [
        (Kind.KEPT, "Which "),
        (Kind.REMOVED, "three"),
        (Kind.ADDED, "two"),
        (Kind.KEPT, " count?"),
    ]
    assert [change.kind for change in text.by_locale["ja"]] == [Kind.KEPT]
    assert found.locales == {"en"}


def test_marks_of_emphasis_are_shown_only_where_nothing_else_differs() -> None:
    old = replace(OLD, prompt={"en": "Which does <em>not</em> count?"})

    def told(prompt: str) -> list[str]:
        return [change.text for change in compare(old, replace(old, prompt={"en": prompt})).texts[0].by_locale["en"]]

    assert told("Which does <em>never</em> count?") == ["Which does ", "not", "never", " count?"]
    assert "<em>" in "".join(told("Which does not count?"))


def test_a_key_that_moves_is_said_at_both_options() -> None:
    options = (replace(A, fraction=Fraction(0)), replace(B, fraction=Fraction(1)), C)
    found = compare(OLD, replace(OLD, options=options)).groups["options"]
    assert [(option.id, option.shares) for option in found] == [("o1", (1, 0)), ("o2", (0, 1))]


def test_an_option_is_new_gone_or_moved_by_its_id() -> None:
    fresh = Option("o4", {"en": "D"})
    found = {option.id: option for option in compare(OLD, replace(OLD, options=(B, A, fresh))).groups["options"]}
    assert {name: option.kind for name, option in found.items()} == {
        **{"o1": Kind.KEPT, "o2": Kind.KEPT, "o4": Kind.ADDED, "o3": Kind.REMOVED},
    }
    assert (found["o2"].letter, found["o2"].earlier_letter) == ("A", "B")
    assert (found["o4"].letter, found["o3"].letter) == ("C", "C")


def test_an_option_that_only_closes_a_gap_has_not_moved() -> None:
    found = compare(OLD, replace(OLD, options=(B, C))).groups["options"]
    assert [(option.id, option.kind) for option in found] == [("o1", Kind.REMOVED)]


def test_what_else_counts_is_named() -> None:
    label = Sensitive("threat", "mild", "text")
    new = replace(OLD, difficulty=Difficulty.HARD, sections=("HAR/context",), sensitive=label)
    found = {fact.code: (tuple(fact.before), tuple(fact.after)) for fact in compare(OLD, new).facts}
    assert found == {
        "sections": (("HAR/insults",), ("HAR/context",)),
        "difficulty": (("medium",), ("hard",)),
        "sensitive": ((), ("threat", "mild", "text")),
    }
