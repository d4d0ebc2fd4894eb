"""Right answers by policy section and site, vendor, trainer or language, beside those by cohort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from sqlalchemy import select

from lms.accounts.models import Person
from lms.analysis.core.groups import without_few
from lms.analysis.core.heatmap import Heatmap, heatmap
from lms.analysis.core.parts import SPLITTING, Cohort, Parts, Way, bearing, cells, granted, without_few_of_parts
from lms.analysis.core.populations import Population, windows_told
from lms.analysis.core.responses import Responses
from lms.analysis.queries.rows import NO_COHORT, Sitting, Sittings
from lms.cohorts.models import Cohort as CohortRow
from lms.cohorts.models import CohortTrainer
from lms.foundation.db import db
from lms.kit.figures import is_small

_PART = {Way.LANGUAGE: attrgetter("language"), Way.SITE: attrgetter("site"), Way.VENDOR: attrgetter("vendor")}
"""What a sitting's part is, by way."""


@dataclass(frozen=True, slots=True)
class Division:
    """Who took a quiz, by what they can be told apart: the base of every view of a part.

    ``ways`` says for each cohort, over everybody of a population, in which ways it may be split, ``windows`` by which
    windows.
    """

    ways: Mapping[Cohort, frozenset[Way]]
    windows: Mapping[Cohort, frozenset[str]]

    def hidden(self, cohorts: Collection[str], asked: Asked) -> frozenset[str]:
        """The cohorts that cannot bear what is asked, and are in no figure of such a part."""
        return frozenset(cohort for cohort in cohorts if not self._bears(cohort, asked))

    def _bears(self, cohort: str, asked: Asked) -> bool:
        return asked.ways <= self.ways[cohort] and (not asked.window or asked.window in self.windows[cohort])

    def parts(self, sittings: Sequence[Sitting]) -> Parts:
        """By way, the part of each person; one for all windows by which their cohort may not be split."""
        windows = [each.window if each.window in self.windows[each.cohort] else "" for each in sittings]
        return {**_parts(sittings), Way.WINDOW: windows}


@dataclass(frozen=True, slots=True)
class Grouped:
    """A heatmap whose columns are not cohorts. ``left_out`` names the cohorts whose people are in none of its cells."""

    by: Way
    heatmap: Heatmap
    left_out: Sequence[str]


def divide(sittings: Sequence[Sitting], of_all: Sequence[Sitting] = ()) -> Division:
    """How the people of a population may be divided.

    ``of_all`` are those of whom they are some, where figures of both are shown: then the others of these must be 5 or
    more as well, or nobody, in whatever is told of the population.
    """
    people, sizes = {sitting.person for sitting in sittings}, Counter[Cohort](each.cohort for each in sittings)
    others = [each for each in of_all if each.person not in people and sizes[each.cohort]]
    both, is_other = [*sittings, *others], [*[False] * len(sittings), *[True] * len(others)]
    parts = {way: list(zip(values, is_other, strict=True)) for way, values in _parts(both).items()}
    ways = granted([each.cohort for each in both], parts)
    members: dict[Cohort, list[int]] = {}
    for place, each in enumerate(both):
        members.setdefault(each.cohort, []).append(place)
    windows = {
        cohort: windows_told(
            list(
                zip(
                    cells(parts, [way for way in SPLITTING if way in ways[cohort]], places),
                    [is_other[place] for place in places],
                    strict=True,
                )
            ),
            [both[place].window for place in places],
        )
        for cohort, places in members.items()
        if not is_small(sizes[cohort])
    }
    left = Counter[Cohort](each.cohort for each in others)
    return Division(
        {cohort: _borne(ways[cohort], windows.get(cohort), left[cohort]) for cohort in members},
        {cohort: windows.get(cohort, frozenset()) for cohort in members},
    )


def _borne(ways: frozenset[Way], windows: frozenset[str] | None, others: int) -> frozenset[Way]:
    """The ways that a cohort bears. ``windows`` are those it may be told by, None where few of it are looked at."""
    if windows is None:
        return frozenset()
    told = {Way.WINDOW} if windows else set()
    return ways | told | (set() if is_small(others) else {Way.RETAKE})


def told_of_windows(of: Sittings) -> list[Sitting]:
    """Who may be told by their window of all who took a quiz in it, whether it was their first time or not.

    Nothing else is told of the attempts of one window by people who had the quiz before, so 5 of a cohort are enough.
    """
    first, again = of[Population.FIRST], of[Population.AGAIN]
    windows = divide(first).windows
    sizes = Counter((each.cohort, each.window) for each in again)
    return [
        *(each for each in first if each.window in windows[each.cohort]),
        *(each for each in again if not is_small(sizes[each.cohort, each.window])),
    ]


def in_parts(
    responses: Responses, sittings: Sequence[Sitting], division: Division, wanted: Collection[Way]
) -> Responses:
    """The same people, without what would tell of few of them when figures are told of such parts.

    What was chosen is kept only of questions that have one version: by the parts and the versions together, few people
    might be told.
    """
    if not set(wanted) - {Way.LANGUAGE, Way.TRAINER, Way.RETAKE}:
        return without_few(responses, by_language=Way.LANGUAGE in wanted)
    told = without_few_of_parts(responses, division.parts(sittings), division.ways)
    if told.versions is None:
        return told
    has = responses.available
    alike = {
        item.code: bool((responses.versions[has[:, column], column] == item.version).all())  # type: ignore[index]
        for column, item in enumerate(responses.items)
    }
    return replace(told, chosen={code: choices for code, choices in told.chosen.items() if alike[code]})


@dataclass(frozen=True, slots=True)
class Layout:
    """What a heatmap shows: the sections of each item, the sections in order, the cut score in percent."""

    item_sections: Mapping[str, Sequence[str]]
    sections: Sequence[str]
    cut_percent: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a quiz's results: by which ways the people looked at are told from others, and what stands side
    by side. ``trainers`` are the codes of each cohort's.
    """

    ways: frozenset[Way]
    by: Way | None = None
    trainers: Mapping[str, str] = field(default_factory=dict)
    window: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What may be seen of the people looked at. The cohorts ``left_out`` are in no figure, those ``hidden`` among them
    because of the filters.
    """

    responses: Responses
    heatmap: Heatmap
    left_out: Sequence[str]
    hidden: frozenset[str]
    grouped: Grouped | None


def see(
    whole: Responses,
    sittings: Sequence[Sitting],
    taking: Sequence[bool],
    division: Division,
    asked: Asked,
    layout: Layout,
) -> Seen:
    """Make the views of some people. ``whole`` is of the ``sittings``, ``taking`` says which of them are looked at."""
    shown = [sitting for sitting, is_taken in zip(sittings, taking, strict=True) if is_taken]
    groups = sorted({sitting.cohort for sitting in shown}, key=lambda code: (code == NO_COHORT, code))
    everybody = in_parts(whole, sittings, division, asked.ways).only(taking)
    # Under 5 people there is no figure at all, so nobody has to be kept out of one.
    hidden = division.hidden(groups, asked) if not is_small(len(shown)) else frozenset()
    shown_cells = heatmap(everybody, layout.item_sections, layout.sections, groups, layout.cut_percent, hidden)
    grouped = None
    if asked.by:
        told = in_parts(whole, sittings, division, {*asked.ways, asked.by}).only(taking)
        grouped = _group(told, shown, division, asked, asked.by, layout, {*shown_cells.left_out, *hidden})
    sizes = Counter(sitting.cohort for sitting in shown)
    left_out = [
        cohort
        for cohort, n in zip(groups, shown_cells.cohorts_n, strict=True)
        if cohort in shown_cells.left_out or cohort in hidden or (n == "0" and is_small(sizes[cohort]))
    ]  # of whom no answer may be told the heatmap knows nothing
    responses = everybody.only([person.cohort not in left_out for person in everybody.people])
    return Seen(responses, shown_cells, left_out, hidden, grouped)


def _group(
    told: Responses,
    sittings: Sequence[Sitting],
    division: Division,
    asked: Asked,
    by: Way,
    layout: Layout,
    outside: Collection[str],
) -> Grouped:
    """Lay out by section and part. ``told`` and ``sittings`` are of the same people.

    The cohorts ``outside`` are in no total of the view by cohort, and so in none here.
    """
    is_of_trainer = by is Way.TRAINER
    parts = [asked.trainers.get(each.cohort, "") if is_of_trainer else _PART[by](each) for each in sittings]
    cohorts = [sitting.cohort for sitting in sittings]
    bears = bearing(cohorts, division.ways, {*asked.ways, by})
    kept = [bool(bear) and cohort not in outside for bear, cohort in zip(bears, cohorts, strict=True)]
    people = tuple(replace(person, cohort=part) for person, part in zip(told.people, parts, strict=True))
    columns = sorted({part for part, keep in zip(parts, kept, strict=True) if keep}, key=lambda part: (not part, part))
    of_parts = replace(told, people=people).only(kept)
    return Grouped(
        by=by,
        heatmap=heatmap(of_parts, layout.item_sections, layout.sections, columns, layout.cut_percent),
        left_out=sorted({cohort for cohort, keep in zip(cohorts, kept, strict=True) if not keep}),
    )


def load_trainers() -> dict[str, str]:
    """The codes of the trainers of each cohort, in one text: who teaches together is one column."""
    query = (
        select(CohortRow.code, Person.code)
        .join(CohortTrainer, CohortTrainer.cohort_id == CohortRow.id)
        .join(Person, Person.id == CohortTrainer.person_id)
        .order_by(CohortRow.code, Person.code)
    )
    found: dict[str, list[str]] = {}
    for cohort, trainer in db.session.execute(query):
        found.setdefault(cohort, []).append(trainer)
    return {cohort: " ".join(trainers) for cohort, trainers in found.items()}


def _parts(sittings: Sequence[Sitting]) -> Parts:
    return {way: [*map(part, sittings)] for way, part in _PART.items()}
