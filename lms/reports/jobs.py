"""Background entry points of reports."""

from __future__ import annotations

from datetime import timedelta

from lms.foundation import jobs
from lms.reports import actions
from lms.reports.actions import scheduling


@jobs.runs("reports.build")
def build_report(run_id: int) -> None:
    """Make the file of a report that was asked for."""
    actions.build(run_id)


@jobs.every(timedelta(hours=1), "reports.expire")
def expire_reports() -> None:
    """Delete the files of reports that have been kept long enough."""
    actions.expire()


@jobs.every(timedelta(minutes=1), "reports.schedule")
def open_turns() -> None:
    """Have the scheduled reports made whose time has come, and give up those that could not be made."""
    scheduling.open_due()
    scheduling.end_failed()
