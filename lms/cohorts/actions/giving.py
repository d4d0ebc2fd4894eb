"""Giving quizzes to audiences; what stands on a cohort's calendar moves and ends with its window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.cohorts.models import SessionState
from lms.cohorts.queries import audiences, load_calendar, load_progress
from lms.foundation import clock
from lms.foundation.db import db
from lms.kit.problems import Invalid
from lms.quizzes import actions as quizzes
from lms.quizzes.core.audience import Audience
from lms.quizzes.core.excuse import MAKE_UP_DAYS
from lms.quizzes.core.reminders import Reminders
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Assignment, Quiz
from lms.quizzes.queries import load_current_versions
from lms.sites.models import Site


def give(
    quiz: Quiz,
    audience: Audience,
    people: Collection[Person],
    *,
    opens_at: datetime,
    due_at: datetime,
    zone_name: str,
    by: Person,
    reminders: Reminders | None = None,
) -> Assignment:
    """Give a quiz to single people or to everybody who is now of a site, a vendor or a role."""
    if not people:
        raise Invalid("assignment.nobody", field="audience")
    if due_at <= clock.now():
        raise Invalid("assignment.over", field="due_at")
    ids = [person.id for person in people]
    return quizzes.assign(
        quiz,
        ids,
        opens_at=opens_at,
        due_at=due_at,
        zone_name=zone_name,
        by=by,
        audience=audience,
        reminders=reminders,
    )


def excuse(assignment: Assignment, people: Collection[Person], *, reason: str, until: date | None, by: Person) -> int:
    """Excuse people; those who come back have some working days of their site from then on, if that is later."""
    count = 0
    zone = ZoneInfo(assignment.zone_name)
    due = assignment.due_at.astimezone(zone)
    by_site: dict[Site, list[int]] = defaultdict(list)
    for person in people:
        by_site[person.site].append(person.id)
    for site, ids in by_site.items():
        due_at = None
        if until is not None:
            last_on = load_calendar(site, until).shift(until, MAKE_UP_DAYS)
            due_at = datetime.combine(last_on, due.time(), tzinfo=zone)
        count += quizzes.excuse(assignment, ids, reason=reason, until=until, due_at=due_at, by=by)
    return count


def change_window(assignment: Assignment, *, opens_at: datetime, due_at: datetime, revision: int, by: Person) -> None:
    """Move the window of an assignment, and with it the session on the cohort's calendar."""
    if not quizzes.change_window(assignment, opens_at=opens_at, due_at=due_at, revision=revision, by=by):
        return
    session = audiences.find_session(assignment)
    if session is None:
        return
    version = load_current_versions([assignment.quiz_id])[assignment.quiz_id]
    session.day = load_progress([session.cohort], opens_at)[session.cohort_id].day
    session.starts_at = opens_at
    session.ends_at = min(opens_at + timedelta(minutes=rules_from(version.rules).minutes), due_at)
    session.sequence += 1
    session.changed_at = clock.now()
    db.session.flush()


def end(assignment: Assignment, *, revision: int, by: Person) -> None:
    """End an assignment before its time; its session is off the calendar when it was still to come."""
    quizzes.end(assignment, revision=revision, by=by)
    session = audiences.find_session(assignment)
    now = clock.now()
    if session is not None and session.starts_at > now:
        session.state = SessionState.CANCELLED
        session.sequence += 1
        session.changed_at = now
        db.session.flush()
