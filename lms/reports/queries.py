from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.reports.models import ReportRun


def list_runs(person_id: int) -> list[ReportRun]:
    """The reports that a person asked for, the newest first."""
    query = select(ReportRun).where(ReportRun.person_id == person_id).options(joinedload(ReportRun.job))
    return list(db.session.scalars(query.order_by(ReportRun.asked_at.desc(), ReportRun.id.desc()).limit(50)))


def get_run(person_id: int, public_id: str) -> ReportRun:
    """One report of a person; not found when it is somebody else's."""
    query = select(ReportRun).where(ReportRun.public_id == public_id, ReportRun.person_id == person_id)
    run = db.session.scalar(query.options(joinedload(ReportRun.job)))
    if run is None:
        raise NotFound
    return run


def failure(run: ReportRun) -> str:
    """The code of what kept a report from being made; empty while nothing has."""
    problem = run.job.problem if run.job is not None else None
    return str(json.loads(problem)["code"]) if problem else ""
