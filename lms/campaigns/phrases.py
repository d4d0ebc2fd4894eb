"""Sentences and words of recurring quizzes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.accounts.core.roles import Role
from lms.campaigns.core.progress import State
from lms.campaigns.core.recurrence import OnHoliday, Repeat
from lms.campaigns.core.who import Part
from lms.foundation.notices import Kind

NOTICES = {
    "campaign.late": Kind(
        _l("Late with “%(title_text)s”: %(count)s of your people."), "campaign_runs.show", ("code", "period")
    ),
    "assignment.late": Kind(_l("Late with “%(quiz_text)s”: %(count)s people."), "assignments.show", ("assignment_id",)),
}

PROBLEMS = {
    "campaign.every": _l("Enter a whole number from 1 to 12."),
    "campaign.day": _l("Enter a day of the month from 1 to 31."),
    "campaign.weekday": _l("Enter a weekday from 1 (Monday) to 7 (Sunday)."),
    "campaign.due_days": _l("Enter a whole number from 1 to 60."),
    "campaign.no_role": _l("Choose at least one role."),
    "campaign.days": _l("Enter a number of days from 0 to 366."),
    "campaign.fresh_days": _l("Enter a number of days from 0 to 730."),
    "campaign.code_taken": _l("This code is taken. Choose another."),
    "campaign.opened": _l("This run has opened, so it can no longer be skipped."),
    "campaign.no_such_run": _l("There is no such run to come. Look at the next runs below."),
    "campaign.changed": _l("Somebody else changed this recurring quiz in the meantime."),
    "leave.days": _l("The last day must not lie before the first."),
    "leave.past": _l("Enter days that are not all past."),
    "leave.unknown": _l("Not found among your people: %(codes)s."),
}

REPEATS = {
    Repeat.FIRST_WORKDAY: _l("Monthly, first working day"),
    Repeat.DAY_OF_MONTH: _l("Monthly, on a day"),
    Repeat.WEEKDAY: _l("Weekly, on a day"),
}

ON_HOLIDAY = {OnHoliday.NEXT: _l("Next working day"), OnHoliday.PREVIOUS: _l("Working day before")}

PARTS = {
    Part.ROLES: _l("Role"),
    Part.SITES: _l("Site"),
    Part.VENDORS: _l("Vendor"),
    Part.COHORTS: _l("Cohort"),
    Part.LOCALES: _l("Language"),
    Part.IN_TRAINING: _l("In training before go-live"),
    Part.PASSED_LATELY: _l("Passed this quiz lately"),
}

TAKERS = {
    Role.LEARNER: _l("Learners"),
    Role.TRAINER: _l("Trainers"),
    Role.QA: _l("QA analysts"),
    Role.EDITOR: _l("Policy editors"),
    Role.LOCALIZER: _l("Localizers"),
}
"""The roles that take quizzes, as audiences."""

LANGUAGES = {"en": "English", "ja": "日本語"}

STATES = {
    State.PASSED: _l("Passed"),
    State.NOT_PASSED: _l("Not yet passed"),
    State.IN_PROGRESS: _l("In progress"),
    State.NOT_BEGUN: _l("Not started"),
    State.LATE: _l("Overdue"),
    State.EXCUSED: _l("Exempt"),
}

MARKS = {
    State.PASSED: "is-pass",
    State.NOT_PASSED: "is-risk",
    State.IN_PROGRESS: "is-info",
    State.NOT_BEGUN: "is-none",
    State.LATE: "is-fail",
    State.EXCUSED: "is-none",
}
