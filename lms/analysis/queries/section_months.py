"""What was known of each policy section from month to month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lms.analysis.core.parts import Way
from lms.analysis.core.populations import Population
from lms.analysis.core.responses import Responses
from lms.analysis.core.sections import SectionMonths, section_months
from lms.analysis.queries.evidence import Evidence, Taken, load_evidence
from lms.analysis.queries.groupings import divide, in_parts
from lms.analysis.queries.matrix import QuestionFacts, mask_of, responses_of
from lms.analysis.queries.results import Results, fingerprint_of
from lms.analysis.queries.rows import Sitting, load_policies
from lms.analysis.queries.taken import load_sections, load_taken, newest
from lms.kit.kept import Kept
from lms.policies.queries import SectionText

MOST_MONTHS = 12
_MOST = 8


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of a quiz in its newest months, the earliest first, and their texts by name."""

    months: Sequence[str]
    rows: Sequence[SectionMonths]
    texts: Mapping[str, SectionText]


kept: Kept[str, tuple[SectionMonths, ...]] = Kept(_MOST)


def load_section_months(quiz_id: int, found: Results) -> Sections:
    """The sections of the policies month by month, of those who are in the trend of the quiz."""
    months = sorted(found.windows)[-MOST_MONTHS:]
    first = list(found.first)
    again = [each for each in found.of[Population.AGAIN] if each.window in months]
    everyone = [*first, *again]
    if not everyone:
        return Sections(months, (), {})
    evidence = load_evidence(quiz_id, tuple((each.attempt_id, each.run_id) for each in everyone))
    taken = load_taken(evidence.taken, None)
    pinned = {version_id for each in everyone for version_id in each.policies}
    versions, _hashes = load_policies(pinned)
    texts = load_sections(newest(version for version in versions if version.id in pinned), taken.values())
    about = fingerprint_of((found.fingerprint, list(taken.values()), list(texts)))
    told = kept.find(about)
    if told is None:
        shown = _of_months(first, again, months, _Matrix(everyone, evidence, taken))
        item_sections = {fact.code: (fact.section,) for fact in taken.values() if fact.section}
        told = kept.keep(about, section_months(shown, item_sections, list(texts)))
    return Sections(months, told, texts)


@dataclass(frozen=True, eq=False, slots=True)
class _Matrix:
    everyone: Sequence[Sitting]
    evidence: Evidence
    taken: Mapping[Taken, QuestionFacts]

    def of(self, sittings: Sequence[Sitting]) -> Responses:
        """What these people answered, without what would tell of few of them by their windows."""
        whole = responses_of(sittings, self.evidence, mask_of(self.everyone, sittings), self.taken)
        division = divide(sittings)
        told = in_parts(whole, sittings, division, {Way.WINDOW})
        return told.only([each.window in division.windows[each.cohort] for each in sittings])


def _of_months(
    first: Sequence[Sitting], again: Sequence[Sitting], months: Sequence[str], matrix: _Matrix
) -> dict[str, Responses]:
    """By month, who may be told by it: of the first attempts, and of those who have had the quiz before."""
    of_first, windows = matrix.of(first), {each.person: each.window for each in first}
    found = {}
    for month in months:
        here = of_first.only([windows[person.code] == month for person in of_first.people])
        later = matrix.of([each for each in again if each.window == month])
        found[month] = _together(here, later)
    return found


def _together(first: Responses, again: Responses) -> Responses:
    """Nobody is in both. What they chose is another matter."""
    return replace(
        first,
        people=(*first.people, *again.people),
        shares=np.concatenate([first.shares, again.shares]),
        states=np.concatenate([first.states, again.states]),
        chosen={},
        versions=None,
    )
