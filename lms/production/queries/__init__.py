"""Reads decisions beside quiz results: as many statements whatever the number of either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Text, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from lms.accounts import access as reach
from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.policies import queries as policies
from lms.policies.models import Module, Section
from lms.policies.queries import SectionText
from lms.production.core.joining import Decided, Share, Wanted, joined, together
from lms.production.core.kinds import ErrorKind, ImportKind
from lms.production.core.rates import Rate
from lms.production.core.verdicts import Judged, judged
from lms.production.models import ProductionDecision
from lms.questions.models import SectionLink
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.grading import Outcome
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Attempt, GradingItem, Quiz, QuizVersion
from lms.quizzes.queries import join_marks
from lms.sites.models import Site

_THOUSAND = 1000.0


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for: codes of a site and a vendor, a queue, months as ``2026-11``; empty means all."""

    queue: str = ""
    site: str = ""
    vendor: str = ""
    first: str = ""
    last: str = ""

    def wanted(self, sites: Collection[Site]) -> Wanted:
        """The same in terms of sites: what is not among the choices is nobody's site."""
        if not self.site and not self.vendor:
            return Wanted(None, self.queue, self.first, self.last)
        chosen = {site.code for site in sites if self.site in ("", site.code) and self.vendor in ("", site.vendor.code)}
        return Wanted(frozenset(chosen), self.queue, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Production:
    """All that the page shows. ``sections`` has the texts in force by full name, ``quizzes`` the code of the quiz that
    asked most of a section; ``queues`` and ``months`` are those that there are within reach.
    """

    judged: Sequence[Judged]
    total: Rate | None
    sections: Mapping[str, SectionText]
    quizzes: Mapping[str, str]
    sites: Sequence[Site]
    queues: Sequence[str]
    months: Sequence[str]

    @property
    def is_empty(self) -> bool:
        """Whether there are no decisions at all, whatever the filters."""
        return not self.months


def load_production(access: Access, filters: Filters) -> Production:
    """The sections with their verdicts, for the people within reach."""
    decided = load_decided(access)
    shares, quizzes = load_shares(access)
    sites = list_sites_decided(access)
    found = judged(joined(decided, shares, filters.wanted(sites)))
    return Production(
        judged=found,
        total=together([one.joined for one in found]),
        sections=policies.load_sections_in_force(clock.now()) if found else {},
        quizzes=quizzes,
        sites=sites,
        queues=sorted({one.queue for one in decided} - {""}),
        months=sorted({one.month for one in decided}),
    )


def load_decided(access: Access) -> list[Decided]:
    """The checked decisions on a section, counted by person, section, site, queue and month.

    Of a case that an audit and the daily output both hold, the audit counts.
    """
    of_audit = aliased(ProductionDecision)
    is_audited = exists().where(
        of_audit.kind == ImportKind.AUDIT,
        of_audit.case_ref == ProductionDecision.case_ref,
        of_audit.person_id == ProductionDecision.person_id,
        of_audit.decided_on == ProductionDecision.decided_on,
    )
    month = func.substr(cast(ProductionDecision.decided_on, Text), 1, 7)
    by = (ProductionDecision.person_id, Module.code, Section.key, Site.code, ProductionDecision.queue, month)
    counts = [func.sum(case((ProductionDecision.error_kind == kind, 1), else_=0)) for kind in ErrorKind]
    query = (
        select(*by, func.count(), *counts)
        .join(Person, Person.id == ProductionDecision.person_id)
        .join(Site, Site.id == Person.site_id)
        .join(Section, Section.id == ProductionDecision.section_id)
        .join(Module, Module.id == Section.module_id)
        .where(
            reach.people(access),
            or_(ProductionDecision.right_decision.is_not(None), ProductionDecision.error_kind.is_not(None)),
            or_(ProductionDecision.kind == ImportKind.AUDIT, ~is_audited),
        )
        .group_by(*by)
    )
    return [
        Decided(
            person=person,
            section=f"{module}/{key}",
            site=site,
            queue=queue,
            month=of_month,
            decisions=decisions,
            errors={kind: count for kind, count in zip(ErrorKind, errors, strict=True) if count},
        )
        for person, module, key, site, queue, of_month, decisions, *errors in db.session.execute(query)
    ]


def load_shares(access: Access) -> tuple[list[Share], dict[str, str]]:
    """What each person within reach who decides earned in each section; and the quiz that asked most of it.

    From the first assessed attempt of each assignment, if it is graded, by the grading that counts; a question counts
    for the section that it rests on first. What was not reached is left out, as in the statistics of questions.
    """
    deciding = select(ProductionDecision.person_id)
    place = func.row_number().over(
        partition_by=(Attempt.person_id, Attempt.assignment_id), order_by=(Attempt.opened_at, Attempt.id)
    )
    attempts = (
        select(Attempt.id, place.label("place"))
        .join(Person, Person.id == Attempt.person_id)
        .where(
            reach.people(access),
            Attempt.person_id.in_(deciding),
            Attempt.purpose == Purpose.ASSESSED,
            Attempt.closed_at.is_not(None),
            Attempt.state != AttemptState.VOID,
        )
        .subquery()
    )
    asked = select(ProductionDecision.section_id).where(ProductionDecision.section_id.is_not(None))
    by = (Attempt.person_id, SectionLink.section_id, Attempt.quiz_version_id)
    query = (
        join_marks(select(*by, func.sum(GradingItem.awarded_thousandths), func.sum(GradingItem.max_thousandths)))
        .join(attempts, and_(attempts.c.id == Attempt.id, attempts.c.place == 1))
        .where(SectionLink.section_id.in_(asked), GradingItem.outcome != Outcome.NOT_REACHED)
        .group_by(*by)
    )
    return _summed(db.session.execute(query).all())


def _summed(rows: Sequence[Row[int, int, int, int, int]]) -> tuple[list[Share], dict[str, str]]:
    cuts, codes = _quiz_versions()
    names = _section_names()
    sums: dict[tuple[int, str], list[float]] = {}
    asked: dict[str, Counter[str]] = {}
    for person, section_id, version_id, awarded, most in rows:
        section = names[section_id]
        share = sums.setdefault((person, section), [0.0, 0.0, 0.0])
        for at, marks in enumerate((awarded, most, most * cuts[version_id] / 100)):
            share[at] += marks / _THOUSAND
        asked.setdefault(section, Counter())[codes[version_id]] += most
    shares = [Share(person, section, *three) for (person, section), three in sums.items() if three[1]]
    return shares, {section: counted.most_common(1)[0][0] for section, counted in asked.items()}


def _quiz_versions() -> tuple[dict[int, int], dict[int, str]]:
    """Of every version of a quiz the cut in percent, and the code of the quiz."""
    query = select(QuizVersion.id, QuizVersion.rules, Quiz.code).join(Quiz, Quiz.id == QuizVersion.quiz_id)
    rows = db.session.execute(query).all()
    return {row.id: rules_from(row.rules).cut_percent for row in rows}, {row.id: row.code for row in rows}


def _section_names() -> dict[int, str]:
    query = select(Section.id, Module.code, Section.key).join(Module, Module.id == Section.module_id)
    return {section_id: f"{module}/{key}" for section_id, module, key in db.session.execute(query)}


def list_sites_decided(access: Access) -> list[Site]:
    """The sites of the people within reach who have decided something, by code."""
    sites = select(Person.site_id).where(
        reach.people(access), Person.id.in_(select(ProductionDecision.person_id).distinct())
    )
    query = select(Site).where(Site.id.in_(sites)).options(joinedload(Site.vendor)).order_by(Site.code)
    return list(db.session.scalars(query))
