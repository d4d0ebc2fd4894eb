"""The daily check of the audit trail."""

from __future__ import annotations

from datetime import timedelta

from lms.audit import actions
from lms.foundation import jobs


@jobs.runs(actions.CHECK)
def check() -> None:
    """Check every chain from its beginning."""
    actions.check_chains()


@jobs.every(timedelta(days=1), "journal.check")
def check_daily() -> None:
    """Ask for the check once a day; it runs as a job, since it reads long and writes little."""
    actions.request_check()
