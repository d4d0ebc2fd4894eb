"""Periodic work of policies."""

from __future__ import annotations

from datetime import timedelta

from lms.foundation import jobs
from lms.policies import actions


@jobs.every(timedelta(minutes=10), "policies.effect")
def tell_of_effect() -> None:
    """Tell people of versions that have come into force."""
    actions.tell_of_effect()
