"""Who moves by a regrade: attempts by their marks, people by the best of their attempts."""

from __future__ import annotations

from lms.quizzes.core.regrading import Standing
from lms.quizzes.queries.regrading import Done
from lms.regrades.core.follows import Follow
from lms.regrades.queries import Population, Sat, counts_of, moves_of

PASSING, FAILING = Standing(16_000, 20_000, True), Standing(15_000, 20_000, False)


def done(attempt_id: str, code: str, before: Standing, after: Standing) -> Done:
    fails = before.passed and not after.passed
    return Done(attempt_id, 1, ord(code[0]), code, "en", 3, before, after, fails, cut_percent=80)


def test_whoever_passes_by_another_attempt_neither_passes_now_nor_loses_the_pass() -> None:
    everybody = Population(
        [
            Sat(name, n, name[0], passed)
            for n, (name, passed) in enumerate({"A1": False, "A2": True, "B1": False}.items())
        ],
        cohort_of={},
        cohorts={},
    )
    for before, after, expected in ((FAILING, PASSING, (1, 0)), (PASSING, FAILING, (0, 1))):
        changes = [done("A1", "A", before, after), done("B1", "B", before, after)]
        moves = moves_of(everybody, changes)
        assert [move.follows is Follow.BEST_COUNTS for move in moves] == [True, False]
        counts = counts_of(everybody, changes, moves)
        assert (counts.pass_now, counts.fail_now) == expected
