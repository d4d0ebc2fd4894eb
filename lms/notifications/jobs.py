"""Background entry points: the daily mails, and letting go of what is old."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from lms.foundation import clock, jobs, notices
from lms.foundation.db import db
from lms.notifications import actions, queries

DIGEST = "notices.digest"
RETENTION = "notices.retention"


@jobs.every(timedelta(minutes=5), DIGEST)
def look_for_digests() -> None:
    """Ask for the daily mails when somebody's is due, unless that is asked for already: they are written in a job,
    since nobody is to wait for their wording.
    """
    unfinished = jobs.Job.state.in_([jobs.JobState.WAITING, jobs.JobState.RUNNING])
    is_asked = db.session.scalar(select(jobs.Job.id).where(jobs.Job.kind == DIGEST, unfinished).limit(1))
    if is_asked is None and any(queries.list_awaiting_digest(clock.now(), notices.required_kinds())):
        jobs.enqueue(DIGEST)


@jobs.runs(DIGEST)
def write_digests() -> None:
    """Write the daily mails that are due."""
    actions.write_digests()


@jobs.every(timedelta(days=1), RETENTION)
def let_go_of_what_is_old() -> None:
    """Once a day delete notices and mails that have been kept long enough."""
    actions.let_go()
