"""The verdict on a section: do people err on it, and is it because they do not know it?

Errors are compared with what is usual for the *same people*: their error rate on all other sections in the same view,
so that nobody takes people who err everywhere for a gap of one section. The surplus of a group is its error rate on the
section less that. Two parts of the errors of a section are told apart:

- *by knowledge*: the surplus of those who do not know it, less that of those who do, times the decisions of the
  former. It counts where both their surplus and its distance to that of the others are clear.
- *by application*: the surplus of those who know it, times their decisions. It counts where it is clear. Some only seem
  to know it, by luck in a few questions; so in a section that few know some of this part belongs to the other.

The larger part gives the verdict. Where people err clearly more, and neither part is clear or the larger one is not,
the data do not tell why. Where those who know it are too few to be shown, the whole surplus of the others counts as
knowledge. *Clearly* is a finding of Benjamini and Hochberg's rule at 5 % over all tests of a view (four a section,
one-sided), and at least 2 points: less than one error more in fifty decisions is not worth anybody's hour. A verdict
needs at least 10 people and 100 decisions: with fewer, the interval of a rate of 5 % is wider than the rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as Collection
from dataclasses import dataclass
from enum import StrEnum

from lms.kit.discoveries import benjamini_hochberg
from lms.production.core.joining import Joined, together
from lms.production.core.rates import Rate, p_over

LEAST_PEOPLE = 10
LEAST_CHECKED = 100
LEAST_POINTS = 0.02
FALSE_SHARE = 0.05
"""Of the tests of a view that are found, so many may be false."""


class Verdict(StrEnum):
    """What a section needs: to be learnt, to be practised on cases, nothing, or more data."""

    KNOWLEDGE = "knowledge"
    APPLICATION = "application"
    NEITHER = "neither"
    FEW_DATA = "few_data"


ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A section with its verdict; ``base`` is the error rate of everybody on all others.

    ``lost`` is what the verdict is about, in decisions: those that would have been right without the gap, else 0.
    """

    joined: Joined
    base: Rate | None
    verdict: Verdict
    lost: float = 0.0
    is_unexplained: bool = False
    """Whether people err clearly more on it, and the data do not tell why."""

    @property
    def is_asked_too_hard(self) -> bool:
        """Whether most do not reach the cut and decide rightly all the same: the reverse of an application gap."""
        known = self.joined.known
        return self.verdict is Verdict.NEITHER and known is not None and known.interval.high < 0.5


@dataclass(frozen=True, slots=True)
class _Sides:
    """A section and its two groups, each with what is usual for the same people elsewhere."""

    joined: Joined
    base: Rate | None
    knowing_base: Rate | None
    others_base: Rate | None

    @classmethod
    def of(cls, joined: Joined, sections: Sequence[Joined]) -> _Sides:
        but = {joined.section}
        return cls(
            joined,
            together(sections, but=but),
            together(sections, but=but, only=joined.who_knows),
            together(sections, but=but, only=joined.who_does_not),
        )

    @property
    def tests(self) -> Iterator[tuple[str, float, float]]:
        """Each question about the section: its name, how far over what is usual, and p."""
        joined = self.joined
        if joined.rate is None or self.base is None or not has_enough(joined.rate):
            return
        pairs = (
            ("whole", joined.rate, self.base),
            ("knowing", joined.knowing, self.knowing_base),
            ("others", joined.others, self.others_base),
        )
        for name, first, second in pairs:
            if first is not None and second is not None:
                yield name, first.share - second.share, p_over(first, second)
        knowing, others = joined.knowing, joined.others
        if knowing and others and self.knowing_base and self.others_base:
            p = p_over(others, knowing, self.others_base, self.knowing_base)
            yield "apart", self.surplus(others, self.others_base) - self.surplus(knowing, self.knowing_base), p

    @staticmethod
    def surplus(group: Rate | None, base: Rate | None) -> float:
        """How far a group errs over what is usual for its people."""
        return group.share - base.share if group is not None and base is not None else 0.0

    def judged(self, clear: Collection[str]) -> Judged:
        """The verdict, by what is clear."""
        joined, knowing, others = self.joined, self.joined.knowing, self.joined.others
        if self.base is None or not has_enough(joined.rate) or (knowing is None and others is None):
            return Judged(joined, self.base, Verdict.FEW_DATA)
        over_knowing = self.surplus(knowing, self.knowing_base)
        by_knowledge = by_application = 0.0
        if others is not None and "others" in clear:
            by_knowledge = (self.surplus(others, self.others_base) - max(over_knowing, 0.0)) * others.decisions
        if knowing is not None and "knowing" in clear:
            by_application = over_knowing * knowing.decisions
        is_known_why = by_application >= by_knowledge or knowing is None or "apart" in clear
        if by_knowledge > by_application and is_known_why:
            return Judged(joined, self.base, Verdict.KNOWLEDGE, by_knowledge)
        if by_application and is_known_why:
            return Judged(joined, self.base, Verdict.APPLICATION, by_application)
        if clear & {"whole", "others", "knowing"}:
            return Judged(joined, self.base, Verdict.FEW_DATA, is_unexplained=True)
        return Judged(joined, self.base, Verdict.NEITHER)


def judged(sections: Sequence[Joined]) -> list[Judged]:
    """Every section with its verdict: what needs most comes first, the withheld ones last."""
    sides = [_Sides.of(section, sections) for section in sections]
    tests = [(place, *test) for place, one in enumerate(sides) for test in one.tests]
    adjusted = benjamini_hochberg([p for _place, _name, _surplus, p in tests])
    clear: list[set[str]] = [set() for _section in sections]
    for (place, name, surplus, _p), p in zip(tests, adjusted, strict=True):
        if p is not None and p <= FALSE_SHARE and surplus >= LEAST_POINTS:
            clear[place].add(name)
    return sorted((one.judged(clear[place]) for place, one in enumerate(sides)), key=_need)


def has_enough(found: Rate | None) -> bool:
    """Whether a verdict may rest on it."""
    return found is not None and found.people >= LEAST_PEOPLE and found.decisions >= LEAST_CHECKED


def _need(one: Judged) -> tuple[bool, int, float, str]:
    share = one.joined.rate.share if one.joined.rate else 0.0
    rank = 0 if one.lost else 1 if one.is_unexplained else 2 + ORDER.index(one.verdict)
    return one.joined.is_withheld, rank, -(one.lost or share), one.joined.section
