"""Sentences and words of cohorts."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.readiness import GateKind, GateState, Standing
from lms.foundation.columns import LocalizedText
from lms.foundation.locale import localized


def _already_training(taken: Mapping[str, LocalizedText]) -> str:
    """Who cannot be added, each with the cohort they are in."""
    people = _(", ").join(
        _("%(person)s (%(cohort)s)", person=code, cohort=localized(taken[code])) for code in sorted(taken)
    )
    return str(_("Already in a cohort that has not gone live: %(people)s. Take them out of it first.", people=people))


PROBLEMS = {
    "cohort.already_training": _already_training,
    "cohort.nobody_chosen": _l("Choose at least one person."),
    "cohort.go_live_not_worked": _l("Choose a working day of the site for the go-live."),
    "cohort.code_taken": _l("This code is taken. Choose another."),
    "cohort.nobody": _l("First add people to the cohort."),
    "cohort.window_over": _l("Enter a time in the future."),
    "cohort.trainer_elsewhere": _l("Choose trainers of the cohort's site."),
    "cohort.last_trainer": _l("A cohort has at least one trainer. First add another one."),
    "plan.code_taken": _l("This code is taken. Choose another."),
    "plan.day_outside": _l("Every step must lie on a training day from 1 to %(days)s."),
    "plan.quiz_too_late": _l("A quiz is due at %(due)s on its day, so it must start earlier."),
    "plan.bad_line": _l(
        "Line %(line)s: write day, time, minutes, kind and the title in both languages, "
        "such as: 1 09:30 60 class Welcome | 顔合わせ"
    ),
    "feed.unknown": _l("This calendar address is not valid any more."),
}

KINDS = {
    StepKind.CLASS: _l("Class"),
    StepKind.SELF_STUDY: _l("Self-study"),
    StepKind.QUIZ: _l("Quiz"),
    StepKind.CALIBRATION: _l("Calibration"),
    StepKind.SHADOWING: _l("Shadowing"),
    StepKind.NESTING: _l("Nesting"),
    StepKind.PRACTICE: _l("Practice queue"),
    StepKind.MEETING: _l("Meeting"),
    StepKind.REST: _l("Rest"),
    StepKind.GATE: _l("Gate"),
}

GATES = {
    GateKind.QUIZ_AVERAGE: _l("Quiz average"),
    GateKind.QA_AGREEMENT: _l("Agreement with QA"),
    GateKind.POLICIES_ACKNOWLEDGED: _l("Policies acknowledged"),
    GateKind.ATTENDANCE: _l("Sessions attended"),
    GateKind.SIGN_OFF: _l("Trainer sign-off"),
}

GATE_COUNTS = {
    GateKind.POLICIES_ACKNOWLEDGED: _l("%(have)s of %(of)s"),
    GateKind.ATTENDANCE: _l("%(have)s of %(of)s sessions"),
}

GATE_STATES = {
    GateState.MET: _l("met"),
    GateState.NOT_MET: _l("needs you"),
    GateState.ON_PLAN: _l("on plan"),
    GateState.NOT_OPEN: _l("not open yet"),
    GateState.WAIVED: _l("waived"),
}

STANDINGS = {
    Standing.READY: _l("Ready"),
    Standing.ON_TRACK: _l("On track"),
    Standing.AT_RISK: _l("At risk"),
}
