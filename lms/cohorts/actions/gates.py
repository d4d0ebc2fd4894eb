"""Waivers: a gate that is not asked of one person, for a reason; withdrawn when the reason has gone."""

from __future__ import annotations

from lms.accounts.models import Person
from lms.cohorts import queries
from lms.cohorts.core.readiness import GateKind, criteria_from
from lms.cohorts.models import Cohort, GateDecision, GateDecisionKind
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.kit.problems import Conflict, Invalid, NotFound


def waive(cohort: Cohort, person: Person, gate: GateKind, reason: str, *, by: Person) -> GateDecision:
    """Let a person go live without a gate of the plan. Raises ``Invalid`` on ``gate`` when it is decided already."""
    if gate not in {criterion.kind for criterion in criteria_from(cohort.template.gates["gates"])}:
        raise NotFound
    if not reason:
        raise Invalid("gate.no_reason", field="reason")
    if queries.find_decision(cohort, person, gate) is not None:
        raise Invalid("gate.decided", field="gate")
    waiver = GateDecision(
        cohort_id=cohort.id,
        person_id=person.id,
        gate=gate,
        decision=GateDecisionKind.WAIVED,
        reason=reason,
        decided_by=by.id,
        decided_at=clock.now(),
    )
    db.session.add(waiver)
    db.session.flush()
    _record("gate.waive", cohort, person, gate, by)
    return waiver


def withdraw(cohort: Cohort, person: Person, waiver_id: int, *, by: Person) -> None:
    """Let a gate count again that was waived; the waiver and its reason are kept.

    Raises ``Conflict`` when somebody has withdrawn it already.
    """
    waiver = db.session.get(GateDecision, waiver_id, with_for_update=True)
    if waiver is None or (waiver.cohort_id, waiver.person_id) != (cohort.id, person.id):
        raise NotFound
    if waiver.decision != GateDecisionKind.WAIVED:
        raise NotFound
    if waiver.withdrawn_at is not None:
        raise Conflict("gate.withdrawn")
    waiver.withdrawn_at, waiver.withdrawn_by = clock.now(), by.id
    db.session.flush()
    _record("gate.withdraw", cohort, person, GateKind(waiver.gate), by)


def _record(action: str, cohort: Cohort, person: Person, gate: GateKind, by: Person) -> None:
    """The reason stays in its row: it may say of people what the trail must not keep."""
    name = f"{cohort.code} {person.code}"
    journal.record(action, actor=by.code, object=name, chain_id=person.vendor_id, gate=gate.value)
