"""Words for running an installation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.foundation.jobs import JobState

STATES = {
    JobState.WAITING: _l("Waits"),
    JobState.RUNNING: _l("Runs"),
    JobState.DONE: _l("Done"),
    JobState.FAILED: _l("Failed"),
}

KINDS = {
    "reports.build": _l("Make the PDF of a report"),
    "journal.check": _l("Check the audit trail"),
    "sample.reload": _l("Load the sample again"),
    "sessions.purge": _l("Delete sessions and links whose time is over"),
    "attempts.sweep": _l("Close attempts whose time is over"),
    "mail.send": _l("Send mail that is due"),
    "notices.digest": _l("Write the daily mails"),
    "notices.retention": _l("Delete read notices and old mails"),
    "policies.effect": _l("Tell of policy versions that come into force"),
    "quizzes.tell": _l("Tell of quizzes that open, are due soon, or have ended"),
}
"""What jobs and periodic work do, by kind; an unknown kind shows its code."""

REASONS = {
    "job.failed": _l("It broke off (%(error)s). The log of the server says more."),
    "job.gave_up": _l("The worker died over it three times."),
    "job.given_up": _l("Given up by %(by)s."),
}
"""Why a job has failed."""

PROBLEMS = {
    "job.moved_on": _l("This job has moved on in the meantime. Look at what it does now."),
    "sample.none": _l("This is no sample organisation. Nothing was replaced."),
}
