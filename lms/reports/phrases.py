"""Titles and sentences of reports."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

PROBLEMS = {
    "report.no_results": _l("There are no results for this choice, so there is nothing to report."),
    "report.not_ready": _l("This report is not ready yet."),
    "pdf.failed": _l("The PDF could not be made. Your choices are kept. Please try again."),
    "job.gave_up": _l("The report could not be made. Please ask for it again."),
}

STATES = {
    "waiting": _l("Waiting"),
    "running": _l("Being made"),
    "done": _l("Report ready"),
    "failed": _l("Could not be made"),
}

FAILURES = {
    "report.no_results": (
        _l("There are no results for these choices."),
        _l("Nobody has finished the quiz in this cohort and language. Choose others."),
    ),
    "job.gave_up": (
        _l("The making of the PDF was broken off several times."),
        _l("Your choices are kept. Please try again, and tell the administrator if it happens again."),
    ),
}
BROKEN = (_l("The PDF could not be made."), _l("Your choices are kept."))
"""What is said of a failure that is not the asker's doing."""
