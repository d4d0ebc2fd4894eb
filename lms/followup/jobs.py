"""Periodic work of corrective actions."""

from __future__ import annotations

from datetime import timedelta

from lms.followup import actions
from lms.foundation import jobs


@jobs.every(timedelta(hours=1), "followup.overdue")
def remind_owners() -> None:
    """Remind owners of actions that should have been over."""
    actions.remind_owners()
