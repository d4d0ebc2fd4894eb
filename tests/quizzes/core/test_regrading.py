"""The rule of a regrade: one question changes and no other, nobody loses a pass unasked, notes can be filled."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.problems import Invalid
from lms.quizzes.core.grading import Gradable, GradedItem, Outcome
from lms.quizzes.core.passing import has_passed
from lms.quizzes.core.regrading import (
    BY_KEY,
    Case,
    Correction,
    Direction,
    Method,
    Standing,
    check_note,
    corrected_key,
    full_options,
    methods_for,
    regraded,
    shown_scores,
)

OPTIONS = ["o1", "o2", "o3", "o4"]
BODY = {"type": "single", "groups": {"options": [{"id": option} for option in OPTIONS]}}


def key_of(right: set[str]) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    return {"groups": {"options": {option: {"fraction": str(int(option in right))} for option in OPTIONS}}}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A question on a paper that adds up, passed by its marks or because a pass was kept."""
    answer = draw(st.sampled_from([None, *OPTIONS]))
    share = draw(st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1)])) if answer else Fraction(0)
    outcome = Outcome.BLANK if answer is None else Outcome.RIGHT if share == 1 else Outcome.WRONG
    has_item = draw(st.booleans())
    item = GradedItem(7, 1, round(share * 1000), 1000, outcome) if has_item else None
    rest_maximum = draw(st.integers(1, 30)) * 1000
    rest = draw(st.integers(0, rest_maximum))
    cut = draw(st.integers(1, 100))
    score = rest + (item.awarded_thousandths if item else 0)
    maximum = rest_maximum + (1000 if item else 0)
    passed = has_passed(score, maximum, cut) or draw(st.booleans())
    payload = {"option": answer} if answer else None
    return Case(
        gradable=Gradable(7, 17, 1, 1000, lambda chosen: Fraction(chosen["option"] in {"o1", "o3"}), payload, True),
        item=item,
        unanswered=Outcome.BLANK,
        before=Standing(score, maximum, passed),
        cut_percent=cut,
    )


methods = st.sampled_from(list(Method))


def correction_by(method: Method) -> Correction:
    return Correction(method, 2 if method in BY_KEY else 0)


@given(cases(), methods, st.booleans())
def test_only_the_mark_of_the_question_changes(case: Case, method: Method, lowers: bool) -> None:
    result = regraded(case, correction_by(method), lowers_passes=lowers)
    before = (case.item.awarded_thousandths, case.item.max_thousandths) if case.item else (0, 0)
    after = (result.item.awarded_thousandths, result.item.max_thousandths) if result.item else (0, 0)
    assert result.after.score - case.before.score == after[0] - before[0]
    assert result.after.maximum - case.before.maximum == after[1] - before[1]
    assert 0 <= result.after.score <= result.after.maximum


@given(cases(), methods)
def test_without_the_tick_nobody_loses_a_pass_and_with_it_the_marks_alone_decide(case: Case, method: Method) -> None:
    kept = regraded(case, Correction(method, 2), lowers_passes=False)
    strict = regraded(case, Correction(method, 2), lowers_passes=True)
    assert kept.after.passed >= case.before.passed
    if (strict.after.score, strict.after.maximum) == (case.before.score, case.before.maximum):
        assert kept.after.passed == strict.after.passed == case.before.passed, "what is kept is not taken in passing"
    else:
        assert strict.after.passed == has_passed(strict.after.score, strict.after.maximum, case.cut_percent)
    assert kept.fails == strict.fails == (case.before.passed and not strict.after.passed)


@given(cases(), methods)
def test_the_same_correction_a_second_time_changes_nothing(case: Case, method: Method) -> None:
    correction = correction_by(method)
    once = regraded(case, correction, lowers_passes=False)
    again = Case(case.gradable, once.item, case.unanswered, once.after, case.cut_percent)
    twice = regraded(again, correction, lowers_passes=False)
    assert not twice.is_changed
    assert twice.after == once.after


@given(cases())
def test_full_marks_for_all_take_from_nobody(case: Case) -> None:
    result = regraded(case, Correction(Method.CREDIT_ALL), lowers_passes=True)
    assert case.before.direction_to(result.after) is not Direction.LOSE


@given(st.sets(st.sampled_from(OPTIONS), min_size=1), st.sets(st.sampled_from(OPTIONS), min_size=1))
def test_accepting_adds_to_the_key_and_a_new_key_replaces_it(right: set[str], chosen: set[str]) -> None:
    for method, expected in ((Method.ACCEPT, right | chosen), (Method.NEW_KEY, chosen)):
        key = key_of(right)
        corrected = corrected_key(BODY, key, method, {"options": chosen})
        assert set(full_options(corrected)["options"]) == expected
        assert key == key_of(right), "a key is not edited"


def test_what_cannot_be_asked_for_is_said_at_its_field() -> None:
    for chosen in ({}, {"options": []}, {"options": ["o9"]}, {"verdict": ["o1"]}):
        with pytest.raises(Invalid) as refused:
            corrected_key(BODY, key_of({"o1"}), Method.ACCEPT, chosen)
        assert refused.value.field == "right"
    assert methods_for({"type": "case"}) == tuple(Method)
    assert methods_for({"type": "a type to come"}) == (Method.CREDIT_ALL, Method.DROP)


@pytest.mark.parametrize(
    ("english", "japanese", "field"),
    [
        ("{before}", "{before}{after}", "note_en"),
        ("{before} {after}", "{before}", "note_ja"),
        ("{before} {after} {name}", "{before}{after}", "note_en"),
        ("{before} {after} {question}", "{before}{after}", "note_ja"),
    ],
)
def test_a_note_that_cannot_be_filled_alike_is_refused_at_its_language(english: str, japanese: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_note({"en": english, "ja": japanese})
    assert refused.value.field == field


scores = st.builds(
    lambda most, share: Standing(most * share // 1000, most, False), st.integers(1, 40000), st.integers(0, 1000)
)


@given(scores, scores)
def test_shown_scores_are_never_above_what_was_earned(before: Standing, after: Standing) -> None:
    for standing, shown in zip((before, after), shown_scores(before, after), strict=True):
        assert Fraction(shown.rstrip("%")) <= Fraction(standing.score * 100, standing.maximum)
