"""Recall and precision are what they are for an analysis that knows all, knows nothing, or cries wolf."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from tests.analysis import recall
from tests.analysis.answering import Setting
from tests.analysis.faults import SHARP, Case, Evidence, Fault, Verdict, plant

SMALL = Setting(sections=3)


def silent(evidence: Evidence) -> Iterable[Verdict]:
    """Finds nothing."""
    return ()


def told(case: Case, evidence: Evidence) -> Iterable[Verdict]:
    """Knows what was planted."""
    return case.planted | case.described


def alarmed(evidence: Evidence) -> Iterable[Verdict]:
    """Calls every key wrong, and adds what is not counted."""
    return [(name, item) for item in evidence.sections for name in ("wrong-key", "wrong-key", "dead-distractor")]


def test_who_names_what_was_planted_has_recall_and_precision_of_one() -> None:
    for fault in Fault:
        case = plant(fault, 1, SMALL)
        assert recall.count(partial(told, case), case) == recall.Tally(
            1, int(fault in SHARP), int(fault in SHARP), int(fault in SHARP)
        )


def test_the_right_name_at_another_place_and_another_name_at_the_place_are_wrong() -> None:
    case = plant(Fault.WRONG_KEY, 1, SMALL, item=0)
    assert recall.count(lambda evidence: [("wrong-key", "HAR-002")], case) == recall.Tally(1, 1, 0, 1)
    assert recall.count(lambda evidence: [("rule-changed", "HAR-001")], case) == recall.Tally(1, 1, 0, 1)


def test_all_quizzes_are_pooled() -> None:
    measured = recall.measure(alarmed, 30, range(2), setting=SMALL)
    pooled = measured.pooled
    assert (pooled.quizzes, pooled.planted, pooled.found) == (2 * len(Fault), 2 * len(SHARP), 2)
    assert pooled.recall == pytest.approx(1 / len(SHARP))
    assert pooled.false == pooled.given - 2
    assert pooled.given >= pooled.quizzes * 3 * 4
    assert measured.quiet.planted == 0
    assert measured.quiet.false == measured.quiet.given > 0


def test_nothing_given_has_no_precision() -> None:
    pooled = recall.measure(silent, 30, range(1), setting=SMALL).pooled
    assert (pooled.recall, pooled.precision) == (0, None)


def test_the_tables_show_counts_and_wilson_intervals() -> None:
    text = recall.tables(
        [
            recall.Measured(60, {Fault.WRONG_KEY: recall.Tally(20, 20, 10, 12), Fault.NONE: recall.Tally(20, 0, 0, 1)}),
            recall.Measured(400, {Fault.WRONG_KEY: recall.Tally(20, 20, 20, 20)}),
        ]
    )
    # 10 of 20: (0.5 ± …) by Wilson 1927, as in Newcombe 1998.
    assert "| 60 | 20 | 10 | 0.500 (0.299–0.701) | 13 | 3 | 0.769 (0.497–0.918) | 1 in 20 quizzes |" in text
    assert "| 400 | 1.000 (0.839–1.000) |" in text


def test_the_command_writes_between_the_lines_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "diagnosis.md"
    page.write_text(f"Before\n\n{recall.START}\nold\n{recall.END}\n\nAfter\n")
    arguments = ["tests.analysis.test_recall:silent", "--n", "30", "--seeds", "1", "--into", str(page)]
    recall.main(arguments)
    once = page.read_text()
    assert once.startswith(f"Before\n\n{recall.START}\n\n| n | planted |")
    assert once.endswith(f"\n{recall.END}\n\nAfter\n")
    assert "old" not in once
    recall.main(arguments)
    assert page.read_text() == once
    page.write_text("no place")
    with pytest.raises(ValueError, match="no place for the tables"):
        recall.main(arguments)


def test_the_command_prints_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    recall.main(["tests.analysis.test_recall:silent", "--n", "30", "--seeds", "1"])
    assert "| 30 | 6 | 0 | 0.000" in capsys.readouterr().out
