"""Periodic work of production."""

from __future__ import annotations

from datetime import timedelta

from lms.foundation import jobs
from lms.production import actions


@jobs.every(timedelta(hours=6), "production.discard")
def discard_stale_drafts() -> None:
    """Delete drafts of imports that nobody has applied."""
    actions.discard_stale_drafts()
