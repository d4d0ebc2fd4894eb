"""Reports that come again: whose they are, who may get them, when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts.models import Person, RoleGrant
from lms.cohorts.queries import load_calendar
from lms.foundation.access import roles_for
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.reports.access import may_make, may_read, reach_of
from lms.reports.core.schedule import Rule, moments, rule_from
from lms.reports.models import Delivery, ReportRun, ReportSchedule, ScheduleRecipient, Sending
from lms.sites.models import Site

SHOWN = 3
TURNS = 6
PATTERNS = 30
"""So many of somebody's reports are offered as the pattern of a schedule."""


def list_schedules(person_id: int) -> list[ReportSchedule]:
    """The schedules of a person that have not ended, the next one first."""
    query = select(ReportSchedule).where(ReportSchedule.person_id == person_id, ReportSchedule.ended_at.is_(None))
    with_people = selectinload(ReportSchedule.recipients)
    in_order = query.order_by(ReportSchedule.next_at.is_(None), ReportSchedule.next_at, ReportSchedule.id)
    return list(db.session.scalars(in_order.options(with_people)))


def get_schedule(person_id: int, public_id: str) -> ReportSchedule:
    """A schedule of a person; not found when it is somebody else's."""
    query = select(ReportSchedule).where(ReportSchedule.public_id == public_id, ReportSchedule.person_id == person_id)
    people = selectinload(ReportSchedule.recipients).joinedload(ScheduleRecipient.person)
    schedule = db.session.scalar(query.options(people, joinedload(ReportSchedule.site)))
    if schedule is None:
        raise NotFound
    return schedule


def list_candidates(owner: Person, actions: Sequence[str]) -> list[Person]:
    """Who may get a report that somebody has made for them: whoever may make it, and reaches as far.

    ``actions`` are what the report draws on, the first one that of its kind.
    """
    action, reach = actions[0], reach_of(owner, actions)
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(roles_for(action)), RoleGrant.revoked_at.is_(None))
    query = select(Person).where(Person.id.in_(held), Person.deactivated_at.is_(None)).order_by(Person.code)
    found = db.session.scalars(query.options(selectinload(Person.grants)))
    return [one for one in found if may_make(one, action) and may_read(one, reach)]


def list_patterns(person_id: int) -> list[ReportRun]:
    """The newest reports of a person, from which a schedule may take kind and options."""
    query = select(ReportRun).where(ReportRun.person_id == person_id, ReportRun.sending_id.is_(None))
    return list(db.session.scalars(query.order_by(ReportRun.id.desc()).limit(PATTERNS)))


def list_turns(schedule_id: int) -> list[Sending]:
    """The last turns of a schedule, with whom they reached."""
    query = select(Sending).where(Sending.schedule_id == schedule_id).order_by(Sending.due_at.desc()).limit(TURNS)
    people = selectinload(Sending.deliveries).joinedload(Delivery.person)
    return list(db.session.scalars(query.options(people, selectinload(Sending.runs).joinedload(ReportRun.job))))


def load_next(rule: Rule, site: Site, after: datetime, count: int = SHOWN) -> list[datetime]:
    """When a rule is due next, by the working days of a site."""
    return list(islice(moments(rule, load_calendar(site, after.date()), after), count))


def load_next_of(schedule: ReportSchedule, after: datetime) -> Sequence[datetime]:
    """When a schedule is due next, as if it were not paused."""
    return load_next(rule_from(schedule.rule), schedule.site, after)
