"""The key figures at the top of a result page or report, each with the number of people it rests on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lms.analysis.core.findings import Health
from lms.analysis.core.gaps import Gap, score_gap, score_shares
from lms.analysis.core.items import mean_share, spread
from lms.analysis.core.reliability import ScoreFigures, score_figures
from lms.analysis.core.responses import Responses
from lms.kit.figures import Interval, is_small, percent_down, shown_count, wilson


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether one person has passed, by the best attempt in the window."""

    cohort: str | None
    passed: bool


@dataclass(frozen=True, slots=True)
class PassRate:
    """The share of people who passed (0 to 1), in percent rounded down as well; withheld for fewer than 5 people."""

    n: int | None
    n_shown: str
    passed: int | None
    share: float | None
    percent: int | None
    interval: Interval | None
    withheld: bool


_WITHHELD = PassRate(None, shown_count(1), None, None, None, None, withheld=True)


@dataclass(frozen=True, slots=True)
class Summary:
    """The key figures of a quiz, beside its pass rate.

    ``mean`` and ``sd`` (divisor n - 1) are shares of the greatest score, 0 to 1. ``attempts`` is the n of mean and SD,
    ``scores.used`` that of alpha; ``gap`` is the first language's mean share minus the second's. For fewer than 5
    attempts ``withheld`` is true and ``attempts``, mean, SD and ``scores`` are None.
    """

    attempts: int | None
    attempts_shown: str
    mean: float | None
    mean_percent: int | None
    interval: Interval | None
    sd: float | None
    scores: ScoreFigures | None
    gap: Gap
    to_review: int
    questions: int
    withheld: bool


def summary(
    responses: Responses,
    health: Sequence[Health],
    first: str = "en",
    second: str = "ja",
) -> Summary:
    """The key figures of a population of first attempts."""
    shares = score_shares(responses)
    n = len(shares)
    withheld = is_small(n)
    mean, interval = (None, None) if withheld else mean_share(shares)
    return Summary(
        attempts=None if withheld else n,
        attempts_shown=shown_count(n),
        mean=mean,
        mean_percent=None if mean is None else percent_down(mean),
        interval=interval,
        sd=None if withheld else spread(shares),
        scores=None if is_small(responses.used) else score_figures(responses),
        gap=score_gap(responses, first, second),
        to_review=sum(question.needs_review for question in health),
        questions=len(health),
        withheld=withheld,
    )


def pass_rate(outcomes: Sequence[Outcome]) -> PassRate:
    """The pass rate of some people, with Wilson's 95 % interval.

    >>> rate = pass_rate([Outcome(None, passed) for passed in (True, True, True, True, False, False)])
    >>> rate.n, rate.passed, rate.percent
    (6, 4, 66)
    """
    n, passed = len(outcomes), sum(outcome.passed for outcome in outcomes)
    if is_small(n):
        return _WITHHELD
    if n == 0:
        return PassRate(0, shown_count(0), 0, None, None, None, withheld=False)
    return PassRate(n, shown_count(n), passed, passed / n, percent_down(passed, n), wilson(passed, n), withheld=False)


def pass_rates(
    outcomes: Sequence[Outcome], cohorts: Sequence[str], hidden: Collection[str] = ()
) -> tuple[tuple[PassRate, ...], PassRate]:
    """The pass rate of each cohort in the order given, and that of all of them.

    If exactly one cohort is withheld, or those withheld have fewer than 5 people between them, they are not in the
    total, which says its n. The cohorts in ``hidden`` are withheld and not in the total, whatever their size.
    """
    by_cohort: dict[str | None, list[Outcome]] = {cohort: [] for cohort in cohorts}
    for outcome in outcomes:
        by_cohort.setdefault(outcome.cohort, []).append(outcome)
    small = [cohort for cohort in cohorts if cohort not in hidden and is_small(len(by_cohort[cohort]))]
    leaving = {*hidden, *small}
    if len(small) > 1 and not is_small(sum(len(by_cohort[cohort]) for cohort in small)):
        leaving = {*hidden}
    total = pass_rate([outcome for cohort in cohorts if cohort not in leaving for outcome in by_cohort[cohort]])
    return tuple(_WITHHELD if cohort in hidden else pass_rate(by_cohort[cohort]) for cohort in cohorts), total
