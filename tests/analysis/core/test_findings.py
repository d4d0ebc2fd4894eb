"""What stands out about a question, and which comes first."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lms.analysis.core.findings import Code, by_need, item_findings, suspect_option
from lms.analysis.core.gaps import Gap, Side
from lms.analysis.core.items import ItemFigures, OptionFigures, item_figures, option_figures
from lms.analysis.core.responses import Answer, Item, Person, Responses, collect
from lms.kit.figures import Interval


def figures(item: str = "HAR-001", **changed: Any) -> ItemFigures:
    plain: dict[str, Any] = {
        "n": 148,
        "right": 104,
        "wrong": 44,
        "blank": 0,
        "not_reached": 0,
        "facility": 0.7,
        "interval": None,
        "sd": 0.46,
        "point_biserial": 0.4,
        "rest_correlation": 0.3,
        "discrimination_27": 0.4,
        "alpha_if_deleted": 0.8,
    }
    return ItemFigures(item=item, **(plain | changed))


def option(name: str, *, is_key: bool = False, count: int = 20, lead: Interval | None = None) -> OptionFigures:
    return OptionFigures(name, is_key, 100, count, 0.1, 0.1, 8.0, 27, 0.2, 0.2, 0.2, lead, is_dead=False)


def gap(size: float, low: float, high: float) -> Gap:
    return Gap(Side("en", 75, "75", 0.7, None), Side("ja", 73, "73", 0.7 - size, None), size, Interval(low, high))


AHEAD = Interval(0.2, 1.4)
SUSPICIOUS = (option("A", is_key=True), option("B", lead=Interval(-2, -1)), option("C", lead=AHEAD))
CLEAR_GAP = gap(0.27, 0.11, 0.41)


def codes(item: ItemFigures, options: tuple[OptionFigures, ...] = (), language: Gap | None = None) -> list[Code]:
    return [finding.code for finding in item_findings(item, options, language, changed=False)]


def test_a_sound_question_is_good() -> None:
    assert codes(figures()) == [Code.GOOD]
    assert codes(figures(rest_correlation=0.15)) == [Code.GOOD]
    assert codes(figures(facility=0.95)) == [Code.GOOD]


def test_a_weak_question_has_low_discrimination_and_no_better_reason_for_it() -> None:
    assert codes(figures(rest_correlation=0.12)) == [Code.WEAK]
    assert codes(figures(rest_correlation=-0.2)) == [Code.WEAK]
    assert codes(figures(rest_correlation=0.04, facility=0.98)) == [Code.VERY_EASY]
    assert codes(figures(rest_correlation=0.08), SUSPICIOUS) == [Code.KEY_SUSPECT]


def test_a_question_that_nobody_gets_right_is_not_good() -> None:
    found = item_findings(figures(facility=0.0, sd=0.0, rest_correlation=None), (), None, changed=False)
    assert [(finding.code, dict(finding.facts)) for finding in found] == [(Code.WEAK, {})]
    assert codes(figures(facility=1.0, sd=0.0, rest_correlation=None)) == [Code.VERY_EASY]


def test_without_complete_rows_nobody_can_say_that_a_question_is_good() -> None:
    assert codes(figures(rest_correlation=None)) == [Code.FEW_DATA]
    assert codes(figures(rest_correlation=None), (), CLEAR_GAP) == [Code.LANGUAGE_GAP]


def test_findings_stand_in_the_order_of_need_with_their_facts() -> None:
    found = item_findings(figures(rest_correlation=0.08), SUSPICIOUS, CLEAR_GAP, changed=True)
    assert [(finding.code, dict(finding.facts)) for finding in found] == [
        (Code.KEY_SUSPECT, {"option": "C", "key": "A", "count": 20, "low": 0.2, "high": 1.4}),
        (
            Code.LANGUAGE_GAP,
            {
                "first": "en",
                "first_n": 75,
                "first_share": 0.7,
                "second": "ja",
                "second_n": 73,
                "second_share": pytest.approx(0.43),
                "gap": 0.27,
                "low": 0.11,
                "high": 0.41,
            },
        ),
        (Code.POLICY_CHANGED, {}),
    ]


def test_a_small_or_uncertain_gap_is_no_finding() -> None:
    assert codes(figures(), (), gap(0.1, 0.02, 0.2)) == [Code.GOOD]
    assert codes(figures(), (), gap(0.3, -0.02, 0.5)) == [Code.GOOD]
    assert codes(figures(), (), gap(-0.3, -0.5, -0.1)) == [Code.LANGUAGE_GAP]


def test_few_people_are_said_so() -> None:
    assert codes(figures(n=30)) == [Code.GOOD]
    assert codes(figures(n=29)) == [Code.GOOD, Code.INDICATIVE]
    assert codes(figures(n=29, rest_correlation=0.1)) == [Code.WEAK, Code.INDICATIVE]
    few = item_findings(figures(n=4), SUSPICIOUS, CLEAR_GAP, changed=True)
    assert [(finding.code, dict(finding.facts)) for finding in few] == [(Code.FEW_DATA, {"n_shown": "<5"})]
    assert codes(figures(n=0, facility=None)) == [Code.FEW_DATA]


def test_a_key_is_suspect_only_with_ten_choosers_and_a_lead_beyond_chance() -> None:
    key = option("A", is_key=True)
    assert suspect_option([key, option("C", count=9, lead=AHEAD)]) is None
    assert suspect_option([key, option("C", count=10, lead=Interval(0.0, 1.0))]) is None
    assert suspect_option([key, option("C", count=10, lead=None)]) is None
    assert suspect_option([key, option("C", count=10, lead=Interval(0.01, 1.0))]) is not None
    assert suspect_option([key, option("B", is_key=True), option("C", lead=AHEAD)]) is None
    several = suspect_option([key, option("C", count=12, lead=AHEAD), option("D", count=30, lead=AHEAD)])
    assert several is not None
    assert several.facts["option"] == "D"


def test_the_table_is_sorted_by_need_and_then_by_facility() -> None:
    """The questions of the mock, in another order: its order comes out, and its four to review."""
    mock = {
        "HAR-019": (0.98, 0.04),
        "HAR-003": (0.79, 0.36),
        "HAR-021": (0.38, 0.08),
        "HAR-006": (0.93, 0.21),
        "HAR-009": (0.66, 0.12),
        "HAR-014": (0.52, 0.31),
        "HAR-002": (0.90, 0.27),
        "HAR-017": (0.61, 0.34),
        "HAR-011": (0.84, 0.29),
    }
    items = [figures(item, facility=facility, rest_correlation=r) for item, (facility, r) in mock.items()]
    judged = by_need(
        [*items, figures("HAR-099", n=3)],
        {"HAR-021": SUSPICIOUS},
        {"HAR-021": gap(0.19, 0.03, 0.33), "HAR-014": CLEAR_GAP},
        {"HAR-017"},
    )
    expected = [
        "HAR-021",
        "HAR-014",
        "HAR-017",
        "HAR-009",
        "HAR-003",
        "HAR-011",
        "HAR-002",
        "HAR-006",
        "HAR-019",
        "HAR-099",
    ]
    assert [question.item for question in judged] == expected
    assert [question.needs_review for question in judged] == [True] * 4 + [False] * 6
    assert [finding.code for finding in judged[0].findings] == [Code.KEY_SUSPECT, Code.LANGUAGE_GAP]


def wrongly_keyed() -> Responses:
    """Ten sound questions and one whose key stands at B, while those who know take A; 60 people of rising ability."""
    people = [Person(f"L{n}") for n in range(60)]
    items = [Item(f"Q{n}") for n in range(10)] + [Item("BAD", options=("A", "B", "C"), keys=frozenset("B"))]
    answers = []
    for rank in range(60):
        answers += [Answer(f"L{rank}", f"Q{n}", float(rank + 7 * math.sin(rank * n + n) > 6 * n)) for n in range(10)]
        taken = "A" if rank >= 25 else "BC"[rank % 2]
        answers.append(Answer(f"L{rank}", "BAD", float(taken == "B"), chosen=(taken,)))
    return collect(people, items, answers)


def test_a_wrong_key_in_real_answers_is_suspected_and_the_right_option_named() -> None:
    responses = wrongly_keyed()
    finding = suspect_option(option_figures(responses, "BAD"))
    assert finding is not None
    assert (finding.facts["option"], finding.facts["key"], finding.facts["count"]) == ("A", "B", 35)
    judged = by_need(item_figures(responses), {"BAD": option_figures(responses, "BAD")}, {}, ())
    assert judged[0].item == "BAD"
