"""Background entry points of reports."""

from __future__ import annotations

from datetime import timedelta

from lms.foundation import jobs
from lms.reports import actions


@jobs.runs("reports.build")
def build_report(run_id: int) -> None:
    """Make the file of a report that was asked for."""
    actions.build(run_id)


@jobs.every(timedelta(hours=1), "reports.expire")
def expire_reports() -> None:
    """Delete the files of reports that have been kept long enough."""
    actions.expire()
