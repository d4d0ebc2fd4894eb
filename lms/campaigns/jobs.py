"""Periodic work of campaigns; all of it may be repeated."""

from __future__ import annotations

from datetime import timedelta

from lms.campaigns import actions
from lms.foundation import jobs


@jobs.every(timedelta(minutes=1), "campaigns.open")
def open_runs() -> None:
    """Open the runs whose time has come."""
    actions.open_due_runs()


@jobs.every(timedelta(minutes=5), "campaigns.keep")
def keep_runs() -> None:
    """Keep the open runs in step with people and their leave."""
    actions.keep_open_runs()


@jobs.every(timedelta(minutes=30), "campaigns.late")
def tell_leads() -> None:
    """Tell leads who of theirs is late."""
    actions.tell_leads()
