"""Marks, worked by hand from the rules; and what holds for every key and every answer."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.problems import Invalid
from lms.questions.core.types import case, multiple_response, single_choice

CASE_KEY = {
    "weights": {"verdict": 40, "section": 30, "severity": 15, "action": 15},
    "groups": {
        "verdict": {"o1": {"fraction": "0"}, "o2": {"fraction": "1"}, "o3": {"fraction": "1/2"}},
        "section": {"s1": {"fraction": "1"}, "s2": {"fraction": "333/1000"}},
        "severity": {"v1": {"fraction": "467/1000"}, "v2": {"fraction": "1"}},
        "action": {"a1": {"fraction": "1"}, "a2": {"fraction": "0"}},
    },
}
MULTIPLE_KEY = {
    "groups": {"options": {name: {"fraction": fraction} for name, fraction in zip("abcde", "11100", strict=True)}}
}


@pytest.mark.parametrize(
    ("answer", "marks"),
    [
        ({"verdict": "o2", "section": "s1", "severity": "v2", "action": "a1"}, Fraction(1)),
        (
            {"verdict": "o2", "section": "s2", "severity": "v1", "action": "a2"},
            Fraction("0.56995"),
        ),  # 40 + 9.99 + 7.005
        ({"verdict": "o1", "section": "s1", "severity": "v2", "action": "a1"}, Fraction("0.3")),  # wrong verdict
        ({"verdict": "o3", "section": "s1", "severity": "v2", "action": "a1"}, Fraction("0.8")),  # half a verdict
        ({"section": "s1", "severity": "v2", "action": "a1"}, Fraction("0.3")),  # no verdict is a wrong one
        ({"verdict": "o2"}, Fraction("0.4")),
    ],
)
def test_a_case_is_marked_by_its_weights(answer: dict[str, str], marks: Fraction) -> None:
    assert case.mark(CASE_KEY, answer) == marks


@pytest.mark.parametrize(
    ("chosen", "marks"),
    [("abc", 1), ("ab", Fraction(2, 3)), ("abd", Fraction(1, 3)), ("abcde", Fraction(1, 3)), ("de", 0), ("ad", 0)],
)
def test_a_multiple_response_earns_right_minus_wrong(chosen: str, marks: Fraction) -> None:
    assert multiple_response.mark(MULTIPLE_KEY, {"options": list(chosen)}) == marks


def test_all_or_nothing() -> None:
    assert multiple_response.mark(MULTIPLE_KEY, {"options": ["a", "b"]}, all_or_nothing=True) == 0
    assert multiple_response.mark(MULTIPLE_KEY, {"options": ["a", "b", "c"]}, all_or_nothing=True) == 1


def test_imported_fractions_win_over_the_rule() -> None:
    key = {"groups": {"options": {"a": {"fraction": "1/2"}, "b": {"fraction": "1/2"}, "c": {"fraction": "-1"}}}}
    assert multiple_response.mark(key, {"options": ["a"]}) == Fraction(1, 2)
    assert multiple_response.mark(key, {"options": ["a", "b", "c"]}) == 0


fractions = st.sampled_from(["0", "1", "1/2", "-1/2", "333/1000"])
keys = st.dictionaries(st.sampled_from("abcdef"), fractions, min_size=2).map(
    lambda group: {"groups": {"options": {name: {"fraction": fraction} for name, fraction in group.items()}}}
)


@given(keys, st.data())
def test_a_mark_lies_between_0_and_1_and_does_not_depend_on_order(key, data) -> None:
    names = sorted(key["groups"]["options"])
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
    mark = multiple_response.mark(key, {"options": chosen})
    assert 0 <= mark <= 1
    assert mark == multiple_response.mark(key, {"options": chosen[::-1]})
    assert 0 <= single_choice.mark(key, {"option": chosen[0]}) <= 1


BODY = {"type": "single", "groups": {"options": [{"id": "o1", "text": {}}, {"id": "o2", "text": {}}]}}


@pytest.mark.parametrize("untrusted", [{}, {"option": ""}, {"option": None}])
def test_nothing_chosen_is_blank(untrusted) -> None:
    assert single_choice.parse(BODY, untrusted) is None


@pytest.mark.parametrize("option", ["o3", "0", "O1", 1, ["o1"], {"o1": 1}])
def test_an_option_that_is_not_on_the_paper_is_refused(option) -> None:
    with pytest.raises(Invalid, match=r"answer\.unknown_option"):
        single_choice.parse(BODY, {"option": option})


@pytest.mark.parametrize("chosen", [[1], [1, "2"], [True], [None], [["1"]], [{"1": 1}], "12", {"1": 1}])
def test_only_ids_are_chosen_and_nothing_that_reads_like_one(chosen) -> None:
    """A number is no id of the key: kept, it would keep the whole paper from being graded."""
    body = {"type": "multiple", "groups": {"options": [{"id": name} for name in ("1", "2", "True", "None")]}}
    with pytest.raises(Invalid, match=r"answer\.unknown_option"):
        multiple_response.parse(body, {"options": chosen})


def test_options_are_shuffled_but_decisions_sections_and_severities_keep_their_order() -> None:
    body = {
        "groups": {
            name: [{"id": f"{name}{n}"} for n in range(3)] for name in ("verdict", "section", "severity", "action")
        }
    }
    order = case.order(body, lambda names: list(reversed(names)))
    assert order["verdict"] == ["verdict0", "verdict1", "verdict2"]
    assert order["action"] == ["action2", "action1", "action0"]
