from __future__ import annotations

from lms.accounts.models import Person
from lms.foundation import jobs, journal
from lms.foundation.jobs import Job, JobState
from lms.foundation.settings import sample_day
from lms.kit.problems import NotFound
from lms.system import queries


def retry(job: Job, *, by: Person) -> None:
    """Let a failed job be tried again."""
    jobs.retry(job)
    journal.record("job.retry", actor=by.code, object=f"{job.kind} #{job.id}")


def give_up(job: Job, *, by: Person) -> None:
    """Let a job that waits or has failed rest."""
    jobs.give_up(job, by=by.code)
    journal.record("job.give_up", actor=by.code, object=f"{job.kind} #{job.id}")


def cancel(job: Job, *, by: Person) -> None:
    """Stop a job that waits or runs."""
    jobs.cancel(job)
    journal.record("job.cancel", actor=by.code, object=f"{job.kind} #{job.id}")


def request_reload(*, by: Person) -> Job:
    """Have the sample loaded again in the background; not twice at once. Not found where there is no sample."""
    if sample_day() is None:
        raise NotFound
    last = queries.find_reload()
    if last is not None and last.state in {JobState.WAITING, JobState.RUNNING}:
        return last
    return jobs.enqueue(queries.RELOAD, by=by.code)
