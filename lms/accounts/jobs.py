"""Periodic work of accounts."""

from __future__ import annotations

from datetime import timedelta

from lms.accounts import actions
from lms.foundation import jobs


@jobs.every(timedelta(hours=1), "sessions.purge")
def purge_ended_sessions() -> None:
    """Delete sessions and one-time links whose time is over."""
    actions.purge_sessions()
