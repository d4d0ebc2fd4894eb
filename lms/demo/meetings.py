"""Sessions beside the plans of cohorts, as they stood before anybody looked at the other calendars."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.timetable import monday_of
from lms.cohorts.models import SessionState, TrainingSession
from lms.demo.world import World
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.kit.ids import public_id

QUARTER = 15
MOST_MINUTES = 4 * 60
"""Of a session that somebody is at hand in."""


def put_on(world: World, organisation: Mapping[str, Any]) -> None:
    """Everything of the files that comes together beside a plan."""
    for entry in organisation.get("meetings", ()):
        on = world.workday(entry["in_working_days"], world.cohorts[entry["cohort"]].site.code)
        _add(world, entry, StepKind.MEETING, on, entry["starts"], entry["minutes"])
    for entry in organisation.get("at_hand", ()):
        _be_at_hand(world, entry)


def _be_at_hand(world: World, entry: Mapping[str, Any]) -> None:
    """So many hours in one week, evenly on its working days."""
    calendar = world.calendar(world.cohorts[entry["cohort"]].site.code)
    monday = monday_of(world.today) + timedelta(weeks=entry["weeks_ahead"])
    days = [day for n in range(7) if calendar.is_workday(day := monday + timedelta(days=n))]
    quarters = -(-entry["hours"] * 60 // (QUARTER * max(1, len(days) * len(entry["starts"]))))
    for day in days:
        for starts in entry["starts"]:
            _add(world, entry, StepKind.PRACTICE, day, starts, min(quarters * QUARTER, MOST_MINUTES))


def _add(world: World, entry: Mapping[str, Any], kind: StepKind, on: date, starts: str, minutes: int) -> None:
    cohort, trainer = world.cohorts[entry["cohort"]], world.people[entry["trainer"]]
    starts_at = _instant(world, on, starts, ZoneInfo(cohort.site.zone_name))
    session = TrainingSession(
        public_id=public_id(secrets.token_bytes(16)),
        cohort=cohort,
        day=0,
        kind=kind,
        title_text=entry["title"],
        detail_text={},
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        room_id=world.rooms[(cohort.site.code, entry["room"])].id if "room" in entry else None,
        trainer_id=trainer.id,
        state=SessionState.PLANNED,
        changed_at=clock.now(),
    )
    db.session.add(session)
    db.session.flush()
    name, facts = f"{cohort.code} {session.public_id}", {"starts_at": starts_at.isoformat()}
    world.note(journal.Entry("timetable.add", trainer.code, name, clock.now(), cohort.site.vendor_id, facts))


def _instant(world: World, on: date, starts: str, zone: ZoneInfo) -> datetime:
    wall = time.fromisoformat(starts)
    return world.at(on, wall.hour, wall.minute, zone=zone)
