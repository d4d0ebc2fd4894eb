"""A go-live day that moves: what is still to come is laid anew on the working days, what has begun stays."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from lms.cohorts.core.plan import Slot, Step, slot
from lms.kit.problems import Invalid
from lms.kit.workdays import DAY, WorkCalendar

MOST_TRIES = 400
"""How many working days are tried for the earliest go-live; a plan has far fewer."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A planned session as it stands: the training day that it was given, its day and wall time at the site.

    ``has_begun`` holds for whatever cannot move any more: it has begun, or somebody has begun its quiz.
    """

    key: int
    day: int
    on: date
    starts: time
    minutes: int
    has_begun: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """From which go-live day to which one, on which calendar, at which moment at the site."""

    before: date
    after: date
    calendar: WorkCalendar
    zone: ZoneInfo
    now: datetime
    first: date | None = None
    """From which day on sessions move; None: all of them."""


def lay_anew(
    placed: Sequence[Placed], before: date, after: date, calendar: WorkCalendar, first: date | None = None
) -> dict[int, date]:
    """The new day of each session that follows the go-live day: as many training days from it as before.

    With ``first`` only what lies on that day or later moves.

    Those that have begun are left out, and those put aside by hand: on a day off, or behind the go-live day. A day that
    has become a day off since its sessions were planned is still a training day: no other day has their number.

    >>> monday, tuesday, friday = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 13)
    >>> lay_anew([Placed(1, 1, monday, time(10), 60)], tuesday, friday, WorkCalendar())
    {1: datetime.date(2026, 11, 12)}
    """
    worked = _closed_since(placed, calendar) | {before}
    found = {}
    for session in placed:
        is_training = calendar.is_workday(session.on) or session.on in worked
        if is_kept(session, first) or not is_training or session.on > before:
            continue
        span = (before - session.on).days
        days = (session.on + n * DAY for n in range(1, span + 1))
        back = sum(calendar.is_workday(on) or on in worked for on in days)
        found[session.key] = calendar.shift(after, -back) if back else after
    return found


def moves(placed: Sequence[Placed], shift: Shift) -> dict[int, Slot]:
    """When each session that moves is to be; wall times stay as they are.

    Raises ``Invalid`` on ``go_live_on`` where something would begin before now, or on a day of the plan that is held
    already; the fact ``earliest`` says which go-live is the first that is possible.
    """
    if shift.after == shift.before:
        return {}
    found = _fitting(placed, shift)
    if found is None:
        raise Invalid("cohort.go_live_too_early", field="go_live_on", earliest=_earliest(placed, shift))
    return found


def is_kept(session: Placed, first: date | None) -> bool:
    """Whether a session stays where it is: it has begun, or lies before the first day that moves."""
    return session.has_begun or (first is not None and session.on < first)


def mark(found: Mapping[int, Slot], rooms: Collection[int]) -> str:
    """What stands for these moves and changes of rooms, so that what was looked at is what is done.

    >>> mark({}, []) == mark({}, ()), mark({}, [1]) == mark({}, [2])
    (True, False)
    """
    lines = [f"{key} {moved.starts_at.isoformat()}" for key, moved in sorted(found.items())]
    return hashlib.sha256("\n".join([*lines, *map(str, sorted(rooms))]).encode()).hexdigest()[:16]


def usual_room(rooms: Sequence[int | None]) -> int | None:
    """The room that most of these sessions have, which is that of the cohort; of two alike the first.

    >>> usual_room([4, None, 5, 5]), usual_room([])
    (5, None)
    """
    return max(rooms, key=rooms.count, default=None)


def _fitting(placed: Sequence[Placed], shift: Shift) -> dict[int, Slot] | None:
    """The moves; None where one of them cannot be."""
    targets = lay_anew(placed, shift.before, shift.after, shift.calendar, shift.first)
    held = sorted(session.on for session in placed if is_kept(session, shift.first))
    found = {}
    for session in placed:
        on = targets.get(session.key, session.on)
        if on == session.on:
            continue
        span = slot(Step(session.day, session.starts, session.minutes), on, shift.zone)
        last_held = max((day for day in held if day < session.on), default=None)
        if span.starts_at <= shift.now or (last_held is not None and on <= last_held):
            return None
        found[session.key] = span
    return found


def _earliest(placed: Sequence[Placed], shift: Shift) -> date:
    """The first working day from today on to which the go-live can move."""
    day = shift.calendar.shift(shift.now.astimezone(shift.zone).date(), 0)
    for _ in range(MOST_TRIES):
        tried = replace(shift, after=day)
        if _fitting(placed, tried) is not None:
            break
        day = shift.calendar.shift(day, 1)
    return day


def _closed_since(placed: Sequence[Placed], calendar: WorkCalendar) -> set[date]:
    """The training days that have become days off since: those of a week that have a number of their own."""
    numbered: dict[int, set[date]] = {}
    for session in placed:
        numbered.setdefault(session.day, set()).add(session.on)
    alone = {on for days in numbered.values() if len(days) == 1 for on in days}
    return {on for on in alone if not calendar.is_workday(on) and on.weekday() not in calendar.weekend}
