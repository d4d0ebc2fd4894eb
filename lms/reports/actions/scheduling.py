"""Reports that come again: planning, changing, pausing, ending, and opening the turns that are due."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.foundation.jobs import JobState
from lms.kit.ids import public_id
from lms.kit.problems import Conflict, Invalid, Problem
from lms.reports import actions
from lms.reports.access import may_make, reader_of
from lms.reports.catalogue import REPORTS, titles
from lms.reports.core import schedule as core
from lms.reports.core.schedule import Rule, SendingState, rule_from
from lms.reports.core.scope import People
from lms.reports.models import ReportRun, ReportSchedule, ScheduleRecipient, Sending
from lms.reports.queries import schedules
from lms.sites.models import Site

MOST_AT_ONCE = 20
MOST_RECIPIENTS = 100
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Plan:
    """When a report is made, by whose working days, and who gets it in which language, by the ids of people."""

    rule: Rule
    site: Site
    recipients: Mapping[int, str]


def create(pattern: ReportRun, plan: Plan, *, by: Person) -> ReportSchedule:
    """Have a report made again and again with the kind and the options of one that was made."""
    request, now = _lasting(pattern, by), clock.now()
    _check(plan, by, pattern.kind, request)
    schedule = ReportSchedule(
        public_id=public_id(secrets.token_bytes(16)),
        owner=by,
        kind=pattern.kind,
        request=request,
        created_at=now,
    )
    _apply(schedule, plan, now)
    db.session.add(schedule)
    db.session.flush()
    _note("report.schedule", schedule, by)
    return schedule


def change(schedule: ReportSchedule, plan: Plan, *, revision: int, by: Person) -> None:
    """Let the turns to come follow another plan."""
    _lock(schedule, revision)
    _check(plan, by, schedule.kind, schedule.request)
    _apply(schedule, plan, clock.now())
    schedule.revision += 1
    db.session.flush()
    _note("report.schedule_change", schedule, by)


def _lasting(pattern: ReportRun, by: Person) -> dict[str, Any]:
    """The options of a report without what belongs to the one time that it was made."""
    kind, asked = REPORTS[pattern.kind], actions.request_of(pattern)
    about = {name: "" if name in kind.turning else value for name, value in asked.about.items()}
    title = titles(replace(asked, about=about), reader_of(by, kind.action))
    of_once = {"by", "zone", "reach", "title", *about}
    kept = {name: value for name, value in pattern.request.items() if name not in of_once}
    return {**kept, **about, "title": title}


def _check(plan: Plan, owner: Person, kind: str, request: Mapping[str, Any]) -> None:
    core.checked(plan.rule)
    drawn_on = REPORTS[kind].draws_on(People(request.get("people", People.NONE)))
    allowed = {person.id for person in schedules.list_candidates(owner, drawn_on)}
    if not plan.recipients:
        raise Invalid("schedule.no_recipient", field="whom")
    if len(plan.recipients) > MOST_RECIPIENTS or not plan.recipients.keys() <= allowed:
        raise Invalid("schedule.recipients", field="whom")


def _apply(schedule: ReportSchedule, plan: Plan, now: datetime) -> None:
    schedule.rule, schedule.site = plan.rule.as_json(), plan.site
    kept = {one.person_id: one for one in schedule.recipients}
    for person_id, locale in plan.recipients.items():
        if person_id in kept:
            kept[person_id].locale = locale
        else:
            schedule.recipients.append(ScheduleRecipient(person_id=person_id, locale=locale))
    for person_id in kept.keys() - plan.recipients.keys():
        schedule.recipients.remove(kept[person_id])
    if schedule.paused_at is None:
        schedule.next_at = schedules.load_next(plan.rule, plan.site, now, 1)[0]


def pause(schedule: ReportSchedule, *, is_back: bool, revision: int, by: Person) -> None:
    """Let a schedule rest, or go on from its next turn; what was due meanwhile is left out."""
    if (schedule.paused_at is None) == is_back:
        return
    _lock(schedule, revision)
    schedule.paused_at = None if is_back else clock.now()
    schedule.next_at = schedules.load_next_of(schedule, clock.now())[0] if is_back else None
    schedule.revision += 1
    db.session.flush()
    _note("report.schedule_pause", schedule, by, is_back=is_back)


def end(schedule: ReportSchedule, *, revision: int, by: Person) -> None:
    """Let a schedule have no turn any more; what was made is kept for its time."""
    if schedule.ended_at is not None:
        return
    _lock(schedule, revision)
    schedule.ended_at, schedule.next_at = clock.now(), None
    schedule.revision += 1
    db.session.flush()
    _note("report.schedule_end", schedule, by)


def send_now(schedule: ReportSchedule, *, by: Person) -> Sending:
    """Make and send it once more, beside its turns. Raises ``Conflict`` while it is being made."""
    hold(schedule)
    if schedule.ended_at is not None:
        raise Conflict("schedule.ended")
    under_way = Sending.schedule_id == schedule.id, Sending.state == SendingState.MAKING
    if db.session.scalar(select(Sending.id).where(*under_way).limit(1)) is not None:
        raise Conflict("schedule.under_way")
    _note("report.schedule_send", schedule, by)
    return _open(schedule, clock.now())


def _lock(schedule: ReportSchedule, revision: int) -> None:
    hold(schedule)
    if schedule.revision != revision or schedule.ended_at is not None:
        raise Conflict("schedule.changed")


def _note(action: str, schedule: ReportSchedule, by: Person, **facts: Any) -> None:
    name = f"{schedule.kind} {schedule.public_id}"
    journal.record(action, actor=by.code, object=name, chain_id=by.vendor_id, **facts)


def open_due() -> int:
    """Open the turns whose time has come, and move each schedule on; gives how many.

    Both happen in one transaction, and a turn is unique by its moment: whoever dies here has opened none. Turns that
    were missed while nobody worked are made up for once.
    """
    now = clock.now()
    due = select(ReportSchedule).where(ReportSchedule.next_at <= now).order_by(ReportSchedule.next_at)
    locked = due.limit(MOST_AT_ONCE).with_for_update(skip_locked=True, of=ReportSchedule)
    count = 0
    for schedule in db.session.scalars(locked):
        if not may_make(schedule.owner, REPORTS[schedule.kind].action):
            _stop(schedule, now)
            continue
        *_missed, moment = [schedule.next_at or now, *_until(schedule, now)]
        _open(schedule, moment)
        schedule.next_at = schedules.load_next_of(schedule, now)[0]
        count += 1
    db.session.flush()
    return count


def _until(schedule: ReportSchedule, now: datetime) -> list[datetime]:
    rule = rule_from(schedule.rule)
    after = schedule.next_at or now
    return [moment for moment in schedules.load_next(rule, schedule.site, after, 60) if moment <= now]


def _stop(schedule: ReportSchedule, now: datetime) -> None:
    """Pause it: who planned it may not make such a report any more."""
    schedule.paused_at, schedule.next_at = now, None
    schedule.revision += 1
    journal.record("report.schedule_pause", actor=SYSTEM, object=f"{schedule.kind} {schedule.public_id}", is_back=False)
    facts = {"title_text": schedule.request["title"], "public_id": schedule.public_id}
    notices.tell("report.schedule_stopped", schedule.public_id, [schedule.person_id], **facts)


def _open(schedule: ReportSchedule, due_at: datetime) -> Sending:
    sending = Sending(schedule=schedule, due_at=due_at, state=SendingState.MAKING)
    db.session.add(sending)
    db.session.flush()
    try:
        for language in sorted({recipient.locale for recipient in schedule.recipients}):
            actions.request_for(sending, language)
    except Problem:  # what it is about is gone, or out of reach: the turns of others are none the worse for it
        _fail(sending)
    return sending


def end_failed() -> None:
    """Give up the turns of which a report was not made, and tell who planned them."""
    query = select(Sending).where(Sending.state == SendingState.MAKING)
    for sending in db.session.scalars(query):
        states = [run.job.state for run in sending.runs if run.job is not None and run.finished_at is None]
        if JobState.FAILED not in states or {JobState.WAITING, JobState.RUNNING} & set(states):
            continue
        _fail(sending)
    db.session.flush()


def _fail(sending: Sending) -> None:
    sending.state, sending.ended_at = SendingState.FAILED, clock.now()
    schedule = sending.schedule
    facts = {"title_text": schedule.request["title"], "public_id": schedule.public_id}
    notices.tell("report.schedule_failed", str(sending.id), [schedule.person_id], **facts)
