"""The agenda of a refresher: which cases and checks, and how many minutes each part has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MINUTES = 20
MOST_MISCONCEPTIONS = 3
MOST_CASES = 6
MOST_SECTIONS = 3
OPENING_MINUTES, CLOSING_MINUTES = 3, 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that the cohort has already answered: by how many of them it was missed, of how many."""

    code: str
    section: str
    is_case: bool
    missed: int
    n: int

    @property
    def share(self) -> float:
        return self.missed / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """A case with its check question; either may be empty where a section has no more of them."""

    section: str
    case: str
    check: str


def sections_of(missed: Sequence[str], wanted: str) -> list[str]:
    """The sections of a refresher: that of its finding first, then those that were missed most.

    >>> sections_of(["HAR/a", "HAR/b"], "HAR/b")
    ['HAR/b', 'HAR/a']
    """
    return list(dict.fromkeys([*([wanted] if wanted else []), *missed]))[:MOST_SECTIONS]


def steps(sections: Sequence[str], candidates: Sequence[Candidate]) -> list[Step]:
    """Cases of the sections in turn, the most missed first, each with a check from the same section.

    Nothing stands twice. Where a section has no case left, its check stands alone.
    """
    cases, checks = ({name: _worst(candidates, name, is_case) for name in sections} for is_case in (True, False))
    found: list[Step] = []
    while len(found) < MOST_CASES and any(cases[name] or checks[name] for name in sections):
        for name in sections:
            if (cases[name] or checks[name]) and len(found) < MOST_CASES:
                found.append(Step(name, _next(cases, name), _next(checks, name)))
    return found


def minutes_each(count: int) -> int:
    """How long each case may take, so that all of it fits.

    >>> minutes_each(6), minutes_each(4), minutes_each(0)
    (2, 3, 0)
    """
    return (MINUTES - OPENING_MINUTES - CLOSING_MINUTES) // count if count else 0


def _worst(candidates: Sequence[Candidate], section: str, is_case: bool) -> list[str]:
    fitting = [one for one in candidates if one.section == section and one.is_case == is_case]
    return [one.code for one in sorted(fitting, key=lambda one: (-one.share, one.code))]


def _next(listed: Mapping[str, list[str]], name: str) -> str:
    return listed[name].pop(0) if listed[name] else ""
