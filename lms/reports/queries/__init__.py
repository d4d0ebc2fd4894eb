from __future__ import annotations

import json

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from lms.foundation.db import db
from lms.kit.ordering import Order
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.reports.core.schedule import Reached
from lms.reports.models import Delivery, ReportRun

NEWEST = Order("asked", True)


SORTS = ("-asked",)
"""The one column by which reports sort: the newest first, or the oldest."""


def list_runs(person_id: int, asked: int = 1, order: Order = NEWEST) -> tuple[list[ReportRun], Page]:
    """A page of the reports that a person asked for."""
    own = ReportRun.person_id == person_id
    page = Page.of(db.session.scalars(select(func.count()).select_from(ReportRun).where(own)).one(), asked)
    query = select(ReportRun).where(own).options(joinedload(ReportRun.job))
    in_time = ReportRun.asked_at, ReportRun.id
    in_order = query.order_by(*(column.desc() for column in in_time) if order.is_backwards else in_time)
    return list(db.session.scalars(in_order.limit(page.size).offset(page.offset))), page


def get_run(person_id: int, public_id: str) -> ReportRun:
    """A report that a person asked for or was sent; not found when it is somebody else's."""
    sent = select(Delivery.run_id).where(Delivery.person_id == person_id, Delivery.reached != Reached.REFUSED)
    theirs = or_(ReportRun.person_id == person_id, ReportRun.id.in_(sent))
    query = select(ReportRun).where(ReportRun.public_id == public_id, theirs)
    run = db.session.scalar(query.options(joinedload(ReportRun.job)))
    if run is None:
        raise NotFound
    return run


def failure(run: ReportRun) -> str:
    """The code of what kept a report from being made; empty while nothing has."""
    problem = run.job.problem if run.job is not None else None
    return str(json.loads(problem)["code"]) if problem else ""
