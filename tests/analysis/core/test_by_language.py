"""How much harder items are in one language at equal ability: sizes, sides, sections, and what stays finite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from lms.analysis.core.by_language import Difference, differences
from lms.analysis.core.responses import BoolArray, Responses
from tests.analysis.core.quizzes import Quiz


def compared(responses: Responses, homes: Sequence[str] = (), *, turned: bool = False) -> list[Difference]:
    focal: BoolArray = np.array([(person.language == "ja") != turned for person in responses.people])
    columns = np.arange(len(responses.items))
    return differences(responses, focal, columns, homes or [""] * len(columns))


def harder_in_japanese(items: Sequence[int], by: float, people: int = 1600) -> Responses:
    """Harder by so much of the scale of ability, of which 1 is 6 logits."""

    def harder(_person: int, item: int, _cohort: str, language: str) -> float:
        return by if item in items and language == "ja" else 0.0

    return Quiz(people=people, harder=harder).responses()


def test_an_item_is_harder_by_what_was_put_into_it_and_the_others_by_little() -> None:
    found = compared(harder_in_japanese([7], 0.2))
    assert found[7].is_focal
    assert found[7].judged.logits == pytest.approx(1.2, abs=2 * found[7].judged.error)
    assert found[7].judged.p < 1e-6
    others = [one.judged for place, one in enumerate(found) if place != 7]
    assert max(one.logits for one in others) < 0.43
    assert all(0.1 < one.error < 0.2 for one in others)


def test_the_side_is_the_harder_one_whichever_is_compared() -> None:
    responses = harder_in_japanese([7], -0.2)
    one, other = (compared(responses, turned=turned)[7] for turned in (False, True))
    assert (one.is_focal, other.is_focal) == (False, True)
    assert (one.judged.logits, one.judged.error) == pytest.approx((other.judged.logits, other.judged.error))


def test_readers_who_know_less_of_everything_have_no_harder_item() -> None:
    found = compared(harder_in_japanese(range(20), 0.15))
    assert max(one.judged.logits for one in found) < 0.43


def test_what_all_items_of_a_section_have_is_less_of_a_difference_of_one() -> None:
    """The readers of one language were taught it in other cohorts."""
    responses = harder_in_japanese([2, 7, 12, 17], 0.06)
    homes = [f"S{item % 5}" for item in range(20)]
    alone, beside = compared(responses), compared(responses, homes)
    assert sum(beside[item].judged.logits for item in (2, 7, 12, 17)) < sum(
        alone[item].judged.logits for item in (2, 7, 12, 17)
    )


def test_one_bad_item_of_a_section_stays_one() -> None:
    responses = harder_in_japanese([7], 0.2)
    found = compared(responses, [f"S{item % 5}" for item in range(20)])
    assert found[7].judged.p < 1e-6
    assert max(found[item].judged.logits for item in (2, 12, 17)) < 0.43


def test_an_item_that_all_or_none_have_right_stays_finite_and_no_more_than_likely() -> None:
    sure = Quiz(choosers={3: lambda *_facts: "A", 4: lambda *_facts: "B"}).responses()
    found = compared(sure)
    assert all(np.isfinite([one.judged.logits, one.judged.error]).all() for one in found)
    assert min(found[3].judged.p, found[4].judged.p) > 0.05


def test_an_item_alone_has_nothing_to_be_compared_with() -> None:
    [only] = compared(Quiz(items=1).responses())
    assert only.judged.logits == pytest.approx(0)
