"""What an action begins with: the rows it is about, the verdict and the figure of the day, and who usually owns it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.analysis import queries as analysis
from lms.analysis.core.verdicts import EVERY_SECTION, Verdict
from lms.analysis.queries import Analysis, Filters
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort, CohortTrainer, Enrolment
from lms.followup.core.agenda import MOST_MISCONCEPTIONS, MOST_SECTIONS
from lms.followup.core.effect import Figure
from lms.followup.core.kinds import OWNERS, About, ActionKind, FigureKind, Hands, figure_of
from lms.followup.models import CorrectiveAction
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit.figures import is_small
from lms.kit.problems import NotFound
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion, Section, TranslationAssignment
from lms.questions import queries as questions
from lms.questions.models import Question
from lms.quizzes import queries as quizzes
from lms.quizzes.models import Quiz


@dataclass(frozen=True, slots=True)
class Named:
    """The rows behind what an action is about."""

    about: About
    quiz: Quiz
    question: Question | None
    section: Section | None
    cohort: Cohort | None
    person: Person | None


def get_named(about: About, access: Access) -> Named:
    """The rows that codes name; not found where there is none, or where cohort or person are out of reach."""
    section = policies.find_section(about.section) if about.section else None
    if about.section and section is None:
        raise NotFound
    return Named(
        about,
        quizzes.get_quiz(about.quiz),
        questions.get_question(about.question) if about.question else None,
        section,
        cohorts.get_cohort(access, about.cohort) if about.cohort else None,
        accounts.get_person(access, about.person) if about.person else None,
    )


def named_of(action: CorrectiveAction) -> Named:
    """The same of an action that there is."""
    about = About(
        action.quiz.code,
        action.question.code if action.question else "",
        action.section.full_name if action.section else "",
        action.cohort.code if action.cohort else "",
        action.person.code if action.person else "",
    )
    return Named(about, action.quiz, action.question, action.section, action.cohort, action.person)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who can own an action, and the role by which they can."""

    person: Person
    hands: Hands


def list_owners(kind: ActionKind, named: Named) -> list[Owner]:
    """Who can own an action of a kind on this, the usual owner first."""
    found: dict[int, Owner] = {}
    for hands in OWNERS[kind]:
        for person in _holding(hands, named):
            found.setdefault(person.id, Owner(person, hands))
    usual = {code: place for place, code in enumerate(_usual(kind, named))}
    return sorted(found.values(), key=lambda owner: usual.get(owner.person.code, len(usual)))


def _holding(hands: Hands, named: Named) -> list[Person]:
    """The active people of a role; of trainers those alone who train the cohort, or a cohort of the person."""
    if hands is not Hands.TRAINER:
        return accounts.list_active(Role(hands.value))
    trained = CohortTrainer.cohort_id == (named.cohort.id if named.cohort else 0)
    if named.person is not None:
        joined = select(Enrolment.cohort_id).where(Enrolment.person_id == named.person.id, Enrolment.left_at.is_(None))
        trained = trained | CohortTrainer.cohort_id.in_(joined)
    query = select(Person).where(Person.id.in_(select(CohortTrainer.person_id).where(trained)))
    return list(db.session.scalars(query.where(Person.deactivated_at.is_(None)).order_by(Person.code)))


def _usual(kind: ActionKind, named: Named) -> list[str]:
    """The codes of those whose work it was: who translates the module, wrote the question, edits the section."""
    if kind is ActionKind.LOCALIZE and named.question is not None:
        module = named.question.bank.module_id
        query = select(Person.code).join(TranslationAssignment, TranslationAssignment.assignee_id == Person.id)
        query = query.join(PolicyVersion, PolicyVersion.id == TranslationAssignment.version_id)
        query = query.where(PolicyVersion.module_id == module).order_by(TranslationAssignment.assigned_at.desc())
        return list(dict.fromkeys(db.session.scalars(query)))
    if kind in (ActionKind.REVIEW, ActionKind.HOLD) and named.question is not None:
        return _actors(["question.revise"], f"{named.question.code} v")
    if kind is ActionKind.SECTION and named.section is not None:
        return _actors(["policy.import", "policy.write", "policy.ask"], named.section.module.code)
    return []


def _actors(actions: Iterable[str], prefix: str) -> list[str]:
    """The codes of those who last did something, the latest first."""
    query = select(AuditEvent.actor).where(AuditEvent.action.in_(list(actions)))
    query = query.where(AuditEvent.object.startswith(prefix, autoescape=True)).order_by(AuditEvent.at.desc()).limit(20)
    return list(dict.fromkeys(db.session.scalars(query)))


@dataclass(frozen=True, slots=True)
class Opening:
    """What is kept of the analysis with an action. ``version_n`` is that of the question that was answered."""

    figure: FigureKind
    baseline: Figure | None
    evidence: dict[str, Any]
    version_n: int | None


def load_opening(kind: ActionKind, finding: str, named: Named) -> Opening:
    """The verdict with its evidence, and the figure, as the analysis of the quiz tells them now."""
    figure = figure_of(kind, named.about)
    found = analysis.load_analysis(named.quiz, Filters())
    if found is None:
        return Opening(figure, None, {}, None)
    fact = found.facts.get(named.about.question)
    of_cohort = found
    if named.cohort is not None and figure in (FigureKind.SECTION, FigureKind.SCORE):
        of_cohort = analysis.load_analysis(named.quiz, Filters(cohort=named.cohort.code)) or found
        if of_cohort is found or of_cohort.filters.cohort != named.cohort.code:
            return Opening(figure, None, _evidence(found, finding, named.about), None)
    evidence = _evidence(found, finding, named.about)
    if kind is ActionKind.REFRESHER:
        evidence |= _to_teach(of_cohort)
    return Opening(figure, _baseline(of_cohort, figure, named.about), evidence, fact.version_n if fact else None)


def _to_teach(found: Analysis) -> dict[str, Any]:
    """What a cohort misses: its sections, the most missed first, and the options that stand for its misconceptions."""
    told = []
    for one in found.misconceptions[:MOST_MISCONCEPTIONS]:
        options = [(item, found.facts[item].body["groups"]["options"][place]["id"]) for item, place in one.options]
        told.append({"options": [list(option) for option in options], "count": one.count, "n": one.n})
    return {"sections": [section.section for section in found.missed[:MOST_SECTIONS]], "misconceptions": told}


def _baseline(found: Analysis, figure: FigureKind, about: About) -> Figure | None:
    """The figure as the page shows it; None where it is withheld."""
    if figure is FigureKind.FACILITY:
        for entry in found.health:
            figures = entry.figures
            if entry.item == about.question and figures.facility is not None and figures.interval is not None:
                return None if is_small(figures.n) else Figure(figures.n, figures.facility, figures.interval)
    if figure is FigureKind.GAP:
        gap = found.gaps.get(about.question)
        if gap and gap.gap is not None and gap.interval is not None:
            return Figure((gap.first.n or 0) + (gap.second.n or 0), gap.gap, gap.interval)
    if figure is FigureKind.SECTION:
        for section in found.missed:
            if section.section == about.section and section.n and section.facility is not None and section.interval:
                return Figure(section.n, section.facility, section.interval)
    if figure is FigureKind.SCORE:
        told = found.summary
        if told.attempts and told.mean is not None and told.interval is not None:
            return Figure(told.attempts, told.mean, told.interval)
    return None


def _evidence(found: Analysis, finding: str, about: About) -> dict[str, Any]:
    """The verdict of a kind on this, as codes and numbers."""
    every = [*found.verdicts, *(verdict for entry in found.health for verdict in entry.verdicts)]
    for verdict in every:
        if verdict.kind == finding and _is_on(verdict, about):
            interval = verdict.interval
            return {
                "n": verdict.n,
                "effect": verdict.effect,
                "low": interval.low if interval else None,
                "high": interval.high if interval else None,
                "facts": dict(verdict.facts),
            }
    if finding == "misconception":
        return {"n": found.summary.attempts, "effect": None, "low": None, "high": None, "facts": {}}
    return {}


def _is_on(verdict: Verdict, about: About) -> bool:
    if isinstance(verdict.place, str):
        return verdict.place in (about.question, about.section) and bool(verdict.place)
    section, group = verdict.place
    return group in (about.cohort, about.person) and section in (about.section, EVERY_SECTION)
