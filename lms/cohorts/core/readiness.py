"""Go-live criteria: which of them a person meets, and what that makes of the person and the cohort.

A forecast comes with it: who is behind will, by a rule of thumb, not be ready on the go-live day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class GateKind(StrEnum):
    """A go-live criterion, in the order in which they stand."""

    BRIEFING = "briefing"
    QUIZ_AVERAGE = "quiz_average"
    QA_AGREEMENT = "qa_agreement"
    POLICIES_ACKNOWLEDGED = "policies_acknowledged"
    ATTENDANCE = "attendance"
    SIGN_OFF = "sign_off"


class GateState(StrEnum):
    """How a criterion stands."""

    MET = "met"
    NOT_MET = "not_met"
    ON_PLAN = "on_plan"
    NOT_OPEN = "not_open"
    WAIVED = "waived"


class Standing(StrEnum):
    """How a person stands on the way to go-live."""

    READY = "ready"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BEHIND = "behind"


POINTS_A_DAY = 5
"""How many points of an average somebody makes up in a working day, as the forecast reckons."""
DAYS_FOR_THE_REST = 1
"""The working days that any other condition takes: reading, a make-up class, the sign-off."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A gate of a plan: ``cut`` in percent, the modules to acknowledge, the day from which it is open.

    Without modules named, every policy in force is to be acknowledged.
    """

    kind: GateKind
    cut: int | None = None
    modules: tuple[str, ...] = ()
    opens_on_day: int = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a person. Percentages are whole, None where nothing is known yet; counts are (have, of).

    ``unread`` counts the policies not acknowledged yet though their first class has begun.
    """

    day: int
    quiz_percent: int | None
    agreement_percent: int | None
    acknowledged: tuple[int, int]
    unread: int
    attended: tuple[int, int]
    sessions_planned: int
    signed_off: bool
    briefed_at: datetime | None = None
    """When they confirmed the wellbeing briefing; of what they chose there nothing is known here."""
    waived: frozenset[GateKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Gate:
    """A criterion as it stands for a person.

    ``percent`` fills the bar; ``have`` and ``of`` are counts where it has them.
    """

    kind: GateKind
    state: GateState
    percent: int | None = None
    cut: int | None = None
    have: int | None = None
    of: int | None = None
    opens_on_day: int | None = None
    met_at: datetime | None = None
    """When it was met, of a gate that is met at a moment."""

    @property
    def is_done(self) -> bool:
        return self.state in {GateState.MET, GateState.WAIVED}


@dataclass(frozen=True, slots=True)
class GivenQuiz:
    """A quiz that a cohort has given to a person; ``percent`` is the best result, None before one is graded."""

    due_at: datetime
    percent: int | None


def quiz_average(given: Iterable[GivenQuiz], now: datetime) -> int | None:
    """The mean of what is taken or due, in whole percent, rounded down; what was due and is not taken counts 0.

    >>> noon = datetime(2026, 11, 16, 12)
    >>> quiz_average([GivenQuiz(noon, 91), GivenQuiz(noon, None)], noon), quiz_average([], noon)
    (45, None)
    """
    counted = [quiz.percent or 0 for quiz in given if quiz.percent is not None or quiz.due_at <= now]
    return sum(counted) // len(counted) if counted else None


def criteria_from(stored: Iterable[Mapping[str, Any]]) -> list[Criterion]:
    """The criteria of a plan from their stored form."""
    return [
        Criterion(
            kind=GateKind(gate["kind"]),
            cut=gate.get("cut"),
            modules=tuple(gate.get("modules", ())),
            opens_on_day=gate.get("opens_on_day", 1),
        )
        for gate in stored
    ]


def without_retired(criteria: Sequence[Criterion], retired: Collection[str]) -> list[Criterion]:
    """The criteria without modules that are asked of nobody any more; one that named only such is met by everybody.

    >>> [gate] = without_retired([Criterion(GateKind.POLICIES_ACKNOWLEDGED, modules=("HAR", "SPM"))], {"SPM"})
    >>> gate.modules, without_retired([gate], {"HAR"})
    (('HAR',), [])
    """
    left = [replace(one, modules=tuple(code for code in one.modules if code not in retired)) for one in criteria]
    return [one for one, before in zip(left, criteria, strict=True) if one.modules or not before.modules]


def asks_for_briefing(criteria: Iterable[Criterion]) -> bool:
    """Whether the wellbeing briefing is among them."""
    return any(found.kind is GateKind.BRIEFING for found in criteria)


def sign_off_day(criteria: Iterable[Criterion]) -> int | None:
    """The day of the plan on which trainers begin to sign off; None where no plan day is named for it.

    >>> sign_off_day([Criterion(GateKind.SIGN_OFF, opens_on_day=13)]), sign_off_day([Criterion(GateKind.SIGN_OFF)])
    (13, None)
    """
    days = (found.opens_on_day for found in criteria if found.kind is GateKind.SIGN_OFF and found.opens_on_day > 1)
    return next(days, None)


def evaluate(criteria: Sequence[Criterion], facts: Facts) -> list[Gate]:
    """Every gate of a plan, in its order."""
    return [_gate(criterion, facts) for criterion in criteria]


def standing(gates: Sequence[Gate], days_left: int) -> Standing:
    """Ready when every gate is done; at risk when one that is open is not met; behind when too few days are left.

    >>> quiz = Gate(GateKind.QUIZ_AVERAGE, GateState.NOT_MET, percent=62, cut=80)
    >>> standing([quiz], 4).value, standing([quiz], 3).value
    ('at_risk', 'behind')
    """
    if all(gate.is_done for gate in gates):
        return Standing.READY
    needed = days_needed(gates)
    if needed > days_left:
        return Standing.BEHIND
    return Standing.AT_RISK if needed else Standing.ON_TRACK


def days_needed(gates: Iterable[Gate]) -> int:
    """The working days in which somebody can meet what is open and not met, one condition after the other.

    A rule of thumb for the forecast, and stated where it is shown: an average rises by five points a day, anything else
    takes a day. What is on plan or not open yet takes none.

    >>> days_needed([Gate(GateKind.QUIZ_AVERAGE, GateState.NOT_MET, percent=79, cut=80)])
    1
    >>> days_needed([Gate(GateKind.ATTENDANCE, GateState.NOT_MET), Gate(GateKind.SIGN_OFF, GateState.NOT_OPEN)])
    1
    """
    return sum(_days_needed(gate) for gate in gates if gate.state is GateState.NOT_MET)


def _days_needed(gate: Gate) -> int:
    if gate.kind not in {GateKind.QUIZ_AVERAGE, GateKind.QA_AGREEMENT} or gate.cut is None or gate.percent is None:
        return DAYS_FOR_THE_REST
    return max(1, -(-(gate.cut - gate.percent) // POINTS_A_DAY))


def next_step(gates: Sequence[Gate]) -> Gate | None:
    """The first gate that is open and not met; None when there is nothing to be done now."""
    return next((gate for gate in gates if gate.state is GateState.NOT_MET), None)


def by_need(gates: Sequence[Gate], days_left: int) -> tuple[int, int]:
    """A key that sorts people by how much they need somebody: behind first, then at risk; there the lowest average.

    It says nothing of names: people without an average come after those who have one.
    """
    order = (Standing.BEHIND, Standing.AT_RISK, Standing.ON_TRACK, Standing.READY).index(standing(gates, days_left))
    percents = [gate.percent for gate in gates if gate.kind is GateKind.QUIZ_AVERAGE and gate.percent is not None]
    return order, percents[0] if percents else 101


def _gate(criterion: Criterion, facts: Facts) -> Gate:
    kind = criterion.kind
    if kind in facts.waived:
        return Gate(kind, GateState.WAIVED, cut=criterion.cut)
    if facts.day < criterion.opens_on_day and not (kind is GateKind.SIGN_OFF and facts.signed_off):
        return Gate(kind, GateState.NOT_OPEN, cut=criterion.cut, opens_on_day=criterion.opens_on_day)
    match kind:
        case GateKind.BRIEFING:
            state = GateState.MET if facts.briefed_at else GateState.NOT_MET
            return Gate(kind, state, met_at=facts.briefed_at)
        case GateKind.QUIZ_AVERAGE:
            return _measured(criterion, facts.quiz_percent)
        case GateKind.QA_AGREEMENT:
            return _measured(criterion, facts.agreement_percent)
        case GateKind.POLICIES_ACKNOWLEDGED:
            return _policies(facts)
        case GateKind.ATTENDANCE:
            return _attendance(criterion, facts)
        case GateKind.SIGN_OFF:
            return Gate(kind, GateState.MET if facts.signed_off else GateState.NOT_MET)


def _measured(criterion: Criterion, percent: int | None) -> Gate:
    if percent is None:
        return Gate(criterion.kind, GateState.NOT_OPEN, cut=criterion.cut)
    state = GateState.MET if percent >= (criterion.cut or 0) else GateState.NOT_MET
    return Gate(criterion.kind, state, percent=percent, cut=criterion.cut)


def _policies(facts: Facts) -> Gate:
    """Of all policies; on plan while those that have been taught are read. Of nothing, nothing is acknowledged."""
    have, of = facts.acknowledged
    state = GateState.NOT_MET if facts.unread or not of else GateState.ON_PLAN
    if of and have >= of:
        state = GateState.MET
    return Gate(GateKind.POLICIES_ACKNOWLEDGED, state, percent=have * 100 // of if of else 0, have=have, of=of)


def _attendance(criterion: Criterion, facts: Facts) -> Gate:
    """Of all planned sessions; on plan while none that has been is missing."""
    have, been = facts.attended
    of = facts.sessions_planned
    percent = have * 100 // of if of else 0
    needed = (criterion.cut or 100) * of
    if of and have * 100 >= needed:
        state = GateState.MET
    else:
        missed = been - have
        state = GateState.ON_PLAN if (of - missed) * 100 >= needed else GateState.NOT_MET
    return Gate(criterion.kind, state, percent=percent, have=have, of=of)
