"""Periodic work of policies."""

from __future__ import annotations

from datetime import timedelta

from lms.foundation import jobs
from lms.policies.actions import telling


@jobs.every(timedelta(minutes=10), "policies.effect")
def tell_of_effect() -> None:
    """Tell people of versions that have come into force."""
    telling.tell_of_effect()
