"""A question as the fields of its form: nothing is lost on the way, ids stay, bad input is said at its field."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from lms.questions.core.fields import MOST_SECTIONS, Flaw, blank, changed, fields_of, left_over, read_fields, united
from lms.questions.core.question import Answer, Option, Question, QuestionType, Sensitive

SINGLE = Question(
    "T-1",
    QuestionType.SINGLE,
    {"en": "Which?", "ja": "どれですか。", "fr": "Lequel ?"},
    sections=("HAR/insults",),
    options=(
        Option("o2", {"en": "A", "ja": "あ"}, Fraction(1), {"en": "So.", "ja": "そのため。"}),
        Option("o7", {"en": "B", "ja": "い"}, Fraction(1, 3), misconception={"en": "No", "ja": "否"}),
        Option("o3", {"en": "C", "ja": "う"}, Fraction(-1, 4)),
    ),
    tags=("one", "two words"),
)


BEYOND = {f"section.{place}" for place in range(MOST_SECTIONS + 1, 20)}
"""Fields for which the form has no place."""


def filled(question: Question, **changes: str) -> dict[str, str]:
    """What a browser sends of the question's form."""
    fields = {name: value for name, value in fields_of(question).items() if name not in BEYOND}
    for group, options in question.option_groups.items():
        fields |= {f"key.{group}": option.id for option in options if option.fraction == 1}
    return fields | {name.replace("__", "."): value for name, value in changes.items()}


TWO_RIGHT = replace(SINGLE, options=(*SINGLE.options[:2], Option("o8", {"en": "D"}, Fraction(1))))
MUCH = replace(SINGLE, sections=tuple(f"HAR/s{n}" for n in range(9)), tags=("one, and more", "two"))


@pytest.mark.parametrize("question", [SINGLE, TWO_RIGHT, MUCH, blank("T-2", QuestionType.CASE, "HAR/insults")])
def test_an_untouched_form_gives_the_same_question_with_exact_fractions(question: Question) -> None:
    read = read_fields(question, filled(question))
    assert (read.question, read.flaws) == (question, {})


def test_a_text_that_the_form_does_not_show_stays() -> None:
    sent = {name: value for name, value in filled(SINGLE).items() if "misconception" not in name}
    assert read_fields(SINGLE, sent).question == SINGLE


def test_another_key_takes_the_mark_from_the_earlier_one() -> None:
    read = read_fields(SINGLE, filled(SINGLE, key__options="o7")).question
    assert [option.fraction for option in read.options] == [0, 1, Fraction(-1, 4)]


@pytest.mark.parametrize("written", ["５０", "50%", " 50.0 "])
def test_a_share_is_read_in_any_width(written: str) -> None:
    read = read_fields(SINGLE, filled(SINGLE, options__o7__percent=written))
    assert (read.question.options[1].fraction, read.flaws) == (Fraction(1, 2), {})


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("options.o7.percent", "half", "question.bad_percent"),
        ("options.o7.percent", "101", "question.bad_percent"),
        ("prompt.ja", "あ" * 10_001, "question.text-too-long"),
        ("options.o3.rationale.en", "\x07", "question.control-character"),
        ("tags", "x" * 201, "question.word-too-long"),
    ],
)
def test_what_no_question_can_hold_is_a_flaw_at_its_field(name: str, value: str, code: str) -> None:
    read = read_fields(SINGLE, filled(SINGLE) | {name: value})
    assert {field: flaw[0] for field, flaw in read.flaws.items()} == {name: code}


def test_a_weight_must_be_a_whole_number() -> None:
    case = blank("T-2", QuestionType.CASE)
    assert read_fields(case, filled(case, weight__verdict="much")).flaws == {
        "weight.verdict": ("question.bad_weight", {})
    }


def test_options_are_added_moved_and_removed_and_an_id_is_never_given_again() -> None:
    added = changed(SINGLE, "add.options", {"o9"})
    assert [option.id for option in added.options] == ["o2", "o7", "o3", "o10"]
    assert [option.id for option in changed(SINGLE, "up.options.o3").options] == ["o2", "o3", "o7"]
    assert [option.id for option in changed(SINGLE, "remove.options.o7").options] == ["o2", "o3"]


@pytest.mark.parametrize("change", ["", "add.nowhere", "up.options.o99", "fly.options.o2", "part.verdict", "part.none"])
def test_a_change_that_means_nothing_changes_nothing(change: str) -> None:
    assert changed(SINGLE, change) == SINGLE


def test_a_case_gains_and_loses_the_parts_that_it_can_do_without() -> None:
    case = blank("T-2", QuestionType.CASE)
    more = changed(case, "part.severity")
    assert [part.name for part in more.parts] == ["verdict", "section", "severity"]
    assert changed(more, "part.severity") == case
    assert changed(case, "part.verdict") == case


def test_a_part_that_comes_back_has_options_that_no_version_had() -> None:
    back = changed(blank("T-2", QuestionType.CASE), "part.severity", {"v1", "v2", "v3"})
    assert [option.id for option in back.option_groups["severity"]] == ["v4", "v5"]


def test_another_key_takes_the_mark_from_all_that_were_right() -> None:
    read = read_fields(TWO_RIGHT, filled(TWO_RIGHT, key__options="o7")).question
    assert [option.fraction for option in read.options] == [0, 1, 0]


def test_a_conflict_leaves_the_key_where_it_was_typed() -> None:
    stored = replace(SINGLE, options=(*SINGLE.options[:2], Option("o9", {"en": "D"}, Fraction(1))))
    assert [(option.id, option.fraction) for option in united(SINGLE, stored).options] == [
        *((option.id, option.fraction) for option in SINGLE.options),
        ("o9", 0),
    ]
    keyless = replace(SINGLE, options=SINGLE.options[1:])
    assert united(keyless, stored).options[-1].fraction == 1


def test_a_conflict_loses_no_option() -> None:
    shorter = replace(SINGLE, options=SINGLE.options[:2])
    assert united(shorter, SINGLE).options == SINGLE.options


@pytest.mark.parametrize("dash", "-－−–—")
def test_a_typed_number_is_kept_in_plain_digits(dash: str) -> None:
    typed = read_fields(
        Question("T-4", QuestionType.NUMERIC, {}, answers=(Answer(),)), {"answers.1.value": f"{dash}１，０００．5"}
    )
    assert (typed.question.answers[0].value, typed.flaws) == ("-1000.5", {})


def test_a_conflict_loses_no_accepted_answer() -> None:
    mine = Question("T-4", QuestionType.NUMERIC, {}, answers=(Answer(value="1"),))
    theirs = replace(mine, answers=(Answer(value="2"), Answer(value="3")))
    assert [answer.value for answer in united(mine, theirs).answers] == ["1", "3"]
    assert united(theirs, mine) == theirs


def test_what_a_button_takes_away_is_not_wrong_any_more() -> None:
    flaw: Flaw = ("question.not_a_number", {})
    names = ("answers.1.value", "answers.10.value", "gap-a.1.low", "gap-ab.o1.percent", "weight.gap-a")
    flaws = dict.fromkeys(names, flaw)
    assert flaws.keys() - left_over(flaws, "remove.answers.1") == {"answers.1.value"}
    assert flaws.keys() - left_over(flaws, "remove.gaps.a") == {"gap-a.1.low", "weight.gap-a"}
    assert left_over(flaws, "add.answers") == left_over(flaws, "") == flaws


def test_a_label_is_kept_changed_and_taken_off_and_in_doubt_it_is_the_stronger_one() -> None:
    mild = Sensitive("insult", "mild", "text")
    labelled = replace(SINGLE, sensitive=mild)
    assert read_fields(labelled, filled(labelled)).question.sensitive == mild
    assert read_fields(labelled, {"name.en": "x"}).question.sensitive == mild, "the form had no place for it"
    assert read_fields(labelled, filled(labelled, sensitive__kind="")).question.sensitive is None
    changed_label = {"sensitive.kind": "threat", "sensitive.degree": "strong", "sensitive.form": "image"}
    assert read_fields(SINGLE, changed_label).question.sensitive == Sensitive("threat", "strong", "image")
    hostile = {"sensitive.kind": "threat", "sensitive.degree": "none", "sensitive.form": "<b>"}
    assert read_fields(SINGLE, hostile).question.sensitive == Sensitive("threat", "strong", "text")
    assert read_fields(labelled, {**hostile, "sensitive.kind": "A b"}).question.sensitive == mild
