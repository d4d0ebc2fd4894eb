from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from lms.analysis.core.misconceptions import misconceptions
from lms.analysis.core.parts import Way
from lms.analysis.core.populations import Population
from lms.analysis.core.sections import SectionFigures
from lms.analysis.queries import rows
from lms.analysis.queries.evidence import load_evidence
from lms.analysis.queries.figures import Basis, Figures, Filters, figures_of, look
from lms.analysis.queries.groupings import load_trainers
from lms.analysis.queries.known import Edition
from lms.analysis.queries.matrix import QuestionFacts, mask_of
from lms.analysis.queries.results import load_results
from lms.analysis.queries.rows import Localized, Places
from lms.analysis.queries.taken import load_sections, load_taken, newest
from lms.foundation.access import Access
from lms.policies.models import PolicyVersion
from lms.policies.queries import SectionText
from lms.quizzes import queries as quizzes
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import Quiz

__all__ = ["Analysis", "Choices", "Filters", "load_analysis", "load_choices", "load_readable"]


@dataclass(frozen=True, slots=True)
class Analysis(Figures):
    """All that page, PDF and tables of a quiz's analysis show: one value, so their numbers are equal.

    ``filters`` are those applied; ``taken`` are the questions in every version by its number in ``responses``.
    """

    quiz: Quiz
    rules: Rules
    sections: Mapping[str, SectionText]
    facts: Mapping[str, QuestionFacts]
    versions: Sequence[PolicyVersion]
    taken: Mapping[int, QuestionFacts]

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
    """The analysis of a quiz's assessed attempts, the first ones unless others are asked for; None where there is none.

    A fixed number of queries, whatever the number of attempts. Of whose keys wait for the ``reader`` its facts say so.
    The figures are kept by all that they are made of, which is read, or told by a fingerprint, each time.
    """
    rules = rules_from(quizzes.load_current_versions([quiz.id])[quiz.id].rules)
    results = load_results(quiz)
    looked = look(results, filters)
    filters, everyone, shown = looked.filters, looked.everyone, looked.shown
    if not shown:
        return None
    evidence = load_evidence(quiz.id, tuple((sitting.attempt_id, sitting.run_id) for sitting in everyone))
    taken = load_taken(evidence.only(mask_of(everyone, looked.sittings)).taken, reader)
    facts = {fact.code: fact for fact in taken.values()}
    pinned = {version_id for sitting in shown for version_id in sitting.policies}
    policy_versions, hashes = rows.load_policies(pinned)
    versions = newest(version for version in policy_versions if version.id in pinned)
    sections = load_sections(versions, facts.values())
    basis = Basis(
        results=results,
        evidence=evidence,
        filters=filters,
        taken=taken,
        policies=[Edition(one.id, one.module_id, one.state, one.effective_at) for one in policy_versions],
        hashes=hashes,
        sections=list(sections),
        cut_percent=rules.cut_percent,
        trainers=load_trainers() if filters.by is Way.TRAINER else {},
    )
    figures = figures_of(basis)
    return Analysis(
        **{field.name: getattr(figures, field.name) for field in fields(Figures)},
        quiz=quiz,
        rules=rules,
        sections=sections,
        facts=facts,
        versions=versions,
        taken={fact.number: fact for fact in taken.values()},
    )


def load_readable(quiz: Quiz, filters: Filters, reader: Access) -> tuple[Analysis | None, set[str]]:
    """The analysis, and the questions whose keys the reader may not see yet, which it does not tell."""
    found = load_analysis(quiz, filters, reader)
    withheld = {fact.code for fact in found.facts.values() if fact.is_withheld} if found else set()
    return (found.without_keys(withheld) if found and withheld else found), withheld


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by: cohorts and places by code, windows, and the populations of one window."""

    cohorts: Mapping[str, Localized]
    places: Places
    windows: Sequence[str]
    populations: Sequence[Population]


def load_choices(quiz: Quiz, window: str = "") -> Choices:
    """The cohorts and places of those who have finished the quiz, when it was given, and who took it (in a window)."""
    results = load_results(quiz)
    return Choices(results.cohorts, results.places, results.windows, results.populations(window))
