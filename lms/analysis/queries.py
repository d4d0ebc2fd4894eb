from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person as PersonRow
from lms.analysis.core.findings import Health, by_need
from lms.analysis.core.gaps import Gap, item_gaps
from lms.analysis.core.heatmap import Heatmap, heatmap
from lms.analysis.core.items import OptionFigures, item_figures, option_figures
from lms.analysis.core.responses import Answer, Cell, Item, Person, Responses, collect
from lms.analysis.core.sections import SectionFigures, most_missed, section_figures
from lms.analysis.core.summary import Outcome, PassRate, Summary, pass_rates, summary
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort
from lms.foundation.db import db
from lms.kit.figures import is_small
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion
from lms.policies.queries import SectionText
from lms.questions import queries as questions
from lms.questions.models import Bank, Question, QuestionVersion
from lms.quizzes import queries as quizzes
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.core.grading import Outcome as ItemOutcome
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import (
    AnswerEvent,
    Attempt,
    AttemptPolicy,
    AttemptQuestion,
    GradingItem,
    GradingRun,
    Quiz,
    QuizVersion,
)

NO_COHORT = ""
"""Where the figures of people without a cohort stand: a group like the others."""


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """What a page or report says of a question beside its figures."""

    code: str
    bank: str
    type: str
    body: Mapping[str, Any]
    section: str | None
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which attempts are looked at; empty means all."""

    cohort: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that page, PDF and tables of a quiz's analysis show: one value, so their numbers are equal.

    ``filters`` are those applied; ``left_out`` names the cohorts whose people are in no figure, because the total would
    give so few away. Those of them in ``apart`` are not few themselves: one language alone would give away the few of
    the other.
    """

    quiz: Quiz
    filters: Filters
    left_out: Sequence[str]
    apart: frozenset[str]
    rules: Rules
    summary: Summary
    pass_rates: Sequence[tuple[str, PassRate]]
    total_rate: PassRate
    heatmap: Heatmap
    sections: Mapping[str, SectionText]
    missed: Sequence[SectionFigures]
    health: Sequence[Health]
    options: Mapping[str, Sequence[OptionFigures]]
    gaps: Mapping[str, Gap]
    facts: Mapping[str, QuestionFacts]
    versions: Sequence[PolicyVersion]
    cohorts: Mapping[str, Cohort]
    first_closed: datetime | None
    last_closed: datetime | None
    languages: Sequence[str]

    @property
    def numbers_below_everywhere(self) -> list[str]:
        """The numbers of the sections that are below the cut in every cohort."""
        return [self.sections[name].number or name for name in self.heatmap.below_everywhere]


def load_analysis(quiz: Quiz, filters: Filters) -> Analysis | None:
    """The analysis of the first assessed attempts of a quiz; None while nobody has finished it.

    A fixed number of queries, whatever the number of attempts.
    """
    version = quizzes.load_current_versions([quiz.id])[quiz.id]
    rules = rules_from(version.rules)
    rows, passed = _first_attempts(quiz)
    of_person = cohorts.load_cohort_names([attempt.person_id for attempt, _run, _code in rows])
    every_cohort = _by_code(of_person.values())
    if filters.cohort:
        rows = [row for row in rows if _cohort_code(of_person, row[0]) == filters.cohort]
    if is_small(sum(attempt.locale != filters.language for attempt, _run, _code in rows)):
        filters = replace(filters, language="")  # one language alone would give the few of the other away
    apart = _apart(rows, of_person, filters.language)
    if filters.language:
        rows = [row for row in rows if row[0].locale == filters.language]
    if not rows:
        return None
    groups = sorted({_cohort_code(of_person, row[0]) for row in rows}, key=lambda code: (code == NO_COHORT, code))
    places = _places([attempt.id for attempt, _run, _code in rows])
    facts = _question_facts(set(places.values()))
    everybody = _responses(rows, of_person, places, facts)
    versions = _policy_versions([attempt.id for attempt, _run, _code in rows])
    sections = _sections(versions, facts)
    item_sections = {fact.code: (fact.section,) for fact in facts.values() if fact.section}
    order = list(sections)
    cells = heatmap(everybody, item_sections, order, groups, rules.cut_percent, apart)
    responses = everybody.only([person.cohort not in cells.left_out for person in everybody.people])
    figures = item_figures(responses)
    options = {
        item.code: option_figures(responses, item.code) for item in responses.items if item.code in responses.chosen
    }
    gaps = item_gaps(responses)
    health = by_need(figures, options, gaps, changed=())
    outcomes = [Outcome(_cohort_code(of_person, row[0]), row[0].person_id in passed) for row in rows]
    rates, total = pass_rates(outcomes, groups, cells.left_out)
    closed = [attempt.closed_at for attempt, _run, _code in rows if attempt.closed_at]
    return Analysis(
        quiz=quiz,
        filters=filters,
        left_out=cells.left_out,
        apart=apart,
        rules=rules,
        summary=summary(responses, health),
        pass_rates=list(zip(groups, rates, strict=True)),
        total_rate=total,
        heatmap=cells,
        sections=sections,
        missed=most_missed(section_figures(responses, item_sections, order)),
        health=health,
        options=options,
        gaps=gaps,
        facts={fact.code: fact for fact in facts.values()},
        versions=versions,
        cohorts=every_cohort,
        first_closed=min(closed, default=None),
        last_closed=max(closed, default=None),
        languages=sorted({attempt.locale for attempt, _run, _code in rows}),
    )


def list_cohorts_of(quiz: Quiz) -> list[Cohort]:
    """The cohorts whose people have finished the quiz, by code (for the filter)."""
    rows, _passed = _first_attempts(quiz)
    return list(_by_code(cohorts.load_cohort_names([row[0].person_id for row in rows]).values()).values())


Row = tuple[Attempt, GradingRun, str]
Places = dict[tuple[str, int], tuple[int, int]]


def _by_code(found: Iterable[Cohort]) -> dict[str, Cohort]:
    return dict(sorted({cohort.code: cohort for cohort in found}.items()))


def _first_attempts(quiz: Quiz) -> tuple[list[Row], set[int]]:
    """Each person's first assessed attempt that is graded, with their code; and who has passed by any attempt."""
    query = (
        select(Attempt, PersonRow.code)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(PersonRow, PersonRow.id == Attempt.person_id)
        .where(QuizVersion.quiz_id == quiz.id, Attempt.purpose == Purpose.ASSESSED, Attempt.closed_at.is_not(None))
        .order_by(Attempt.opened_at, Attempt.id)
    )
    closed = [(attempt, code) for attempt, code in db.session.execute(query)]
    runs = quizzes.load_current_runs([attempt.id for attempt, _code in closed])
    first: dict[int, tuple[Attempt, str]] = {}
    for attempt, code in closed:
        first.setdefault(attempt.person_id, (attempt, code))
    rows = [(attempt, runs[attempt.id], code) for attempt, code in first.values() if attempt.id in runs]
    return rows, {attempt.person_id for attempt, _code in closed if attempt.id in runs and runs[attempt.id].passed}


def _apart(rows: Sequence[Row], of_person: Mapping[int, Cohort], language: str) -> frozenset[str]:
    """The cohorts in which so few took the quiz in another language that this one alone would give them away."""
    if not language:
        return frozenset()
    others = Counter(_cohort_code(of_person, row[0]) for row in rows if row[0].locale != language)
    return frozenset(code for code, count in others.items() if is_small(count))


def _cohort_code(of_person: Mapping[int, Cohort], attempt: Attempt) -> str:
    cohort = of_person.get(attempt.person_id)
    return cohort.code if cohort is not None else NO_COHORT


def _question_facts(pinned: Collection[tuple[int, int]]) -> dict[int, QuestionFacts]:
    """The questions pinned as (version, key) by their version's id; of several versions of one question the newest
    speaks."""
    keys = questions.load_keys(pinned)
    newest_key = {version_id: key for (version_id, _n), key in sorted(keys.items())}
    query = (
        select(QuestionVersion, Question.code, Bank.code)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(Bank, Bank.id == Question.bank_id)
        .where(QuestionVersion.id.in_(list(newest_key)))
        .order_by(Question.code, QuestionVersion.n)
    )
    return {
        version.id: QuestionFacts(
            code=code,
            bank=bank,
            type=version.type,
            body=version.body,
            section=version.body["sections"][0] if version.body["sections"] else None,
            keys=frozenset(
                option
                for option, key in newest_key[version.id]["groups"].get("options", {}).items()
                if key["fraction"] == "1"
            ),
        )
        for version, code, bank in db.session.execute(query)
    }


def _responses(
    rows: Sequence[Row], of_person: Mapping[int, Cohort], places: Places, facts: Mapping[int, QuestionFacts]
) -> Responses:
    """The response matrix: who earned what of each question, and what they chose."""
    codes = {attempt.id: code for attempt, _run, code in rows}
    people = [
        Person(code, language=attempt.locale, cohort=_cohort_code(of_person, attempt)) for attempt, _run, code in rows
    ]
    items = {
        fact.code: Item(
            fact.code,
            options=tuple(option["id"] for option in fact.body["groups"].get("options", ())),
            keys=fact.keys,
        )
        for fact in facts.values()
    }
    chosen = _chosen(list(codes))
    query = (
        select(GradingItem, GradingRun.attempt_id)
        .join(GradingRun, GradingRun.id == GradingItem.run_id)
        .where(GradingItem.run_id.in_([run.id for _attempt, run, _code in rows]))
    )
    answers = []
    for item, attempt_id in db.session.execute(query):
        version_id, _key_n = places[(attempt_id, item.position)]
        answers.append(
            Answer(
                person=codes[attempt_id],
                item=facts[version_id].code,
                share=item.awarded_thousandths / item.max_thousandths,
                state=_CELLS.get(item.outcome, Cell.ANSWERED),
                chosen=chosen.get((attempt_id, item.position), ()),
            )
        )
    return collect(people, [items[code] for code in sorted(items)], answers)


_CELLS = {ItemOutcome.BLANK.value: Cell.BLANK, ItemOutcome.NOT_REACHED.value: Cell.NOT_REACHED}


def _places(attempt_ids: Sequence[str]) -> Places:
    """The drawn papers: the pinned question version and key at each position of these attempts."""
    query = select(
        AttemptQuestion.attempt_id, AttemptQuestion.position, AttemptQuestion.question_version_id, AttemptQuestion.key_n
    )
    rows = db.session.execute(query.where(AttemptQuestion.attempt_id.in_(attempt_ids)))
    return {(attempt_id, position): (version_id, key_n) for attempt_id, position, version_id, key_n in rows}


def _chosen(attempt_ids: Sequence[str]) -> dict[tuple[str, int], tuple[str, ...]]:
    """The options of record of choice questions: the greatest (epoch, seq) comes last and stays."""
    query = (
        select(AnswerEvent.attempt_id, AnswerEvent.position, AnswerEvent.payload)
        .where(AnswerEvent.attempt_id.in_(attempt_ids))
        .order_by(AnswerEvent.epoch, AnswerEvent.seq)
    )
    found = {}
    for attempt_id, position, payload in db.session.execute(query):
        single = (payload["option"],) if payload.get("option") else ()
        found[(attempt_id, position)] = tuple(payload.get("options", single))
    return found


def _policy_versions(attempt_ids: Sequence[str]) -> list[PolicyVersion]:
    """The newest policy version of each module among those pinned by the attempts."""
    query = (
        select(PolicyVersion)
        .where(
            PolicyVersion.id.in_(
                select(AttemptPolicy.policy_version_id).where(AttemptPolicy.attempt_id.in_(attempt_ids))
            )
        )
        .order_by(PolicyVersion.module_id, PolicyVersion.major, PolicyVersion.minor)
    )
    return list({version.module_id: version for version in db.session.scalars(query)}.values())


def _sections(versions: Sequence[PolicyVersion], facts: Mapping[int, QuestionFacts]) -> dict[str, SectionText]:
    """The sections that the questions rest on, in the order of the policies."""
    wanted = {fact.section for fact in facts.values()}
    texts = policies.load_sections([version.id for version in versions])
    return {
        section.full_name: section
        for version in versions
        for section in texts[version.id]
        if section.full_name in wanted
    }
