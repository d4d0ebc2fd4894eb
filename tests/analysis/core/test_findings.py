"""What stands out about a question, and which comes first."""

from __future__ import annotations

from typing import Any

from lms.analysis.core.findings import Code, by_need, item_findings
from lms.analysis.core.items import ItemFigures
from lms.analysis.core.verdicts import Kind, Verdict


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


def verdict(kind: Kind, item: str = "HAR-001") -> Verdict:
    return Verdict(kind, item, 148, facts={"option": "C"})


def codes(item: ItemFigures, *kinds: Kind) -> list[Kind | Code]:
    return [finding.code for finding in item_findings(item, [verdict(kind) for kind in kinds])]


def test_a_sound_question_is_good() -> None:
    assert codes(figures()) == [Code.GOOD]
    assert codes(figures(rest_correlation=0.15)) == [Code.GOOD]
    assert codes(figures(facility=0.95)) == [Code.GOOD]
    assert codes(figures(), Kind.DEAD_DISTRACTOR) == [Code.GOOD]  # said of the option


def test_a_weak_question_has_low_discrimination_and_no_better_reason_for_it() -> None:
    assert codes(figures(rest_correlation=0.12)) == [Code.WEAK]
    assert codes(figures(rest_correlation=-0.2)) == [Code.WEAK]
    assert codes(figures(rest_correlation=0.04, facility=0.98)) == [Code.VERY_EASY]
    assert codes(figures(rest_correlation=0.08), Kind.WRONG_KEY) == [Kind.WRONG_KEY]
    assert codes(figures(rest_correlation=0.08), Kind.GIVE_AWAY) == [Kind.GIVE_AWAY]
    assert codes(figures(rest_correlation=-0.1), Kind.KEY_SUSPECT) == [Kind.KEY_SUSPECT]
    assert codes(figures(rest_correlation=0.08), Kind.TRANSLATION_SUSPECT) == [Kind.TRANSLATION_SUSPECT, Code.WEAK]


def test_a_question_that_nobody_gets_right_is_not_good() -> None:
    found = item_findings(figures(facility=0.0, sd=0.0, rest_correlation=None), ())
    assert [(finding.code, dict(finding.facts)) for finding in found] == [(Code.WEAK, {})]
    assert codes(figures(facility=1.0, sd=0.0, rest_correlation=None)) == [Code.VERY_EASY]


def test_without_complete_rows_nobody_can_say_that_a_question_is_good() -> None:
    assert codes(figures(rest_correlation=None)) == [Code.FEW_DATA]
    assert codes(figures(rest_correlation=None), Kind.TRANSLATION_SUSPECT) == [Kind.TRANSLATION_SUSPECT]


def test_few_people_are_said_so() -> None:
    assert codes(figures(n=30)) == [Code.GOOD]
    assert codes(figures(n=29), Kind.NOT_ENOUGH_DATA) == [Kind.NOT_ENOUGH_DATA, Code.INDICATIVE]
    assert codes(figures(n=29, rest_correlation=0.1), Kind.NOT_ENOUGH_DATA) == [Code.WEAK, Code.INDICATIVE]
    assert codes(figures(n=29), Kind.KEY_SUSPECT, Kind.NOT_ENOUGH_DATA) == [Kind.KEY_SUSPECT, Code.INDICATIVE]
    few = item_findings(figures(n=4), [verdict(Kind.NOT_ENOUGH_DATA)])
    assert [(finding.code, dict(finding.facts)) for finding in few] == [(Code.FEW_DATA, {"n_shown": "<5"})]
    assert codes(figures(n=0, facility=None)) == [Code.FEW_DATA]


def test_what_tells_a_key_leaves_a_question_whose_key_is_kept_back() -> None:
    wrong = Verdict(Kind.WRONG_KEY, "HAR-001", 148, 2.0, facts={"option": "C", "key": "A", "count": 20})
    [health] = by_need([figures()], [wrong, verdict(Kind.DEAD_DISTRACTOR)])
    assert health.dead == ("C",)
    told = health.untold()
    assert (told.needs_review, told.dead) == (True, ())
    assert [(one.kind, one.effect, dict(one.facts)) for one in told.verdicts] == [(Kind.WRONG_KEY, None, {})]


def test_a_suspect_key_is_to_review_and_comes_after_the_verdicts() -> None:
    items = [figures("HAR-001", facility=0.2), figures("HAR-002", facility=0.4), figures("HAR-003", facility=0.9)]
    suspect = Verdict(Kind.KEY_SUSPECT, "HAR-002", 148, 2.0, facts={"option": "C", "key": "A", "count": 20})
    given = [suspect, verdict(Kind.TRANSLATION_SUSPECT, "HAR-003"), verdict(Kind.GIVE_AWAY, "HAR-001")]
    judged = by_need(items, given)
    assert [one.item for one in judged] == ["HAR-003", "HAR-002", "HAR-001"]
    assert [one.needs_review for one in judged] == [True, True, False]
    assert [(one.effect, dict(one.facts)) for one in judged[1].untold().verdicts] == [(None, {})]


def test_the_table_is_sorted_by_need_and_then_by_facility() -> None:
    """The questions of the mock, in another order: its order comes out; what only describes is nothing to review."""
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
    verdicts = [
        verdict(Kind.WRONG_KEY, "HAR-021"),
        verdict(Kind.TRANSLATION_SUSPECT, "HAR-014"),
        verdict(Kind.RULE_CHANGED, "HAR-017"),
        Verdict(Kind.SECTION_UNCLEAR, "HAR/insults", 148),
        Verdict(Kind.CLASS_TAUGHT_BADLY, ("HAR/insults", "osaka-b"), 24),
    ]
    judged = by_need([*items, figures("HAR-099", n=3)], verdicts)
    expected = [
        "HAR-021",
        "HAR-017",
        "HAR-014",
        "HAR-009",
        "HAR-003",
        "HAR-011",
        "HAR-002",
        "HAR-006",
        "HAR-019",
        "HAR-099",
    ]
    assert [question.item for question in judged] == expected
    assert [question.needs_review for question in judged] == [True] * 3 + [False] * 7
