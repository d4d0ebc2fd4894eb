from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from sqlalchemy import false, select, tuple_

from lms.analysis.core.misconceptions import misconceptions
from lms.analysis.core.parts import Way
from lms.analysis.core.populations import Population
from lms.analysis.core.sections import SectionFigures
from lms.analysis.queries import rows
from lms.analysis.queries.evidence import Taken, load_evidence
from lms.analysis.queries.figures import Basis, Figures, Filters, figures_of, look
from lms.analysis.queries.groupings import Places, load_trainers, places_of
from lms.analysis.queries.known import Edition, Rest, released_under
from lms.analysis.queries.matrix import QuestionFacts, mask_of
from lms.analysis.queries.results import load_results
from lms.analysis.queries.rows import Localized
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion, Section
from lms.policies.queries import SectionText
from lms.questions.access import withheld
from lms.questions.models import Bank, Question, QuestionKey, QuestionVersion, SectionLink
from lms.quizzes import queries as quizzes
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import Quiz

__all__ = ["Analysis", "Filters", "load_analysis", "load_choices", "load_readable"]


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
    taken = _taken(evidence.only(mask_of(everyone, looked.sittings)).taken, reader)
    facts = {fact.code: fact for fact in taken.values()}
    pinned = {version_id for sitting in shown for version_id in sitting.policies}
    policy_versions, hashes = rows.load_policies(pinned)
    versions = _newest(version for version in policy_versions if version.id in pinned)
    sections = _sections(versions, facts.values())
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
    return Choices(results.cohorts, places_of(results.first), results.windows, results.populations(window))


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
