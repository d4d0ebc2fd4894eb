"""Titles and sentences of reports."""

from __future__ import annotations

from babel.dates import get_day_names
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.foundation.jobs import Job, JobState
from lms.foundation.locale import clock_time, current, zone_city
from lms.foundation.notices import Kind
from lms.reports.core.schedule import LAST, Every, Reached, Rule, SendingState
from lms.reports.core.scope import People

NOTICES = {
    "report.not_reached": Kind(
        _l("%(title_text)s was not sent to %(codes)s, who may not read it any more."),
        "report_schedules.show",
        ("public_id",),
    ),
    "report.schedule_failed": Kind(
        _l("A scheduled report could not be made and was not sent: %(title_text)s."),
        "report_schedules.show",
        ("public_id",),
    ),
    "report.schedule_stopped": Kind(
        _l("A scheduled report is paused, since you may not make it any more: %(title_text)s."),
        "report_schedules.show",
        ("public_id",),
    ),
    "report.ready": Kind(_l("Your report is ready: %(quiz_text)s."), "reports.show", ("public_id",)),
}

PROBLEMS = {
    "schedule.weekday": _l("Choose a day of the week."),
    "schedule.workday": _l("Choose one of the first 20 working days, or the last one."),
    "schedule.no_recipient": _l("Choose at least one recipient."),
    "schedule.recipients": _l("Somebody of these may not read the report. Choose from the list."),
    "schedule.changed": _l("This schedule has changed in the meantime. Look at it again."),
    "schedule.ended": _l("This schedule has ended."),
    "schedule.under_way": _l("It is being made and sent already."),
    "report.no_results": _l("There are no results for this choice, so there is nothing to report."),
    "report.bad_month": _l("A month is written like 2026-11."),
    "report.no_reason": _l("Say why names are needed."),
    "report.no_person": _l("There is nobody of this code within your reach."),
    "report.no_version": _l("This policy has no published version of this number."),
    "report.not_in_force": _l("No version of this policy is in force."),
    "report.not_yours": _l("You may not read this report any more."),
    "report.not_ready": _l("This report is not ready yet."),
    "pdf.failed": _l("The PDF could not be made. Your choices are kept. Please try again."),
    "report.expired": _l("This report was kept until its day and is deleted. It can be made again."),
    "job.gave_up": _l("The report could not be made. Please ask for it again."),
}

STATES = {
    "waiting": _l("Waiting"),
    "running": _l("Being made"),
    "done": _l("Report ready"),
    "failed": _l("Could not be made"),
    "cancelled": _l("Cancelled"),
    "expired": _l("Expired"),
}

SIGNS = {
    **{"waiting": "is-none", "running": "is-info", "done": "is-pass", "failed": "is-fail"},
    **{"cancelled": "is-none", "expired": "is-none"},
}
"""The sign of each state."""

PHASES = {
    "reading": _l("Reading the results"),
    "pages": _l("Laying out page %(page)s"),
    "begun": _l("Laying out the pages"),
    "saving": _l("Saving the file"),
}
"""What the worker is about."""
QUARTER = 25


def phase(job: Job) -> str:
    """What the worker of a job is about, in words."""
    code = "begun" if job.phase == "pages" and not job.parts_done else job.phase or ""
    return str(PHASES.get(code, _l("Beginning"))) % {"page": job.parts_done}


def share(job: Job) -> int:
    """How much of a job is done, in percent: the pages are most of it."""
    match job.phase:
        case "pages":
            return 10 + 85 * job.parts_done // max(job.parts_total, 1)
        case "saving":
            return 95
    return 5 if job.phase else 0


def heard(job: Job) -> str:
    """What a screen reader says meanwhile: the state, and each quarter; not every page."""
    if job.state == JobState.WAITING:
        return str(_("The report is waiting for its turn."))
    return str(_("The report is being made: %(percent)s%%", percent=share(job) // QUARTER * QUARTER))


FAILURES = {
    "report.no_results": (
        _l("There are no results for these choices."),
        _l("Nobody, or fewer than 5 people, have anything to report here. Choose others."),
    ),
    "report.not_in_force": (_l("No version of this policy is in force."), _l("Choose a version by its number.")),
    "access.refused": (
        _l("You may not make this report any more."),
        _l("Your roles have changed since you asked for it."),
    ),
    "not_found": (_l("What this report is about is gone, or out of your reach."), _l("Your choices are kept.")),
    "job.gave_up": (
        _l("Making the PDF was interrupted several times."),
        _l("Your choices are kept. Please try again, and tell the administrator if it happens again."),
    ),
}
BROKEN = (_l("The PDF could not be made."), _l("Your choices are kept."))
"""What is said of a failure that is not the asker's doing."""


KINDS = {
    "analysis": _l("Result report"),
    "golive": _l("Go-live report"),
    "transcript": _l("Transcript"),
    "acknowledgements": _l("Acknowledgement report"),
    "campaign": _l("Recurring quiz report"),
    "monthly": _l("Monthly report"),
}
ABOUT = {
    "analysis": _l("One quiz: scores, sections, questions with their figures, and the policy text."),
    "golive": _l("One cohort: people by go-live criterion, readiness, waivers, and the shifts of its plan."),
    "transcript": _l("One person: quizzes, policies acknowledged, cohorts."),
    "acknowledgements": _l("One version of a policy: who has acknowledged it, by site and vendor, and how fast."),
    "campaign": _l("One run of a recurring quiz: completion and results by site, and the runs before it."),
    "monthly": _l("One month: pass rates by quiz, site and vendor, weakest sections, and the months before."),
}
"""What stands in each kind."""

LANGUAGES = {
    "en": "English",
    "ja": "日本語",
    "en-ja": _l("Both, English first"),
    "ja-en": _l("Both, Japanese first"),
}
PEOPLE = {
    People.NONE: _l("None"),
    People.CODES: _l("Codes"),
    People.NAMES: _l("Names"),
}
"""How people appear in a report."""


EVERY = {
    "month": _l("Each month, on a working day"),
    "week": _l("Each week, on a day"),
}
TURNING = {
    "campaign": _l("Each time it is about the run that has opened last."),
    "monthly": _l("Each time it is about the last month that is over."),
}
"""What a scheduled report of a kind is about, where that is not the same each time."""
TURNS = {
    SendingState.MAKING: _l("Being made"),
    SendingState.SENT: _l("Sent"),
    SendingState.FAILED: _l("Not made"),
}
TURN_SIGNS = {SendingState.MAKING: "is-info", SendingState.SENT: "is-pass", SendingState.FAILED: "is-fail"}
REACHED = {
    Reached.ATTACHED: _l("attached to the mail"),
    Reached.LINKED: _l("link in the mail"),
    Reached.REFUSED: _l("not sent: may not read it any more"),
}
"""How a scheduled report reached somebody."""


def rule_words(rule: Rule) -> str:
    """When a schedule is due, in words."""
    facts = {"time": clock_time(rule.at), "zone": zone_city(rule.zone_name)}
    if rule.every is Every.WEEK:
        day = get_day_names("wide", locale=current())[rule.day - 1]
        return str(_("every %(day)s at %(time)s, %(zone)s time", day=day, **facts))
    if rule.day == LAST:
        return str(_("on the last working day of each month at %(time)s, %(zone)s time", **facts))
    return str(_("on working day %(day)s of each month at %(time)s, %(zone)s time", day=rule.day, **facts))
