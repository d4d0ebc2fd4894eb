"""Checking the chains of the audit trail, and taking a copy of it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.audit import queries
from lms.audit.core.wholeness import Verdict, judge
from lms.audit.queries import Wanted
from lms.foundation import clock, jobs, journal, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState
from lms.foundation.journal import AuditEvent
from lms.foundation.settings import note_fact

CHECK = "journal.check"


def request_check() -> None:
    """Let the worker check all chains; not twice at once."""
    waiting = select(Job.id).where(Job.kind == CHECK, Job.state.in_([JobState.WAITING, JobState.RUNNING]))
    if db.session.scalar(waiting.limit(1)) is None:
        jobs.enqueue(CHECK)


def check_chains() -> dict[int, Verdict]:
    """Check every chain, and note what was found. Reading takes its time, so nobody waits for it."""
    with transaction.unit(write=False):
        earlier = queries.load_verdicts()
        chains = {*queries.list_chains(), *earlier}
        found = {chain_id: judge(journal.links_of(chain_id), earlier.get(chain_id), clock.now()) for chain_id in chains}
    with transaction.unit():
        for chain_id, verdict in found.items():
            note_fact(f"{queries.NOTED}{chain_id}", verdict.as_text())
    return found


def note_export(person: Person, entries: Sequence[AuditEvent], wanted: Wanted) -> None:
    """Write down that somebody took entries away, and which.

    What was looked for may have been typed as a name, so the trail says by code whose entries were found.
    """
    days = {name: day.isoformat() for name, day in (("first", wanted.first), ("last", wanted.last)) if day}
    asked: dict[str, Any] = {
        "who": sorted({entry.actor for entry in entries}) if wanted.who else [],
        "action": wanted.action,
        "object": wanted.object if entries else "",  # what found something is the beginning of a code
        **days,
    }
    filters = {name: value for name, value in asked.items() if value}
    journal.record(
        "journal.export",
        actor=person.code,
        object="journal",
        chain_id=person.vendor_id,
        entries=len(entries),
        filter=filters,
    )
