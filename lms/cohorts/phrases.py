"""Sentences and words of cohorts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.accounts.core.roles import Role
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.clashes import ClashKind
from lms.cohorts.core.forecast import Outlook
from lms.cohorts.core.load import LoadState
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.readiness import GateKind, GateState, Standing
from lms.cohorts.core.slips import SlipCause
from lms.cohorts.core.steps import StepFault
from lms.foundation.columns import LocalizedText
from lms.foundation.locale import clock_time, day, localized, sentences
from lms.foundation.notices import Kind
from lms.quizzes.core.audience import AudienceKind


def _already_training(taken: Mapping[str, LocalizedText]) -> str:
    """Who cannot be added, each with the cohort they are in."""
    people = _(", ").join(
        _("%(person)s (%(cohort)s)", person=code, cohort=localized(taken[code])) for code in sorted(taken)
    )
    return str(_("Already in a cohort that has not gone live: %(people)s. Take them out of it first.", people=people))


STEP_FAULTS = {
    "plan.line_form": _l(
        "Line %(line)s: write day, time, minutes, kind and the title in both languages, "
        "such as: 1 09:30 60 class Welcome | 顔合わせ"
    ),
    "plan.line_kind": _l("Line %(line)s: there is no kind %(kind)s. The kinds are listed below the field."),
    "plan.line_titles": _l("Line %(line)s: write the title in English, a bar and the title in Japanese."),
    "plan.line_minutes": _l("Line %(line)s: the minutes must be from 1 to %(most)s."),
    "plan.line_day": _l("Line %(line)s: the training day must be from 1 to %(days)s."),
    "plan.line_midnight": _l("Line %(line)s: the step runs past midnight."),
    "plan.line_quiz": _l("Line %(line)s: a quiz is due at %(due)s on its day, so it must start earlier."),
    "plan.line_overlap": _l("Line %(line)s: the step starts before the one in line %(other)s has ended."),
    "plan.line_about": _l("Line %(line)s: there is no quiz, module or section %(about)s."),
}


def _begins_in_past(first: date, over: int, earliest: date) -> str:
    """When the plan would have begun, how much of it is over, and which go-live leaves nothing out."""
    return str(
        ngettext(
            "The first training day would have been %(first)s: %(num)d day of the plan is over. "
            "The earliest go-live with the whole plan is %(earliest)s.",
            "The first training day would have been %(first)s: %(num)d days of the plan are over. "
            "The earliest go-live with the whole plan is %(earliest)s.",
            over,
            first=day(first),
            earliest=day(earliest),
        )
    )


def _too_early(earliest: date) -> str:
    """Which go-live is the first that leaves room for what the plan still holds."""
    return str(
        _(
            "Too early: sessions still to come would fall on days that are over or already held. "
            "The earliest go-live is %(earliest)s.",
            earliest=day(earliest, pattern="day_and_year"),
        )
    )


def _quiz_retired(title: LocalizedText) -> str:
    """Which quiz keeps a plan from being followed."""
    return str(_("The quiz “%(title)s” of this plan is retired. Choose another plan.", title=localized(title)))


def _bad_steps(faults: Iterable[StepFault]) -> str:
    """Every bad line of a plan, one after the other."""
    return sentences(str(STEP_FAULTS[fault.code]) % {"line": fault.number, **fault.facts} for fault in faults)


AUDIENCES = {
    AudienceKind.COHORT: _l("Cohorts"),
    AudienceKind.SITE: _l("Sites"),
    AudienceKind.VENDOR: _l("Vendors"),
    AudienceKind.ROLE: _l("Roles"),
    AudienceKind.PEOPLE: _l("Individual people"),
    AudienceKind.CAMPAIGN: _l("Recurring quizzes"),
}

TAKERS = {
    Role.LEARNER: _l("Learners"),
    Role.TRAINER: _l("Trainers"),
    Role.QA: _l("QA analysts"),
    Role.EDITOR: _l("Policy editors"),
    Role.LOCALIZER: _l("Localizers"),
}
"""The roles that take quizzes, as audiences."""


def _unknown_people(codes: Iterable[str]) -> str:
    """Which of the codes that were typed belong to nobody who can take quizzes."""
    listed = _(", ").join(codes)
    if not listed:
        return str(_("Enter at least one code."))
    return str(_("Nobody who can take quizzes has this code: %(codes)s.", codes=listed))


def _taken(template: object, title: LocalizedText, starts_at: datetime, ends_at: datetime, zone_name: str) -> str:
    """What stands where a session was to be."""
    zone = ZoneInfo(zone_name)
    start, end = clock_time(starts_at, zone), clock_time(ends_at, zone)
    return str(template) % {"title": localized(title), "start": start, "end": end}


def _about(template: object, title: LocalizedText) -> str:
    """A sentence about a session or quiz."""
    return str(template) % {"title": localized(title)}


def _marked_meanwhile(codes: Iterable[str]) -> str:
    """Whose marks were changed while somebody had the roll open."""
    return str(_("Somebody else has marked these people in the meantime: %(codes)s.", codes=_(", ").join(codes)))


NOTICES = {
    "cohort.enrolled": Kind(
        _l("You are in the cohort %(cohort_text)s. Its go-live is on %(go_live_on)s."), "home.today"
    ),
    "cohort.called_off": Kind(_l("The cohort %(cohort_text)s is called off."), "home.today"),
    "cohort.taken_back": Kind(
        _l("The cohort %(cohort_text)s takes place after all. Its go-live is on %(go_live_on)s."), "home.today"
    ),
    "cohort.shifted": Kind(
        _l("The plan of %(cohort_text)s has moved. Go-live: %(before_on)s → %(after_on)s."), "home.today"
    ),
    "cohort.shift_undone": Kind(
        _l("The plan of %(cohort_text)s is back where it was. Go-live: %(before_on)s → %(after_on)s."), "home.today"
    ),
    "cohort.room_changed": Kind(_l("Sessions of %(cohort_text)s have another room: %(room)s."), "home.today"),
    "session.in_room": Kind(_l("%(title_text)s: %(after_at)s"), "home.today"),
    "session.shifted": Kind(_l("%(title_text)s: %(before_at)s → %(after_at)s"), "home.today"),
    "session.shifted_to": Kind(_l("%(title_text)s: %(before_at)s → %(after_at)s, trainer %(trainer)s"), "home.today"),
    "session.shifted_into": Kind(_l("%(title_text)s: %(before_at)s → %(after_at)s, room %(room)s"), "home.today"),
    "session.shifted_into_to": Kind(
        _l("%(title_text)s: %(before_at)s → %(after_at)s, room %(room)s, trainer %(trainer)s"), "home.today"
    ),
    "session.quiz_shifted": Kind(_l("%(title_text)s: %(before_at)s → %(after_at)s, due %(due_at)s"), "home.today"),
    "session.moved": Kind(
        _l("Changed: %(session_text)s is on %(starts_at)s. It was to be on %(before_at)s."), "home.today"
    ),
    "session.cancelled": Kind(_l("Cancelled: %(session_text)s on %(starts_at)s."), "home.today"),
    "gate.signed_off": Kind(_l("Your trainer has signed you off in the cohort %(cohort_text)s."), "home.today"),
}

PROBLEMS = {
    "assignment.nobody": _l("Nobody there can take quizzes. Choose another audience."),
    "assignment.unknown_people": _unknown_people,
    "cohort.already_training": _already_training,
    "cohort.left_already": _l("This person has already left the cohort."),
    "cohort.nobody_chosen": _l("Choose at least one person."),
    "cohort.go_live_not_worked": _l("Choose a working day of the site for the go-live."),
    "cohort.go_live_past": _l("The go-live is past. Choose today or a later day."),
    "cohort.begins_in_past": _begins_in_past,
    "cohort.changed_meanwhile": _l("Somebody else changed this cohort in the meantime."),
    "cohort.go_live_too_early": _too_early,
    "cohort.live_already": _l("This cohort has gone live. Its go-live day can no longer be changed."),
    "cohort.sessions_changed": _l("The sessions changed in the meantime. Look again at what will move."),
    "cohort.code_taken": _l("This code is taken. Choose another."),
    "cohort.nobody": _l("First add people to the cohort."),
    "cohort.window_over": _l("Enter a time in the future."),
    "cohort.trainer_elsewhere": _l("Choose trainers at the cohort's site."),
    "cohort.room_elsewhere": _l("Choose a room at the cohort's site."),
    "cohort.called_off": _l("This cohort is called off."),
    "cohort.not_to_call_off": _l("This cohort has gone live, so it cannot be called off."),
    "cohort.not_called_off": _l("This cohort takes place."),
    "cohort.not_to_take_back": _l(
        "The go-live day of this cohort is over, so it cannot be taken back. Make a new cohort like this one."
    ),
    "cohort.last_trainer": _l("A cohort needs at least one trainer. First add another one."),
    "slip.no_cause": _l("Choose the cause."),
    "slip.no_reason": _l("Enter the reason."),
    "slip.not_free": partial(
        _about, _l("The trainer or room chosen for “%(title)s” is no longer free. Look again at what will move.")
    ),
    "slip.undone": _l("This shift has already been undone."),
    "slip.too_late": _l("A shift can be undone for 10 minutes. That time is over."),
    "slip.plan_changed": _l("The go-live was changed after this shift, so the shift can no longer be undone."),
    "slip.changed_meanwhile": partial(
        _about, _l("“%(title)s” was changed after this shift, so the shift can no longer be undone.")
    ),
    "slip.taken": partial(
        _about,
        _l(
            "The earlier time, room or trainer of “%(title)s” has been booked since, "
            "so the shift can no longer be undone."
        ),
    ),
    "slip.quiz_over": partial(_about, _l("“%(title)s” would already be over, so the shift can no longer be undone.")),
    "shift.past": _l("Choose today or a later day."),
    "shift.after_go_live": _l("Choose a day up to the go-live."),
    "session.cohort_taken": partial(_taken, _l("The cohort already has “%(title)s” from %(start)s to %(end)s.")),
    "session.room_taken": partial(_taken, _l("The room is taken from %(start)s to %(end)s: “%(title)s”.")),
    "session.trainer_taken": partial(_taken, _l("The trainer is booked from %(start)s to %(end)s: “%(title)s”.")),
    "session.begins_in_past": _l("Enter a time in the future."),
    "session.past_midnight": _l("The session must end by midnight."),
    "session.over": _l("The session is over."),
    "session.cancelled": _l("This session is cancelled."),
    "session.changed_meanwhile": _l("Somebody else changed this session in the meantime."),
    "attendance.not_yet": _l("The roll can be called from the day of the session."),
    "attendance.not_attended": _l("Attendance is not taken at sessions of this kind."),
    "attendance.marked_meanwhile": _marked_meanwhile,
    "attendance.closed": _l("The roll was closed in the meantime."),
    "attendance.not_begun": _l("The roll can be closed once the session has begun."),
    "attendance.more_open": _l("More people are not marked than a moment ago. Look at them, then close the roll."),
    "attendance.not_reopened": _l("Only the trainer of this session or an administrator can reopen its roll."),
    "attendance.too_many_codes": _l(
        "Too many wrong codes. Wait a minute and look at the code again, or ask your trainer to mark you."
    ),
    "attendance.wrong_code": _l("That is not the code of this minute. Look at it again, or ask your trainer."),
    "attendance.code_over": _l("The code is no longer accepted. Your trainer can still mark you."),
    "gate.no_reason": _l("Enter the reason for the waiver."),
    "gate.decided": _l("This condition has already been decided."),
    "gate.withdrawn": _l("This waiver has already been withdrawn."),
    "gate.not_asked": _l("The plan of this cohort does not require a sign-off."),
    "gate.not_open": _l("The sign-off opens on day %(day)s of the plan."),
    "plan.code_taken": _l("This code is taken. Choose another."),
    "plan.bad_steps": _bad_steps,
    "plan.changed_meanwhile": _l("Somebody else changed this plan in the meantime."),
    "plan.retired": _l("This plan is retired. Choose another."),
    "plan.quiz_retired": _quiz_retired,
    "plan.quiz_too_late": _l("A quiz is due at %(due)s on its day, so it must start earlier."),
    "feed.unknown": _l("This calendar address is no longer valid."),
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

ATTENDANCE = {
    AttendanceStatus.PRESENT: _l("Present"),
    AttendanceStatus.LATE: _l("Late"),
    AttendanceStatus.EXCUSED: _l("Excused"),
    AttendanceStatus.ABSENT: _l("Absent"),
}

ATTENDANCE_COUNTS = {
    AttendanceStatus.PRESENT: _l("%(num)s present"),
    AttendanceStatus.LATE: _l("%(num)s late"),
    AttendanceStatus.EXCUSED: _l("%(num)s excused"),
    AttendanceStatus.ABSENT: _l("%(num)s absent"),
    None: _l("%(num)s not marked"),
}

ATTENDANCE_CLASSES = {
    AttendanceStatus.PRESENT: "is-pass",
    AttendanceStatus.LATE: "is-risk",
    AttendanceStatus.EXCUSED: "is-info",
    AttendanceStatus.ABSENT: "is-fail",
    None: "is-none",
}

GATES = {
    GateKind.BRIEFING: _l("Wellbeing briefing"),
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
    GateState.ON_PLAN: _l("as planned"),
    GateState.NOT_OPEN: _l("not open yet"),
    GateState.WAIVED: _l("waived"),
}

NEXT_STEPS = {
    GateKind.BRIEFING: _l("Read the wellbeing briefing"),
    GateKind.QUIZ_AVERAGE: _l("Practise what was missed, then retake"),
    GateKind.QA_AGREEMENT: _l("Cases side by side with QA"),
    GateKind.POLICIES_ACKNOWLEDGED: _l("Read the policies in force"),
    GateKind.ATTENDANCE: _l("Make-up class"),
    GateKind.SIGN_OFF: _l("Sign-off by the trainer"),
}
"""What a gate that is not met asks of somebody."""

GATES_NOT_MET = {GateKind.BRIEFING: _l("not confirmed")}
"""What is said in place of the state of a gate that is not met and that nobody but the person can meet."""

GRID_KINDS = {
    "learn": (_l("Class"), "book-2"),
    "quiz": (_l("Quiz"), "clipboard-check"),
    "prac": (_l("Practice"), "repeat"),
    "rest": (_l("Rest"), "coffee"),
    "meet": (_l("Meeting"), "users"),
}
"""The looks that a session may have on the week grid, each with its word and icon."""

GRID_KIND_OF = {
    StepKind.CLASS: "learn",
    StepKind.SELF_STUDY: "learn",
    StepKind.QUIZ: "quiz",
    StepKind.PRACTICE: "prac",
    StepKind.NESTING: "prac",
    StepKind.SHADOWING: "prac",
    StepKind.CALIBRATION: "prac",
    StepKind.REST: "rest",
    StepKind.MEETING: "meet",
    StepKind.GATE: "meet",
}

WINDOWS = {"open": _l("Open now"), "to_come": _l("Not open yet"), "over": _l("Closed")}

BOARD_STATES = {
    "current": _l("To go-live"),
    "running": _l("In training"),
    "planned": _l("Planned"),
    "past": _l("Live or called off"),
}

STANDINGS = {
    Standing.READY: _l("Ready"),
    Standing.ON_TRACK: _l("On track"),
    Standing.AT_RISK: _l("At risk"),
    Standing.BEHIND: _l("Behind"),
}

STANDING_CLASSES = {
    Standing.READY: "is-pass",
    Standing.ON_TRACK: "is-info",
    Standing.AT_RISK: "is-risk",
    Standing.BEHIND: "is-fail",
}

OUTLOOK_CLASSES = {Outlook.GOOD: "is-pass", Outlook.FAIR: "is-risk", Outlook.BAD: "is-fail"}

LOAD_CLASSES = {LoadState.WITHIN: "is-info", LoadState.OVER: "is-risk", LoadState.FAR_OVER: "is-fail"}

CLASHES = {
    ClashKind.TRAINER: _l("%(who)s is booked twice"),
    ClashKind.ROOM: _l("Room %(room)s is booked twice"),
    ClashKind.CLOSED: _l("%(site)s is closed"),
    ClashKind.SEATS: _l("Room %(room)s has too few seats"),
}

CLASH_CLASSES = {
    ClashKind.TRAINER: "is-fail",
    ClashKind.ROOM: "is-risk",
    ClashKind.CLOSED: "is-fail",
    ClashKind.SEATS: "is-risk",
}

CLASH_MENDS = {
    ClashKind.TRAINER: _l("Choose another trainer"),
    ClashKind.ROOM: _l("Choose another room"),
    ClashKind.CLOSED: _l("Move the session"),
    ClashKind.SEATS: _l("Choose another room"),
}
"""What mends a clash where nothing better is known to be free."""

NOTHING_FREE = {
    ClashKind.TRAINER: _l("No other trainer of the site is free then and has hours left."),
    ClashKind.ROOM: _l("No other room with enough seats is free then."),
    ClashKind.SEATS: _l("No other room with enough seats is free then."),
}

SLIP_CAUSES = {
    SlipCause.TOOL_ACCESS: _l("Access to tools"),
    SlipCause.HOLIDAY: _l("Holiday"),
    SlipCause.ROOM: _l("Room"),
    SlipCause.TRAINER: _l("Trainer"),
    SlipCause.VENDOR: _l("Vendor"),
    SlipCause.OTHER: _l("Other"),
}
