"""The waivers of a cohort, with who decided them and why."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Person
from lms.cohorts.models import Cohort, GateDecision, GateDecisionKind
from lms.foundation.db import db


def list_waivers(cohort: Cohort, person: Person | None = None) -> list[GateDecision]:
    """The waivers of a person, the withdrawn ones among them; of everybody only those that stand. The newest first."""
    query = select(GateDecision).where(
        GateDecision.cohort_id == cohort.id, GateDecision.decision == GateDecisionKind.WAIVED
    )
    if person is None:
        query = query.where(GateDecision.withdrawn_at.is_(None))
    else:
        query = query.where(GateDecision.person_id == person.id)
    with_people = (joinedload(GateDecision.decider), joinedload(GateDecision.withdrawer))
    query = query.options(*with_people).order_by(GateDecision.decided_at.desc(), GateDecision.id.desc())
    return list(db.session.scalars(query))
