"""Background entry points of reports."""

from __future__ import annotations

from lms.foundation import jobs
from lms.reports import actions


@jobs.runs("reports.build")
def build_report(run_id: int) -> None:
    """Make the file of a report that was asked for."""
    actions.build(run_id)
