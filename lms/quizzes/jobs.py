"""Periodic work of quizzes."""

from __future__ import annotations

from datetime import timedelta

from lms.foundation import jobs
from lms.quizzes import actions
from lms.quizzes.actions import regrading


@jobs.every(timedelta(seconds=20), "attempts.sweep")
def sweep_overdue_attempts() -> None:
    """Close attempts whose time is over although no browser is there any more."""
    actions.sweep()


@jobs.every(timedelta(minutes=10), "quizzes.tell")
def tell_of_quizzes() -> None:
    """Tell people of quizzes that open, are due soon, and were due."""
    actions.tell_by_the_clock()


@jobs.runs("quizzes.regrade")
def carry_out_regrade(regrade_id: int) -> None:
    """Grade the attempts of an applied regrade anew, in batches; begun again, it goes on where it was."""
    regrading.carry_out(regrade_id)
