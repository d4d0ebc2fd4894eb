"""The verdict on a section: do people err on it, and is it because they do not know it?

What is usual is the error rate of all other sections in the same view, the *base*. Two parts of the errors of a section
are told apart:

- *by knowledge*: what would be gone if those who do not know it erred as those who know: (others - knowing) times the
  decisions of the others. It counts where the others err clearly more than those who know and than the base.
- *by application*: what those who know it err over the base, (knowing - base) times their decisions. It counts where
  they err clearly more than the base. Some only seem to know it, by luck in a few questions; so in a section that few
  know some of this part belongs to the other.

The larger part gives the verdict. Where those who know it are too few to be shown, the errors of the others over the
base count as knowledge. *Clearly* is a finding of Benjamini and Hochberg's rule at 5 % over all tests of a view (three
a section, one-sided), and at least 2 points: less than one error more in fifty decisions is not worth anybody's hour.
A verdict needs at least 10 people and 100 decisions: with fewer, the interval of a rate of 5 % is wider than the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.production.core.joining import Joined, together
from lms.production.core.rates import Rate, found_by_benjamini_hochberg, p_of_surplus

LEAST_PEOPLE = 10
LEAST_CHECKED = 100
LEAST_POINTS = 0.02


class Verdict(StrEnum):
    """What a section needs: to be learnt, to be practised on cases, nothing, or more data."""

    KNOWLEDGE = "knowledge"
    APPLICATION = "application"
    NEITHER = "neither"
    FEW_DATA = "few_data"


ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A section with its verdict; ``base`` is the error rate of all others. ``lost`` is what the verdict is about, in
    decisions: those that would have been right without the gap (0 where there is none).
    """

    joined: Joined
    base: Rate | None
    verdict: Verdict
    lost: float = 0.0


def judged(sections: Sequence[Joined]) -> list[Judged]:
    """Every section with its verdict: what needs most comes first, the withheld ones last."""
    bases = [together(sections, but={section.section}) for section in sections]
    tests = [
        (place, name, first, second)
        for place, (section, base) in enumerate(zip(sections, bases, strict=True))
        if has_enough(section.rate)
        for name, first, second in (
            ("knowing", section.knowing, base),
            ("others", section.others, base),
            ("apart", section.others, section.knowing),
        )
        if first is not None and second is not None
    ]
    findings = found_by_benjamini_hochberg([p_of_surplus(first, second) for _place, _name, first, second in tests])
    clear: dict[int, set[str]] = {place: set() for place in range(len(sections))}
    for (place, name, first, second), is_found in zip(tests, findings, strict=True):
        if is_found and first.share - second.share >= LEAST_POINTS:
            clear[place].add(name)
    found = [
        _judged(section, base, clear[place]) for place, (section, base) in enumerate(zip(sections, bases, strict=True))
    ]
    return sorted(found, key=_need)


def has_enough(found: Rate | None) -> bool:
    """Whether a verdict may rest on it."""
    return found is not None and found.people >= LEAST_PEOPLE and found.decisions >= LEAST_CHECKED


def _judged(section: Joined, base: Rate | None, clear: set[str]) -> Judged:
    knowing, others = section.knowing, section.others
    if base is None or not has_enough(section.rate) or (knowing is None and others is None):
        return Judged(section, base, Verdict.FEW_DATA)
    by_knowledge = by_application = 0.0
    if others is not None and "others" in clear:
        if knowing is None:
            by_knowledge = (others.share - base.share) * others.decisions
        elif "apart" in clear:
            by_knowledge = (others.share - knowing.share) * others.decisions
    if knowing is not None and "knowing" in clear:
        by_application = (knowing.share - base.share) * knowing.decisions
    if not by_knowledge and not by_application:
        return Judged(section, base, Verdict.NEITHER)
    if by_knowledge > by_application:
        return Judged(section, base, Verdict.KNOWLEDGE, by_knowledge)
    return Judged(section, base, Verdict.APPLICATION, by_application)


def _need(one: Judged) -> tuple[bool, int, float, str]:
    share = one.joined.rate.share if one.joined.rate else 0.0
    has_gap = one.verdict in (Verdict.KNOWLEDGE, Verdict.APPLICATION)
    return one.joined.is_withheld, 0 if has_gap else ORDER.index(one.verdict), -(one.lost or share), one.joined.section
