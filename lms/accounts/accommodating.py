"""Grants a person more time in quizzes, changes that and ends it."""

from __future__ import annotations

from typing import Any

from lms.accounts import queries
from lms.accounts.core.accommodation import MoreTime, check
from lms.accounts.models import Accommodation, Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Refused
from lms.sites.core.year import today_at

PERCENT, MINUTES, ENDED = "accommodation.percent", "accommodation.minutes", "accommodation.ended"


def grant(person: Person, more: MoreTime, note: str, *, seen: int, by: Person) -> Accommodation:
    """Grant more time; what was granted before ends with it. ``seen`` is what the person had when the form was opened.

    Raises ``Conflict`` when that is another one by now, and ``Refused`` for oneself.
    """
    standing = _hold(person, seen, by)
    check(more, today_at(person.zone_name, clock.now()))
    if standing is not None:
        _end(standing, by)
    granted = Accommodation(
        person_id=person.id,
        more_percent=more.percent,
        more_minutes=more.minutes,
        first_on=more.first_on,
        last_on=more.last_on,
        note=note or None,
        granted_at=clock.now(),
        granted_by=by.id,
    )
    db.session.add(granted)
    db.session.flush()
    _record("accommodation.change" if standing else "accommodation.grant", granted, person, by)
    notices.settle(PERCENT, MINUTES, ENDED, about=person.code)
    facts: dict[str, Any] = {"first_on": more.first_on, "percent": more.percent, "minutes": more.minutes}
    notices.tell(MINUTES if more.minutes else PERCENT, person.code, [person.id], **facts)
    return granted


def end(person: Person, *, seen: int, by: Person) -> None:
    """End what stands; attempts that are open keep the time with which they began."""
    standing = _hold(person, seen, by)
    if standing is not None:
        _end(standing, by)
        _record("accommodation.end", standing, person, by)
        notices.settle(PERCENT, MINUTES, about=person.code)
        notices.tell(ENDED, person.code, [person.id])


def _hold(person: Person, seen: int, by: Person) -> Accommodation | None:
    if person.id == by.id:
        raise Refused("person.not_yourself")
    hold(person)
    standing = queries.find_accommodation(person.id)
    if (standing.id if standing else 0) != seen:
        raise Conflict("accommodation.changed")
    return standing


def _end(standing: Accommodation, by: Person) -> None:
    standing.ended_at, standing.ended_by = clock.now(), by.id
    db.session.flush()


def _record(action: str, granted: Accommodation, person: Person, by: Person) -> None:
    """How much and when; what it rests on is no business of the trail."""
    facts: dict[str, Any] = {"first_on": granted.first_on.isoformat()}
    facts |= {"minutes": granted.more_minutes} if granted.more_minutes else {"percent": granted.more_percent}
    if granted.last_on is not None:
        facts["last_on"] = granted.last_on.isoformat()
    journal.record(action, actor=by.code, object=person.code, chain_id=person.vendor_id, **facts)
