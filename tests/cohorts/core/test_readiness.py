"""Gates and what they make of a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lms.cohorts.core.attendance import AttendanceStatus, Attended, attended
from lms.cohorts.core.readiness import (
    Criterion,
    Facts,
    GateKind,
    GateState,
    GivenQuiz,
    Standing,
    criteria_from,
    evaluate,
    quiz_average,
    standing,
)

CRITERIA = [
    Criterion(GateKind.QUIZ_AVERAGE, cut=80),
    Criterion(GateKind.QA_AGREEMENT, cut=90),
    Criterion(GateKind.POLICIES_ACKNOWLEDGED, modules=("HAR",)),
    Criterion(GateKind.ATTENDANCE, cut=100),
    Criterion(GateKind.SIGN_OFF, opens_on_day=13),
]
DAY_6 = Facts(6, 86, 92, (7, 9), 1, (11, 11), 24, signed_off=False)


def states(facts: Facts) -> dict[GateKind, GateState]:
    return {gate.kind: gate.state for gate in evaluate(CRITERIA, facts)}


def test_the_gates_of_the_mock() -> None:
    """Day 6 of 15: 86% of 80, 92% of 90, 7 of 9 policies, 11 of 24 sessions so far, sign-off from day 13."""
    gates = evaluate(CRITERIA, DAY_6)
    assert [gate.state for gate in gates] == [
        GateState.MET,
        GateState.MET,
        GateState.NOT_MET,
        GateState.ON_PLAN,
        GateState.NOT_OPEN,
    ]
    assert (gates[2].have, gates[2].of, gates[2].percent) == (7, 9, 77)
    assert (gates[3].have, gates[3].of, gates[3].percent) == (11, 24, 45)
    assert gates[4].opens_on_day == 13
    assert standing(gates, 9) is Standing.AT_RISK


def test_a_cut_is_met_at_the_cut() -> None:
    assert states(replace(DAY_6, quiz_percent=80))[GateKind.QUIZ_AVERAGE] is GateState.MET
    assert states(replace(DAY_6, quiz_percent=79))[GateKind.QUIZ_AVERAGE] is GateState.NOT_MET
    assert states(replace(DAY_6, quiz_percent=None))[GateKind.QUIZ_AVERAGE] is GateState.NOT_OPEN


def test_one_missed_session_cannot_be_on_plan_for_all_of_them() -> None:
    assert states(replace(DAY_6, attended=(10, 11)))[GateKind.ATTENDANCE] is GateState.NOT_MET


def test_a_policy_is_to_be_read_once_its_first_class_has_begun() -> None:
    assert states(replace(DAY_6, unread=0))[GateKind.POLICIES_ACKNOWLEDGED] is GateState.ON_PLAN
    assert states(replace(DAY_6, unread=1))[GateKind.POLICIES_ACKNOWLEDGED] is GateState.NOT_MET
    assert states(replace(DAY_6, acknowledged=(9, 9), unread=0))[GateKind.POLICIES_ACKNOWLEDGED] is GateState.MET


def test_of_no_policy_nothing_is_acknowledged() -> None:
    gate = evaluate(CRITERIA, replace(DAY_6, acknowledged=(0, 0), unread=0))[2]
    assert (gate.state, gate.percent) == (GateState.NOT_MET, 0)


def test_a_quiz_that_was_due_and_is_not_taken_counts_nothing() -> None:
    noon = datetime(2026, 11, 16, 12, tzinfo=UTC)
    due, later = noon, noon + timedelta(seconds=1)
    assert quiz_average([GivenQuiz(due, 100), GivenQuiz(due, None), GivenQuiz(due, None)], noon) == 33
    assert quiz_average([GivenQuiz(due, 100), GivenQuiz(later, None)], noon) == 100, "not due yet"
    assert quiz_average([GivenQuiz(later, 79)], noon) == 79, "taken early"
    assert quiz_average([GivenQuiz(later, None)], noon) is None


def test_a_waiver_counts_as_done_and_shows_as_one() -> None:
    ready = Facts(15, 90, None, (9, 9), 0, (24, 24), 24, signed_off=True, waived=frozenset({GateKind.QA_AGREEMENT}))
    assert states(ready)[GateKind.QA_AGREEMENT] is GateState.WAIVED
    assert standing(evaluate(CRITERIA, ready), 0) is Standing.READY


def test_an_early_sign_off_counts() -> None:
    assert states(replace(DAY_6, signed_off=True))[GateKind.SIGN_OFF] is GateState.MET


def test_criteria_from_their_stored_form() -> None:
    assert criteria_from([{"kind": "sign_off", "opens_on_day": 13}]) == [Criterion(GateKind.SIGN_OFF, opens_on_day=13)]


def test_excused_sessions_do_not_count() -> None:
    assert attended([]) == Attended(0, 0)
    assert attended([AttendanceStatus.EXCUSED]).percent is None
    assert attended([AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ABSENT]).percent == 66
