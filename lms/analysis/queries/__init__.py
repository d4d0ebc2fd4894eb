from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from sqlalchemy import false, select, tuple_

from lms.analysis.core.diagnosis import diagnose
from lms.analysis.core.distribution import Band, distribution
from lms.analysis.core.findings import Health, by_need
from lms.analysis.core.gaps import Gap, item_gaps
from lms.analysis.core.groups import few_of_a_language
from lms.analysis.core.heatmap import Heatmap
from lms.analysis.core.items import OptionFigures, item_figures
from lms.analysis.core.misconceptions import Misconception, misconceptions
from lms.analysis.core.parts import Way
from lms.analysis.core.responses import Responses
from lms.analysis.core.sections import SectionFigures, most_missed, section_figures
from lms.analysis.core.summary import Outcome, PassRate, Summary, pass_rates, summary
from lms.analysis.core.verdicts import Known, Verdict
from lms.analysis.queries import rows
from lms.analysis.queries.evidence import Evidence, Taken, load_evidence
from lms.analysis.queries.groupings import Asked, Grouped, Layout, Places, Seen, divide, load_trainers, places_of, see
from lms.analysis.queries.known import Rest, load_elsewhere, load_outdated, released_under
from lms.analysis.queries.matrix import QuestionFacts, mask_of, options_of, people_of, responses_of
from lms.analysis.queries.rows import Localized, Sitting
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.figures import is_small
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion, Section
from lms.policies.queries import SectionText
from lms.questions.access import withheld
from lms.questions.models import Bank, Question, QuestionKey, QuestionVersion, SectionLink
from lms.quizzes import queries as quizzes
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import Quiz


@dataclass(frozen=True, slots=True)
class Filters:
    """Which attempts are looked at; empty means all. ``by`` is what the heatmap shows beside cohorts."""

    cohort: str = ""
    language: str = ""
    site: str = ""
    vendor: str = ""
    by: Way | None = None

    @property
    def ways(self) -> frozenset[Way]:
        """By what the people looked at are told from the others of their cohorts."""
        asked = {Way.LANGUAGE: self.language, Way.SITE: self.site, Way.VENDOR: self.vendor}
        return frozenset(way for way, value in asked.items() if value)

    def take(self, sitting: Sitting) -> bool:
        """Whether an attempt is looked at, whatever its cohort."""
        return (
            self.language in ("", sitting.language)
            and self.site in ("", sitting.site)
            and self.vendor in ("", sitting.vendor)
        )


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that page, PDF and tables of a quiz's analysis show: one value, so their numbers are equal.

    ``filters`` are those applied; ``left_out`` names the cohorts whose people are in no figure, because the total would
    give so few away. Those in ``apart`` are in no figure of one language, since few of their people took the quiz in
    one; with the filter of a language that leaves them out of every figure. ``undivided`` are those that the filters
    leave out because few of their people would be told apart. ``responses`` are what the figures of questions rest on,
    ``taken`` the questions in every version by its number there, ``attempts`` the attempt of each person.
    """

    quiz: Quiz
    filters: Filters
    left_out: Sequence[str]
    apart: Sequence[str]
    undivided: Sequence[str]
    rules: Rules
    summary: Summary
    pass_rates: Sequence[tuple[str, PassRate]]
    total_rate: PassRate
    heatmap: Heatmap
    sections: Mapping[str, SectionText]
    missed: Sequence[SectionFigures]
    health: Sequence[Health]
    verdicts: Sequence[Verdict]
    options: Mapping[str, Sequence[OptionFigures]]
    misconceptions: Sequence[Misconception]
    distribution: Sequence[Band]
    gaps: Mapping[str, Gap]
    facts: Mapping[str, QuestionFacts]
    versions: Sequence[PolicyVersion]
    cohorts: Mapping[str, Localized]
    places: Places
    grouped: Grouped | None
    responses: Responses
    taken: Mapping[int, QuestionFacts]
    attempts: Mapping[str, str]
    first_closed: datetime | None
    last_closed: datetime | None

    @property
    def numbers_below_everywhere(self) -> list[str]:
        """The numbers of the sections that are below the cut in every cohort."""
        return self.numbers_of(self.heatmap.below_everywhere)

    def numbers_of(self, names: Iterable[str]) -> list[str]:
        """The numbers by which sections are told."""
        return [self.sections[name].number or name for name in names]

    @property
    def weakest(self) -> SectionFigures | None:
        """The section with the lowest share of marks."""
        told = [section for section in self.missed if section.facility is not None]
        return min(told, key=lambda section: section.facility or 0.0, default=None)

    def without_keys(self, codes: Collection[str]) -> Analysis:
        """The same without what tells the keys of these questions: their choices, what the wrong ones stand for, and
        the sections, which are answers of cases.
        """
        options = {code: figures for code, figures in self.options.items() if code not in codes}
        named = {code: fact.misconceptions for code, fact in self.facts.items()}
        missed = [
            replace(section, questions=tuple(each for each in section.questions if each.item not in codes))
            for section in self.missed
        ]
        facts = {code: replace(fact, section=None) if code in codes else fact for code, fact in self.facts.items()}
        told = misconceptions(options, named)
        verdicts = [verdict.untold() if verdict.place in codes else verdict for verdict in self.verdicts]
        health = [entry.untold() if entry.item in codes else entry for entry in self.health]
        return replace(
            self, options=options, misconceptions=told, missed=missed, facts=facts, verdicts=verdicts, health=health
        )


def load_analysis(quiz: Quiz, filters: Filters, reader: Access | None = None) -> Analysis | None:
    """The analysis of the first assessed attempts of a quiz; None while nobody has finished it.

    A fixed number of queries, whatever the number of attempts. Of whose keys wait for the ``reader`` its facts say so.
    """
    rules = rules_from(quizzes.load_current_versions([quiz.id])[quiz.id].rules)
    everyone, names = rows.load_sittings(quiz)
    filters, sittings, shown = _looked_at(everyone, filters)
    if not shown:
        return None
    evidence = load_evidence(quiz.id, tuple((sitting.attempt_id, sitting.run_id) for sitting in everyone))
    kept = mask_of(everyone, sittings)
    taken = _taken(evidence.only(kept).taken, reader)
    facts = {fact.code: fact for fact in taken.values()}
    whole = responses_of(sittings, evidence, kept, taken)
    pinned = {version_id for sitting in shown for version_id in sitting.policies}
    policy_versions = rows.load_policy_versions(pinned)
    versions = _newest(version for version in policy_versions if version.id in pinned)
    sections = _sections(versions, facts.values())
    item_sections = {fact.code: (fact.section,) for fact in facts.values() if fact.section}
    asked = Asked(filters.ways, filters.by, load_trainers() if filters.by is Way.TRAINER else {})
    layout = Layout(item_sections, list(sections), rules.cut_percent)
    seen = see(whole, sittings, [filters.take(each) for each in sittings], divide(everyone), asked, layout)
    responses, cells, groups = seen.responses, seen.heatmap, seen.heatmap.cohorts
    options = options_of(responses)
    mine, unseen = evidence.only(mask_of(everyone, shown)), {*cells.left_out, *seen.hidden}
    verdicts = diagnose(responses, _known(quiz, mine, shown, taken, policy_versions, unseen))
    health = by_need(item_figures(responses), verdicts)
    rates, total = pass_rates([Outcome(each.cohort, each.has_passed) for each in shown], groups, cells.left_out)
    apart, undivided = _apart(sittings, seen)
    return Analysis(
        quiz=quiz,
        filters=filters,
        left_out=cells.left_out,
        apart=apart,
        undivided=undivided,
        rules=rules,
        summary=summary(responses, health),
        pass_rates=list(zip(groups, rates, strict=True)),
        total_rate=total,
        heatmap=cells,
        sections=sections,
        missed=most_missed(section_figures(responses, item_sections, list(sections))),
        health=health,
        verdicts=[verdict for verdict in verdicts if verdict.is_sharp],
        options=options,
        misconceptions=misconceptions(options, {code: fact.misconceptions for code, fact in facts.items()}),
        distribution=distribution(responses),
        gaps=item_gaps(responses),
        facts=facts,
        versions=versions,
        cohorts=names,
        places=places_of(everyone),
        grouped=seen.grouped,
        responses=responses,
        taken={fact.number: fact for fact in taken.values()},
        attempts={sitting.person: sitting.attempt_id for sitting in shown},
        first_closed=min(sitting.closed_at for sitting in shown),
        last_closed=max(sitting.closed_at for sitting in shown),
    )


def _looked_at(everyone: Sequence[Sitting], filters: Filters) -> tuple[Filters, list[Sitting], list[Sitting]]:
    """The filters that hold, who is in their cohorts, and who of these is looked at."""
    sittings = [sitting for sitting in everyone if filters.cohort in ("", sitting.cohort)]
    if is_small(sum(sitting.language != filters.language for sitting in sittings)):
        filters = replace(filters, language="")  # one language alone would give the few of the other away
    return filters, sittings, [sitting for sitting in sittings if filters.take(sitting)]


def load_readable(quiz: Quiz, filters: Filters, reader: Access) -> tuple[Analysis | None, set[str]]:
    """The analysis, and the questions whose keys the reader may not see yet, which it does not tell."""
    found = load_analysis(quiz, filters, reader)
    withheld = {fact.code for fact in found.facts.values() if fact.is_withheld} if found else set()
    return (found.without_keys(withheld) if found and withheld else found), withheld


def load_cohort_names(quiz: Quiz) -> dict[str, Localized]:
    """The names of the cohorts whose people have finished the quiz, by code."""
    return load_choices(quiz)[0]


def load_choices(quiz: Quiz) -> tuple[dict[str, Localized], Places]:
    """What there is to filter by: the cohorts and places of those who have finished the quiz, by code."""
    sittings, names = rows.load_sittings(quiz)
    return names, places_of(sittings)


def _apart(sittings: Sequence[Sitting], seen: Seen) -> tuple[list[str], list[str]]:
    """The cohorts that are in no figure of one language, and those that the filters leave out."""
    sizes, left_out = Counter(sitting.cohort for sitting in sittings), seen.heatmap.left_out
    few = few_of_a_language(people_of(sittings))
    small = {code for code in left_out if is_small(sizes[code])}
    apart = [code for code in seen.heatmap.cohorts if code in few and code not in small]
    return apart, [code for code in seen.heatmap.cohorts if code in seen.hidden and not is_small(sizes[code])]


def _taken(pairs: Collection[Taken], reader: Access | None) -> dict[Taken, QuestionFacts]:
    """The questions as they were taken; those of one question in the order of their versions and keys."""
    is_withheld = withheld(reader) if reader else false()
    query = (
        select(
            *(QuestionVersion, QuestionKey, Question.code, Bank.code, Section.id, Section.module_id, is_withheld),
            released_under(),
        )
        .join(QuestionKey, QuestionKey.question_version_id == QuestionVersion.id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .outerjoin(SectionLink, (SectionLink.question_version_id == QuestionVersion.id) & (SectionLink.position == 0))
        .outerjoin(Section, Section.id == SectionLink.section_id)
        .where(tuple_(QuestionKey.question_version_id, QuestionKey.n).in_(list(pairs)))
        .order_by(Question.code, QuestionVersion.n, QuestionKey.n)
    )
    found: dict[Taken, QuestionFacts] = {}
    for version, key, code, bank, section_id, module_id, waits, released in db.session.execute(query):
        options = key.key["groups"].get("options", {})
        found[(version.id, key.n)] = QuestionFacts(
            code=code,
            bank=bank,
            type=version.type,
            body=version.body,
            section=version.body["sections"][0] if version.body["sections"] else None,
            keys=frozenset(option for option, facts in options.items() if facts["fraction"] == "1"),
            misconceptions={option: facts.get("misconception", {}) for option, facts in options.items()},
            version_n=version.n,
            number=len(found),
            rest=Rest(section_id, module_id, key.created_at, rows.ids_of(released)) if section_id else None,
            is_withheld=bool(waits),
            pair=(version.id, key.n),
        )
    return found


def _newest(pinned: Iterable[PolicyVersion]) -> list[PolicyVersion]:
    """The last version of each module among those under which attempts were taken."""
    order = sorted(pinned, key=lambda version: (version.module_id, version.major, version.minor))
    return list({version.module_id: version for version in order}.values())


def _known(
    quiz: Quiz,
    evidence: Evidence,
    sittings: Sequence[Sitting],
    taken: Mapping[Taken, QuestionFacts],
    versions: Iterable[PolicyVersion],
    hidden: Collection[str],
) -> Known:
    """What verdicts rest on beside the answers. ``sittings`` are those of the evidence, in the same order."""
    newest = {fact.code: (pair, fact) for pair, fact in taken.items()}
    takers = {
        code: [sittings[place] for place in np.unique(evidence.attempt[evidence.pair == evidence.pairs.index(pair)])]
        for code, (pair, _fact) in newest.items()
        if pair in evidence.pairs
    }
    rests = {code: fact.rest for code, (_pair, fact) in newest.items() if fact.rest is not None}
    facts = [fact for _pair, fact in newest.values()]
    return Known(
        sections={fact.code: (fact.section,) for fact in facts if fact.section},
        words={fact.code: fact.body.get("difficulty", "") for fact in facts},
        outdated=load_outdated(rests, takers, versions),
        hidden=frozenset(hidden),
        elsewhere=load_elsewhere(quiz),
    )


def _sections(versions: Sequence[PolicyVersion], facts: Iterable[QuestionFacts]) -> dict[str, SectionText]:
    """The sections that the questions rest on, in the order of the policies."""
    wanted = {fact.section for fact in facts}
    texts = policies.load_sections([version.id for version in versions])
    return {
        section.full_name: section
        for version in versions
        for section in texts[version.id]
        if section.full_name in wanted
    }
