"""The figures of a quiz's results, made once of whatever they rest on and kept under its fingerprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lms.analysis.core.diagnosis import diagnose
from lms.analysis.core.distribution import Band, distribution
from lms.analysis.core.findings import Health, by_need
from lms.analysis.core.gaps import Gap, item_gaps
from lms.analysis.core.groups import few_of_a_language
from lms.analysis.core.heatmap import Heatmap
from lms.analysis.core.items import OptionFigures, item_figures
from lms.analysis.core.misconceptions import Misconception, misconceptions
from lms.analysis.core.parts import Way
from lms.analysis.core.populations import Population
from lms.analysis.core.responses import IntArray, Person, Responses
from lms.analysis.core.sections import SectionFigures, most_missed, section_figures
from lms.analysis.core.summary import Outcome, PassRate, Summary, pass_rates, summary
from lms.analysis.core.verdicts import Known, Verdict
from lms.analysis.queries.evidence import Evidence, Taken
from lms.analysis.queries.groupings import Asked, Division, Grouped, Layout, Seen, divide, see
from lms.analysis.queries.known import Edition, outdated
from lms.analysis.queries.matrix import QuestionFacts, mask_of, options_of, responses_of
from lms.analysis.queries.results import Results, fingerprint_of
from lms.analysis.queries.rows import Localized, Places, SectionHashes, Sitting
from lms.kit.figures import is_small
from lms.kit.kept import Kept

_MOST = 8


@dataclass(frozen=True, slots=True)
class Filters:
    """Which attempts are looked at; empty means all. ``by`` is what the heatmap shows beside cohorts."""

    cohort: str = ""
    language: str = ""
    site: str = ""
    vendor: str = ""
    by: Way | None = None
    window: str = ""
    attempts: Population = Population.FIRST

    @property
    def is_usual(self) -> bool:
        """Whether the first attempts of all windows are looked at."""
        return not self.window and self.attempts is Population.FIRST

    @property
    def ways(self) -> frozenset[Way]:
        """By what the people looked at are told from the others of their cohorts."""
        asked = {
            Way.LANGUAGE: self.language,
            Way.SITE: self.site,
            Way.VENDOR: self.vendor,
            Way.WINDOW: self.window,
            Way.RETAKE: self.attempts is Population.RETAKES,
        }
        return frozenset(way for way, value in asked.items() if value)

    def take(self, sitting: Sitting) -> bool:
        """Whether an attempt is looked at, whatever its cohort."""
        return (
            self.language in ("", sitting.language)
            and self.site in ("", sitting.site)
            and self.vendor in ("", sitting.vendor)
            and self.window in ("", sitting.window)
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What is made of the answers, and kept: nothing here depends on who reads, and nothing is a row of the database.

    ``left_out`` names the cohorts whose people are in no figure, because the total would give so few away. Those in
    ``apart`` are in no figure of one language, since few of their people took the quiz in one; with the filter of a
    language that leaves them out of every figure. ``undivided`` are those that the filters leave out because few of
    their people would be told apart. ``responses`` are what the figures of questions rest on, ``attempts`` the attempt
    of each person. ``windows`` are those in which the quiz was taken, ``populations`` those of the window looked at.
    """

    filters: Filters
    left_out: Sequence[str]
    apart: Sequence[str]
    undivided: Sequence[str]
    summary: Summary
    pass_rates: Sequence[tuple[str, PassRate]]
    total_rate: PassRate
    heatmap: Heatmap
    missed: Sequence[SectionFigures]
    health: Sequence[Health]
    verdicts: Sequence[Verdict]
    options: Mapping[str, Sequence[OptionFigures]]
    misconceptions: Sequence[Misconception]
    distribution: Sequence[Band]
    gaps: Mapping[str, Gap]
    cohorts: Mapping[str, Localized]
    places: Places
    windows: Sequence[str]
    populations: Sequence[Population]
    grouped: Grouped | None
    responses: Responses
    attempts: Mapping[str, str]
    first_closed: datetime
    last_closed: datetime


kept: Kept[str, Figures] = Kept(_MOST)


@dataclass(frozen=True, eq=False, slots=True)
class Basis:
    """All that figures rest on. ``evidence`` is of the gradings of ``results`` and never changes, so these tell it."""

    results: Results
    evidence: Evidence
    filters: Filters
    taken: Mapping[Taken, QuestionFacts]
    policies: Sequence[Edition]
    hashes: SectionHashes
    sections: Sequence[str]
    cut_percent: int
    trainers: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """It in few letters; whether a key waits for who reads changes no figure."""
        taken = [replace(fact, is_withheld=False) for fact in self.taken.values()]
        about = (self.filters, self.sections, self.cut_percent, sorted(self.trainers.items()))
        texts = (self.policies, sorted((place, sorted(each.items())) for place, each in self.hashes.items()))
        return fingerprint_of((self.results.fingerprint, taken, about, texts))


def figures_of(basis: Basis) -> Figures:
    """The figures, made where nobody has asked for them since something changed."""
    found = basis.fingerprint
    return kept.find(found) or kept.keep(found, _made(basis))


@dataclass(frozen=True, eq=False, slots=True)
class Looked:
    """Who is looked at: ``filters`` are those that hold, ``everyone`` the population whose views may be subtracted from
    one another, ``sittings`` those of its cohorts that are asked for, ``shown`` those of these that are looked at.
    """

    filters: Filters
    everyone: Sequence[Sitting]
    sittings: Sequence[Sitting]
    shown: Sequence[Sitting]


def look(results: Results, filters: Filters) -> Looked:
    """Find who is looked at.

    Who had the quiz before may have it many times; of these attempts one window is looked at, the newest if none is
    asked for, and each window is a population.
    """
    everyone = results.of[filters.attempts]
    if filters.attempts is Population.AGAIN:
        filters = replace(filters, window=filters.window or max((each.window for each in everyone), default=""))
        everyone = [each for each in everyone if each.window == filters.window]
    sittings = [each for each in everyone if filters.cohort in ("", each.cohort)]
    then = [each for each in sittings if filters.window in ("", each.window)]
    if is_small(sum(each.language != filters.language for each in then)):
        filters = replace(filters, language="")  # one language alone would give the few of the other away
    return Looked(filters, everyone, sittings, [each for each in sittings if filters.take(each)])


def _made(basis: Basis) -> Figures:
    looked, evidence, taken = look(basis.results, basis.filters), basis.evidence, basis.taken
    filters, everyone, sittings, shown = looked.filters, looked.everyone, looked.sittings, looked.shown
    facts = {fact.code: fact for fact in taken.values()}
    item_sections = {fact.code: (fact.section,) for fact in facts.values() if fact.section}
    in_cohorts = mask_of(everyone, sittings)
    whole = responses_of(sittings, evidence, in_cohorts, taken)
    asked = Asked(filters.ways, filters.by, basis.trainers, filters.window)
    layout = Layout(item_sections, basis.sections, basis.cut_percent)
    taking = [filters.take(each) for each in sittings]
    seen = see(whole, sittings, taking, _divided(basis.results, looked), asked, layout)
    responses, cells, groups = seen.responses, seen.heatmap, seen.heatmap.cohorts
    options = options_of(responses)
    verdicts: Sequence[Verdict] = ()
    if filters.attempts is Population.FIRST:  # what somebody does who has seen the quiz tells of no fault
        mine, unseen = evidence.only(mask_of(everyone, shown)), seen.left_out
        verdicts = diagnose(responses, _known(basis, mine, shown, unseen))
    health = by_need(item_figures(responses), verdicts)
    outcomes = [Outcome(each.cohort, each.has_passed_then if filters.window else each.has_passed) for each in shown]
    rates, total = pass_rates(outcomes, groups, seen.left_out)
    apart, undivided = _apart(filters, whole.people, seen)
    return Figures(
        filters=filters,
        left_out=seen.left_out,
        apart=apart,
        undivided=undivided,
        summary=summary(responses, health),
        pass_rates=list(zip(groups, rates, strict=True)),
        total_rate=total,
        heatmap=cells,
        missed=most_missed(section_figures(responses, item_sections, basis.sections)),
        health=health,
        verdicts=[verdict for verdict in verdicts if verdict.is_sharp],
        options=options,
        misconceptions=misconceptions(options, {code: fact.misconceptions for code, fact in facts.items()}),
        distribution=distribution(responses),
        gaps=item_gaps(responses),
        cohorts=basis.results.cohorts,
        places=basis.results.places,
        windows=basis.results.windows,
        populations=basis.results.populations(filters.window),
        grouped=seen.grouped,
        responses=responses,
        attempts={sitting.person: sitting.attempt_id for sitting in shown},
        first_closed=min(sitting.closed_at for sitting in shown),
        last_closed=max(sitting.closed_at for sitting in shown),
    )


def _divided(results: Results, looked: Looked) -> Division:
    of_all = results.first if looked.filters.attempts is Population.RETAKES else ()
    return divide(looked.everyone, of_all)


def _apart(filters: Filters, people: Sequence[Person], seen: Seen) -> tuple[list[str], list[str]]:
    """The cohorts that are in no figure of one language, and those that other filters leave out."""
    sizes, left_out = Counter(person.cohort for person in people), seen.left_out
    few = few_of_a_language(people)
    large = [code for code in seen.heatmap.cohorts if not (code in left_out and is_small(sizes[code]))]
    by_language = filters.ways <= {Way.LANGUAGE}
    undivided = [code for code in large if code in seen.hidden and not (by_language and code in few)]
    return [code for code in large if code in few and code not in undivided], undivided


def _known(basis: Basis, evidence: Evidence, sittings: Sequence[Sitting], hidden: Collection[str]) -> Known:
    """What verdicts rest on beside the answers. ``sittings`` are those of the evidence, in the same order."""
    newest = {fact.code: (pair, fact) for pair, fact in basis.taken.items()}
    rests = {code: fact.rest for code, (_pair, fact) in newest.items() if fact.rest is not None}
    facts = [fact for _pair, fact in newest.values()]

    def takers(code: str) -> IntArray:
        return evidence.attempts(newest[code][0])

    return Known(
        sections={fact.code: (fact.section,) for fact in facts if fact.section},
        words={fact.code: fact.body.get("difficulty", "") for fact in facts},
        outdated=outdated(rests, sittings, takers, basis.policies, basis.hashes),
        hidden=frozenset(hidden),
        elsewhere=basis.results.elsewhere,
    )
