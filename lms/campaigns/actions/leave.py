"""Noting on which days people are away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from lms.accounts.models import Person
from lms.campaigns.models import Leave
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.kit.problems import Invalid
from lms.sites.core.year import today_at


def note_leave(people: Collection[Person], first_on: date, last_on: date, *, by: Person) -> int:
    """Note the leave of people; what stands already with the same first day gets this last day. Returns how many are
    new or changed.
    """
    if last_on < first_on:
        raise Invalid("leave.days", field="last_on")
    if last_on < today_at(by.zone_name, clock.now()):
        raise Invalid("leave.past", field="last_on")
    ids = [person.id for person in people]
    query = select(Leave).where(Leave.person_id.in_(ids), Leave.first_on == first_on, Leave.withdrawn_at.is_(None))
    standing = {leave.person_id: leave for leave in db.session.scalars(query.with_for_update())}
    noted = 0
    for person in people:
        leave = standing.get(person.id)
        if leave is not None and leave.last_on == last_on:
            continue
        if leave is None:
            leave = Leave(person_id=person.id, first_on=first_on)
            db.session.add(leave)
        leave.last_on, leave.noted_at, leave.noted_by = last_on, clock.now(), by.id
        noted += 1
        _record("leave.note", person, by, first_on=first_on.isoformat(), last_on=last_on.isoformat())
    db.session.flush()
    return noted


def withdraw_leave(leave: Leave, *, by: Person) -> None:
    """Somebody is not away after all, and soon excused no longer; an end that the leave has moved stays."""
    hold(leave)
    if leave.withdrawn_at is None:
        leave.withdrawn_at = clock.now()
        db.session.flush()
        _record("leave.withdraw", leave.person, by, first_on=leave.first_on.isoformat())


def _record(action: str, person: Person, by: Person, **facts: str) -> None:
    journal.record(action, actor=by.code, object=person.code, chain_id=person.vendor_id, **facts)
