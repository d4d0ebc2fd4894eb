"""Loading the sample again, in the background: all that was there goes, in one transaction."""

from __future__ import annotations

from sqlalchemy import delete, or_

from lms.accounts import actions as accounts
from lms.accounts.core.sample_accounts import login_of
from lms.demo import loader, settings
from lms.demo.content import SAMPLE, Content
from lms.foundation import clock, jobs, journal, transaction
from lms.foundation.clearing import empty_tables
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState
from lms.foundation.settings import RELOADED_AT, note_fact, sample_day
from lms.kit.problems import Refused

KIND = "sample.reload"


@jobs.runs(KIND, alone=True)  # the loader turns the clock of the whole process back
def reload_sample(by: str, content: Content = SAMPLE) -> None:
    """Replace everything by a fresh sample of today. Others see the old one until the new one is whole.

    The sessions go with the rest, so everybody signs in again. Raises ``Refused`` where there is no sample to replace.
    """
    password_hash = accounts.hash_password(settings.sample_password(), login=login_of("admin"))
    started_at = clock.now()
    with transaction.unit():
        if sample_day() is None:
            raise Refused("sample.none")
        empty_tables(keep={"jobs", "job_beats"})
        # the job in hand is one of those that run
        db.session.execute(delete(Job).where(or_(Job.kind != KIND, Job.state != JobState.RUNNING)))
        loader.load(settings.today(), seed=settings.SEED, password_hash=password_hash, content=content)
        journal.record("sample.reload", actor=by, object="sample", asked_at=started_at.isoformat())
        note_fact(RELOADED_AT, clock.now().isoformat())
        jobs.enqueue("journal.check")  # the new trail has not been looked at yet
