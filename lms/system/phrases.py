"""Words for running an installation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.foundation.jobs import JobState

STATES = {
    JobState.WAITING: _l("Waiting"),
    JobState.RUNNING: _l("Running"),
    JobState.DONE: _l("Done"),
    JobState.FAILED: _l("Failed"),
}

KINDS = {
    "reports.build": _l("Make the PDF of a report"),
    "reports.schedule": _l("Make scheduled reports that are due"),
    "reports.expire": _l("Delete expired reports"),
    "journal.check": _l("Check the audit trail"),
    "sample.reload": _l("Load the sample again"),
    "production.discard": _l("Delete files that nobody has imported"),
    "sessions.purge": _l("Delete expired sessions and links"),
    "attempts.sweep": _l("Close attempts whose time has run out"),
    "mail.send": _l("Send mail that is due"),
    "notices.digest": _l("Write the daily mail"),
    "notices.retention": _l("Delete read notices and old mail"),
    "policies.effect": _l("Announce policy versions that come into force"),
    "campaigns.open": _l("Open the runs of recurring quizzes that are due"),
    "campaigns.keep": _l("Keep open runs in step with people and their leave"),
    "analysis.fit_curves": _l("Fit the curves of a quiz’s questions"),
    "followup.overdue": _l("Remind owners of corrective actions that are overdue"),
    "campaigns.late": _l("Tell leads who of theirs is late"),
    "quizzes.regrade": _l("Regrade the attempts of a corrected question"),
    "quizzes.tell": _l("Announce quizzes that open, are due soon or have ended"),
}
"""What jobs and periodic work do, by kind; an unknown kind shows its code."""

REASONS = {
    "job.failed": _l("It stopped (%(error)s). The server log has the details."),
    "job.gave_up": _l("The worker stopped on it three times."),
    "job.cancelled": _l("Cancelled by whoever asked for it, or by an administrator."),
    "job.given_up": _l("Given up by %(by)s."),
}
"""Why a job has failed."""

PROBLEMS = {
    "job.moved_on": _l("This job has moved on in the meantime. Look at what it does now."),
    "sample.none": _l("This is not a sample organisation. Nothing was replaced."),
}
