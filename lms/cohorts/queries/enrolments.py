"""In which cohorts people are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, joinedload

from lms.accounts.models import Person
from lms.cohorts.core.enrolment import is_in_training, training_now
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation.db import db
from lms.sites.models import Site


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


def list_free(people: Select[Person], now: datetime) -> list[Person]:
    """Those of these people who are in no cohort that has not gone live, in their order."""
    place = aliased(Site)
    stays = (Enrolment.person_id == Person.id) & Enrolment.left_at.is_(None)
    query = people.outerjoin(Enrolment, stays).outerjoin(Cohort, Cohort.id == Enrolment.cohort_id)
    query = query.outerjoin(place, place.id == Cohort.site_id).add_columns(Cohort.go_live_on, place.zone_name)
    is_free: dict[Person, bool] = {}
    for row in db.session.execute(query):
        is_in = row.go_live_on is not None
        trains = is_in and is_in_training(row.go_live_on, now.astimezone(ZoneInfo(row.zone_name)).date())
        is_free[row.Person] = is_free.get(row.Person, True) and not trains
    return [person for person, free in is_free.items() if free]


def _enrolled(person_ids: Collection[int]) -> Select[int, Cohort]:
    return (
        select(Enrolment.person_id, Cohort)
        .join(Enrolment.cohort)
        .where(Enrolment.person_id.in_(list(person_ids)), Enrolment.left_at.is_(None))
        .options(joinedload(Cohort.site), joinedload(Cohort.template))
        .order_by(Cohort.go_live_on, Cohort.code)
    )
