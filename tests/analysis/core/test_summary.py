"""The key figures, and pass rates by cohort with the rule for small groups."""

from __future__ import annotations

import pytest

from lms.analysis.core.findings import Health
from lms.analysis.core.items import item_figures
from lms.analysis.core.responses import Answer, Item, Person, Responses, collect
from lms.analysis.core.summary import Outcome, pass_rate, pass_rates, summary
from lms.analysis.core.verdicts import Kind, Verdict
from lms.kit.figures import wilson


def people_of(n: int) -> Responses:
    people = [Person(f"L{row}", "en" if row % 2 else "ja") for row in range(n)]
    items = [Item("Q0"), Item("Q1")]
    answers = [Answer(f"L{row}", f"Q{q}", float(row >= (q + 1) * n // 4)) for row in range(n) for q in range(2)]
    return collect(people, items, answers)


def test_key_figures_carry_their_n() -> None:
    responses = people_of(40)
    faulty = Verdict(Kind.WRONG_KEY, "Q0", 40)
    dead = Verdict(Kind.DEAD_DISTRACTOR, "Q1", 40, facts={"option": "A"})
    health = [
        Health(figures, (), verdicts)
        for figures, verdicts in zip(item_figures(responses), [(faulty,), (dead,)], strict=True)
    ]
    found = summary(responses, health)
    assert (found.attempts_shown, found.to_review, found.questions) == ("40", 1, 2)
    assert (found.mean, found.mean_percent) == (0.625, 62)
    assert found.sd == pytest.approx((6.875 / 39) ** 0.5)  # 10 scores of 0, 10 of 0.5 and 20 of 1
    assert found.scores is not None
    assert (found.scores.used, found.scores.items) == (40, 2)
    assert found.gap.gap == pytest.approx(0.0)


def test_figures_of_fewer_than_five_people_are_withheld() -> None:
    found = summary(people_of(4), [])
    assert (found.withheld, found.attempts_shown) == (True, "<5")
    assert (found.mean, found.mean_percent, found.sd, found.interval, found.scores) == (None,) * 5


def test_before_the_first_attempt_there_are_no_figures_and_nothing_is_withheld() -> None:
    found = summary(people_of(0), [])
    assert (found.withheld, found.attempts_shown, found.mean) == (False, "0", None)


def test_a_pass_rate_has_its_interval_and_is_withheld_for_few() -> None:
    rate = pass_rate([Outcome("A", row >= 20) for row in range(40)])
    assert (rate.n, rate.percent, rate.interval) == (40, 50, wilson(20, 40))
    few = pass_rate([Outcome("A", True)] * 4)
    assert (few.withheld, few.passed, few.share, few.n_shown) == (True, None, None, "<5")
    nobody = pass_rate([])
    assert (nobody.withheld, nobody.n, nobody.percent) == (False, 0, None)


def test_a_pass_rate_is_rounded_down() -> None:
    rate = pass_rate([Outcome(None, n < 796) for n in range(1000)])
    assert (rate.percent, rate.share) == (79, 0.796)


def cohort(name: str, n: int, passed: int) -> list[Outcome]:
    return [Outcome(name, row < passed) for row in range(n)]


def test_one_small_cohort_is_withheld_and_not_in_the_total() -> None:
    outcomes = cohort("Tokyo A", 28, 20) + cohort("Austin A", 4, 0)
    (tokyo, austin), total = pass_rates(outcomes, ["Tokyo A", "Austin A"])
    assert (tokyo.n, tokyo.passed, austin.withheld, austin.n_shown) == (28, 20, True, "<5")
    assert (total.n, total.passed) == (28, 20)


def test_several_small_cohorts_are_in_the_total_when_they_hide_each_other() -> None:
    outcomes = cohort("A", 10, 9) + cohort("B", 3, 0) + cohort("C", 4, 1)
    rates, total = pass_rates(outcomes, ["A", "B", "C"])
    assert [rate.withheld for rate in rates] == [False, True, True]
    assert (total.n, total.passed) == (17, 10)
    rates, total = pass_rates(cohort("A", 10, 9) + cohort("B", 2, 0) + cohort("C", 2, 1), ["A", "B", "C"])
    assert (total.n, total.passed) == (10, 9)
