"""Quiz results and production decisions of the same people, section by section, and what few people would be told of.

Everybody counts who has had questions of a section in a first assessed attempt and whose decisions on it were checked.
A person knows a section when their marks on it reach the cut of the quizzes they come from, each weighted by its marks.

Small groups. Views can be subtracted: all queues less one, until November less until October. So decisions are counted
by *parcels*, the smallest that a view can hold: those of one section, site, queue and month. A parcel of 1 to 4 people
is in no view, and what is left of every subtraction is then nobody or at least 5 people. What such parcels hold
together counts where nothing is filtered, if they are 5 people or more. Figures of those who know and of those who do
not come, in the same way, from parcels with nobody or at least 5 people on each side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lms.kit.figures import Interval, is_small, wilson
from lms.production.core.kinds import OF_JUDGEMENT, ErrorKind
from lms.production.core.rates import LEAST_DECISIONS, Correlation, Rate, Tally, correlation, gap, rate

Parcel = tuple[str, str, str]
"""Site, queue and month (``2026-11``)."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a person earned in the questions of a section, of the most possible, and how much the cut asks; in marks."""

    person: int
    section: str
    earned: float
    possible: float
    needed: float

    @property
    def knows(self) -> bool:
        return self.earned >= self.needed - 1e-9


@dataclass(frozen=True, slots=True)
class Decided:
    """The checked decisions of a person on a section in a parcel; ``errors`` by kind."""

    person: int
    section: str
    site: str
    queue: str
    month: str
    decisions: int
    errors: Mapping[ErrorKind, int] = field(default_factory=dict)

    @property
    def parcel(self) -> Parcel:
        return self.site, self.queue, self.month

    @property
    def tally(self) -> Tally:
        """Without what the tool failed at, which is nobody's decision."""
        wrong = sum(self.errors.get(kind, 0) for kind in OF_JUDGEMENT)
        return Tally(self.decisions - self.errors.get(ErrorKind.TECHNICAL, 0), wrong)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at; empty means all. ``sites`` are those of a vendor or one; months are both included."""

    sites: frozenset[str] | None = None
    queue: str = ""
    first: str = ""
    last: str = ""

    @property
    def is_all(self) -> bool:
        return self == Wanted()

    def takes(self, parcel: Parcel) -> bool:
        """Whether a parcel is in the view."""
        site, queue, month = parcel
        in_time = (not self.first or month >= self.first) and (not self.last or month <= self.last)
        return in_time and self.queue in ("", queue) and self.takes_site(site)

    def takes_site(self, site: str) -> bool:
        return self.sites is None or site in self.sites


@dataclass(frozen=True, slots=True)
class Known:
    """How many of the people know a section: ``share`` from 0 to 1 with Wilson's 95 % interval."""

    people: int
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Joined:
    """One section. What is None is withheld, or rests on nothing; ``is_withheld`` says that few people are the reason.

    ``known`` follows the filter of sites alone: the same person decides in many queues and months. ``knowing`` and
    ``others`` are the error rates of those who know the section and of those who do not, ``gap`` that of the others
    minus that of those who know, from -1 to 1. ``kinds`` count decisions.
    """

    section: str
    is_withheld: bool
    known: Known | None = None
    rate: Rate | None = None
    kinds: Mapping[ErrorKind, int] = field(default_factory=dict)
    knowing: Rate | None = None
    others: Rate | None = None
    gap: float | None = None
    gap_interval: Interval | None = None
    correlation: Correlation | None = None
    tallies: Mapping[int, Tally] = field(default_factory=dict)
    """By person, for the base of other sections: shown nowhere."""
    who_knows: frozenset[int] = frozenset()
    who_does_not: frozenset[int] = frozenset()


def joined(decided: Iterable[Decided], shares: Iterable[Share], wanted: Wanted) -> list[Joined]:
    """The sections on which anybody with quiz results has decided, by their names."""
    of_section: dict[str, list[Decided]] = defaultdict(list)
    for one in decided:
        of_section[one.section].append(one)
    known: dict[str, dict[int, Share]] = defaultdict(dict)
    for share in shares:
        known[share.section][share.person] = share
    found = []
    for section in sorted(of_section):
        both = [one for one in of_section[section] if one.person in known[section] and one.tally.decisions]
        if any(wanted.takes(one.parcel) for one in both):
            found.append(_section(section, both, known[section], wanted))
    return found


def _section(section: str, both: Sequence[Decided], shares: Mapping[int, Share], wanted: Wanted) -> Joined:
    counted = _told(both, wanted, lambda _one: 0)
    by_person = _by_person(counted)
    if not by_person:
        return Joined(section, is_withheld=True)
    split = _told(counted, wanted, lambda one: shares[one.person].knows)
    knowing, others = ([one for one in split if shares[one.person].knows is side] for side in (True, False))
    sides = rate(_by_person(knowing).values()), rate(_by_person(others).values())
    apart = gap(sides[1], sides[0]) if sides[0] and sides[1] else (None, None)
    pairs = [
        (shares[person].earned / shares[person].possible, tally.errors / tally.decisions)
        for person, tally in by_person.items()
        if tally.decisions >= LEAST_DECISIONS
    ]
    return Joined(
        section=section,
        is_withheld=False,
        known=_known(both, shares, wanted),
        rate=rate(by_person.values()),
        kinds={kind: sum(one.errors.get(kind, 0) for one in counted) for kind in ErrorKind},
        knowing=sides[0],
        others=sides[1],
        gap=apart[0],
        gap_interval=apart[1],
        correlation=correlation(pairs),
        tallies=by_person,
        who_knows=frozenset(one.person for one in knowing),
        who_does_not=frozenset(one.person for one in others),
    )


def _told(decided: Sequence[Decided], wanted: Wanted, side: Callable[[Decided], int]) -> list[Decided]:
    """The decisions of the view that tell of nobody or of at least 5 people, on each side, in every subtraction."""
    people: dict[Parcel, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one in decided:
        people[one.parcel][side(one)].add(one.person)
    few = {parcel for parcel, sides in people.items() if any(is_small(len(members)) for members in sides.values())}
    told = [one for one in decided if one.parcel not in few and wanted.takes(one.parcel)]
    if few and wanted.is_all:
        rest = [one for one in decided if one.parcel in few]
        together: dict[int, set[int]] = defaultdict(set)
        for one in rest:
            together[side(one)].add(one.person)
        if not any(is_small(len(members)) for members in together.values()):
            told += rest
    return told


def _known(both: Sequence[Decided], shares: Mapping[int, Share], wanted: Wanted) -> Known | None:
    """Of the people of these sites: those of a site with few of them count only where they are 5 with others."""
    sites: dict[str, set[int]] = defaultdict(set)
    for one in both:
        sites[one.site].add(one.person)
    people = {
        person
        for site, members in sites.items()
        if not is_small(len(members)) and wanted.takes_site(site)
        for person in members
    }
    if wanted.sites is None:
        rest = {person for members in sites.values() if is_small(len(members)) for person in members}
        people |= rest if not is_small(len(rest)) else set()
    if not people or is_small(len(people)):
        return None
    right = sum(shares[person].knows for person in people)
    return Known(len(people), right / len(people), wilson(right, len(people)))


def _by_person(decided: Iterable[Decided]) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for one in decided:
        before = found.get(one.person, Tally(0, 0))
        found[one.person] = Tally(before.decisions + one.tally.decisions, before.errors + one.tally.errors)
    return found


def together(
    sections: Iterable[Joined], *, but: Collection[str] = (), only: Collection[int] | None = None
) -> Rate | None:
    """The error rate over sections, without some, of everybody or of some people: what is usual."""
    found: dict[int, Tally] = {}
    for section in sections:
        if section.section not in but:
            for person, tally in section.tallies.items():
                if only is None or person in only:
                    before = found.get(person, Tally(0, 0))
                    found[person] = Tally(before.decisions + tally.decisions, before.errors + tally.errors)
    return rate(list(found.values()))
