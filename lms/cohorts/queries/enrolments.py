"""In which cohorts people are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from lms.cohorts.core.enrolment import is_in_training, training_now
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.db import db


def find_cohort_of(person_id: int, now: datetime) -> Cohort | None:
    """The cohort in which a person trains now: the one that goes live next, otherwise the last that did."""
    cohorts = [cohort for _person_id, cohort in db.session.execute(_enrolled([person_id]))]
    if not cohorts:
        return None
    today = max(now.astimezone(ZoneInfo(cohort.site.zone_name)).date() for cohort in cohorts)
    towards = training_now([cohort.go_live_on for cohort in cohorts], today)
    return next(cohort for cohort in cohorts if cohort.go_live_on == towards)


def load_in_training(person_ids: Collection[int], now: datetime) -> dict[int, Cohort]:
    """The cohort of each of these people who is in one that has not gone live yet."""
    return {
        person_id: cohort
        for person_id, cohort in db.session.execute(_enrolled(person_ids))
        if is_in_training(cohort.go_live_on, now.astimezone(ZoneInfo(cohort.site.zone_name)).date())
    }


def _enrolled(person_ids: Collection[int]) -> Select[int, Cohort]:
    return (
        select(Enrolment.person_id, Cohort)
        .join(Enrolment.cohort)
        .where(Enrolment.person_id.in_(list(person_ids)), Enrolment.left_at.is_(None))
        .options(joinedload(Cohort.site), joinedload(Cohort.template))
        .order_by(Cohort.go_live_on, Cohort.code)
    )
