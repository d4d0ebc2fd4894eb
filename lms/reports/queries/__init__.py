from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from lms.cohorts.models import Cohort
from lms.foundation.db import db
from lms.kit.ordering import Order
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.quizzes.models import Quiz
from lms.reports.models import ReportRun

NEWEST = Order("asked", True)


@dataclass(frozen=True, slots=True)
class Names:
    """What the quizzes and cohorts of reports are called, by code."""

    quizzes: Mapping[str, Mapping[str, str]]
    cohorts: Mapping[str, Mapping[str, str]]


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


def load_names(runs: Sequence[ReportRun]) -> Names:
    """The names of what these reports are about."""
    named = (
        (Quiz.code, Quiz.title_text, {run.request["quiz"] for run in runs}),
        (Cohort.code, Cohort.name_text, {run.request["cohort"] for run in runs}),
    )
    of_quizzes, of_cohorts = (
        {row[0]: row[1] for row in db.session.execute(select(column, name).where(column.in_(codes)))}
        for column, name, codes in named
    )
    return Names(of_quizzes, of_cohorts)


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
