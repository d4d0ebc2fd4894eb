"""The waivers of a person, with who decided them and why."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.cohorts.models import Cohort, GateDecision, GateDecisionKind
from lms.foundation.db import db


def list_waivers(cohort: Cohort, person: Person) -> list[GateDecision]:
    """The waivers of a person in a cohort, the withdrawn ones among them, the newest first."""
    of_person = (GateDecision.cohort_id == cohort.id) & (GateDecision.person_id == person.id)
    query = select(GateDecision).where(of_person, GateDecision.decision == GateDecisionKind.WAIVED)
    with_people = (joinedload(GateDecision.decider), joinedload(GateDecision.withdrawer))
    query = query.options(*with_people).order_by(GateDecision.decided_at.desc(), GateDecision.id.desc())
    return list(db.session.scalars(query))
