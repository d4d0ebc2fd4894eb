from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from lms import __version__
from lms.foundation import clock, jobs
from lms.foundation.db import db, is_durable
from lms.foundation.jobs import Job, JobBeat, JobState, Periodic
from lms.foundation.serving import copies_of
from lms.kit.problems import NotFound

SHOWN = 50
LATEST = 20
LOW_BYTES = 1_000_000_000
"""Below so much free space the page warns; the server does not start below 50 MB."""
RELOAD = "sample.reload"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the database that was made before a migration."""

    name: str
    made_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Installation:
    """What an installation is and stands on."""

    version: str
    python: str
    database: str
    database_version: str
    database_size: int
    file: str | None
    """The name of the SQLite file; PostgreSQL has none."""
    schema: str
    is_durable: bool
    copies: list[Copy]
    free: int
    total: int

    @property
    def is_low(self) -> bool:
        return self.free < LOW_BYTES


def load_installation() -> Installation:
    """Look at this installation: its database, its copies and its disk. No address and no secret of it is told."""
    settings = current_app.config["KIJUN"]
    is_sqlite = db.engine.dialect.name == "sqlite"
    path = Path(make_url(settings.database_url).database or "") if is_sqlite else None
    disk = shutil.disk_usage(settings.data_folder)
    version = db.session.scalar(text("SELECT sqlite_version()" if is_sqlite else "SHOW server_version"))
    size = None if is_sqlite else db.session.scalar(text("SELECT pg_database_size(current_database())"))
    return Installation(
        version=__version__,
        python=".".join(map(str, sys.version_info[:3])),
        database="SQLite" if is_sqlite else "PostgreSQL",
        database_version=str(version).partition(" ")[0],
        database_size=_size(path) if path is not None else int(size or 0),
        file=path.name if path is not None else None,
        schema=MigrationContext.configure(db.session.connection()).get_current_revision() or "",
        is_durable=is_durable(db.engine),
        copies=_copies(path) if path is not None else [],
        free=disk.free,
        total=disk.total,
    )


def _size(path: Path) -> int:
    """The bytes of a SQLite file and of the log beside it, in which the newest changes stand."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _copies(path: Path) -> list[Copy]:
    """The copies beside a SQLite file, the newest first."""
    facts = [(copy.name, copy.stat()) for _number, copy in sorted(copies_of(path).items(), reverse=True)]
    return [Copy(name, datetime.fromtimestamp(stat.st_mtime, UTC), stat.st_size) for name, stat in facts]


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs that a page shows; of each state so many at most."""

    unfinished: list[Job]
    failed: list[Job]
    done: list[Job]
    periodic: list[tuple[Periodic, datetime | None]]

    @property
    def is_stuck(self) -> bool:
        """Whether something waits although its time came long ago: then no worker works."""
        late = clock.now() - jobs.LEASE
        return any(job.state == JobState.WAITING and job.due_at < late for job in self.unfinished)


def load_jobs() -> Jobs:
    """What runs and waits, what failed, what was done lately, and when periodic work last ran."""
    beats = {beat.kind: beat.last_at for beat in db.session.scalars(select(JobBeat))}
    unfinished = select(Job).where(Job.state.in_([JobState.RUNNING, JobState.WAITING])).order_by(Job.state, Job.due_at)
    failed = select(Job).where(Job.state == JobState.FAILED).order_by(Job.id.desc())
    done = select(Job).where(Job.state == JobState.DONE).order_by(Job.id.desc())
    return Jobs(
        unfinished=list(db.session.scalars(unfinished.limit(SHOWN))),
        failed=list(db.session.scalars(failed.limit(SHOWN))),
        done=list(db.session.scalars(done.limit(LATEST))),
        periodic=[(work, beats.get(work.kind)) for work in jobs.periodic_work()],
    )


def count_failed() -> int:
    """How many jobs have failed and were not given up or cancelled by somebody."""
    query = select(func.count()).select_from(Job).where(Job.state == JobState.FAILED)
    wanted = (Job.problem.not_like(f'%"job.{word}"%') for word in ("given_up", "cancelled"))
    return db.session.scalar(query.where(*wanted)) or 0


def get_job(job_id: int) -> Job:
    """A job; not found otherwise."""
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound
    return job


def problem_of(job: Job) -> Mapping[str, Any]:
    """Why a job failed: a code, and perhaps who gave it up or the name of the error; never a text of the error."""
    return dict(json.loads(job.problem)) if job.problem else {}


def find_reload() -> Job | None:
    """The newest job that loads the sample again."""
    return db.session.scalar(select(Job).where(Job.kind == RELOAD).order_by(Job.id.desc()).limit(1))
