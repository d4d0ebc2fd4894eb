"""Tells leads, a day after the end, how many of their people are late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.accounts.core.roles import Role
from lms.accounts.models import Person, RoleGrant
from lms.campaigns.core.progress import State
from lms.campaigns.models import CampaignPlace, CampaignRun
from lms.campaigns.queries.board import Member, list_members
from lms.cohorts.models import Cohort, CohortTrainer, Enrolment
from lms.foundation import clock, notices
from lms.foundation.db import db
from lms.quizzes.core.reminders import LEAD_AFTER, reminders_from
from lms.quizzes.models import Assignment

LATE, ASSIGNMENT_LATE = "campaign.late", "assignment.late"
TOLD_WITHIN = timedelta(days=2)


def tell_leads() -> None:
    """Tell trainers of their cohorts and managers of their vendors; who was told already is not told again."""
    now = clock.now()
    for assignment, run in _just_over(now):
        reminders = reminders_from(assignment.reminders)
        if not reminders.is_for_lead(now, assignment.due_at):
            continue
        late = [member for member in list_members([assignment.id], now) if member.state is State.LATE]
        if run is None:
            if late and assignment.created_by is not None:
                facts = {"quiz_text": assignment.quiz.title_text, "assignment_id": assignment.id}
                notices.tell(
                    ASSIGNMENT_LATE, str(assignment.id), [assignment.created_by], anew=False, count=len(late), **facts
                )
            continue
        for lead, count in _leads(late).items():
            facts = {"title_text": run.campaign.title_text, "code": run.campaign.code, "period": run.period}
            notices.tell(LATE, str(assignment.id), [lead], anew=False, count=count, **facts)


def _just_over(now: datetime) -> Iterable[tuple[Assignment, CampaignRun | None]]:
    query = (
        select(Assignment, CampaignRun)
        .outerjoin(CampaignPlace, CampaignPlace.assignment_id == Assignment.id)
        .outerjoin(CampaignRun, CampaignRun.id == CampaignPlace.run_id)
        .where(
            Assignment.reminders.is_not(None),
            Assignment.due_at <= now - LEAD_AFTER,
            Assignment.due_at > now - LEAD_AFTER - TOLD_WITHIN,
            Assignment.ended_at.is_(None),
        )
    )
    return [(assignment, run) for assignment, run in db.session.execute(query.order_by(Assignment.id))]


def _leads(late: Iterable[Member]) -> Mapping[int, int]:
    """How many of these people each lead has."""
    people = {member.person.id: member.person for member in late}
    found: Counter[int] = Counter()
    trainers = select(CohortTrainer.person_id, Enrolment.person_id)
    trainers = trainers.join(Cohort, Cohort.id == CohortTrainer.cohort_id).join(
        Enrolment, Enrolment.cohort_id == Cohort.id
    )
    pairs = {
        (lead, person)
        for lead, person in db.session.execute(
            trainers.where(Enrolment.left_at.is_(None), Enrolment.person_id.in_(list(people)))
        )
    }
    managers = select(Person.id, Person.vendor_id).join(RoleGrant, RoleGrant.person_id == Person.id)
    for lead, vendor_id in db.session.execute(
        managers.where(RoleGrant.role == Role.VENDOR_MANAGER, RoleGrant.revoked_at.is_(None))
    ):
        pairs |= {(lead, person.id) for person in people.values() if person.vendor_id == vendor_id}
    found.update(lead for lead, _person in pairs)
    return found
