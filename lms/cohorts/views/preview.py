"""What a shift will mean, on one screen: what moves, what clashes and what mends it, who gets which message."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.cohorts import phrases, queries
from lms.cohorts.actions import changes
from lms.cohorts.actions.messages import room_message, shift_message
from lms.cohorts.core.clashes import Booking, Clash, ClashKind, Place, free_place, to_settle
from lms.cohorts.core.stand_ins import stand_ins
from lms.cohorts.core.timetable import monday_of
from lms.cohorts.forms import SlipForm
from lms.cohorts.models import Cohort
from lms.cohorts.queries.ahead import Planned, load_ahead, planned
from lms.cohorts.queries.stand_ins import ROOM, TRAINER, list_candidates, load_bookings
from lms.cohorts.views.settle import Line, Sight, clashes_of, line_of
from lms.foundation import clock, notices
from lms.foundation.access import access_for
from lms.foundation.locale import LOCALES, speaking
from lms.kit.workdays import DAY

MOST_LINES = 12
"""So many clashes stand on the page; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A clash after a shift, and what settles it in one click: the value that the form sends, and its words."""

    kind: ClashKind
    line: Line
    value: str = ""
    label: str = ""
    note: str = ""


def swaps_of_request() -> list[tuple[str, str, int]]:
    """The trainers and rooms chosen so far: of each session its public id, what is swapped, and for which id.

    A browser sends the button that was pressed first, before what the form carries on from earlier choices.
    """
    found: dict[tuple[str, str], int] = {}
    for value in request.form.getlist("swap"):
        key, _colon, rest = value.partition(":")
        what, _colon, chosen = rest.partition(":")
        if what in {TRAINER, ROOM} and chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
            found.setdefault((key, what), int(chosen))
    return [(key, what, chosen) for (key, what), chosen in found.items()]


def check_page(
    cohort: Cohort,
    change: changes.CohortChange,
    outcome: changes.Outcome,
    form: SlipForm,
    carried: Sequence[tuple[str, Any]],
    back: str,
) -> str:
    """The page that is looked at before anything moves."""
    zone = ZoneInfo(cohort.site.zone_name)
    told = changes.concerned(cohort, outcome, current_user)
    mends = _mends(cohort, outcome)
    chosen = [(f"{key}:{what}:{value}") for key, what, value in change.swaps]
    return render_template(
        "cohorts/edit_check.html",
        cohort=cohort,
        form=form,
        change=change,
        moves_day=change.go_live_on != cohort.go_live_on,
        outcome=outcome,
        told=len(told),
        mends=mends[:MOST_LINES],
        further=max(0, len(mends) - MOST_LINES),
        is_free={kind: all(mend.kind is not kind for mend in mends) for kind in ClashKind},
        swapped=_swapped(outcome),
        messages=_messages(cohort, change, outcome, zone) if told else {},
        fields=[*carried, ("seen", outcome.mark), *(("swap", value) for value in chosen)],
        back=back,
        zone=zone,
        phrases=phrases,
    )


def _messages(
    cohort: Cohort, change: changes.CohortChange, outcome: changes.Outcome, zone: ZoneInfo
) -> dict[str, tuple[str, list[str]]]:
    """What people will read, by language, in the zone of the site."""
    moved = changes.moved_by(cohort, outcome)
    if change.go_live_on != cohort.go_live_on:
        kind, facts = shift_message(cohort, cohort.go_live_on, change.go_live_on, moved)
    else:
        kind, facts = room_message(cohort, outcome.room_id, moved)
    found = {}
    for language in LOCALES:
        with speaking(language):
            found[language] = notices.preview(kind, zone, **facts)
    return found


def _swapped(outcome: changes.Outcome) -> list[tuple[Any, str]]:
    """The sessions that get somebody else or another room on the way, with whom or which."""
    rooms = {room.id: room.name for s in outcome.sessions[:1] for room in s.cohort.site.rooms}
    named = people.load_named(person.id for person in outcome.swaps.people.values())
    found = []
    for session in outcome.changed:
        person, room = outcome.swaps.people.get(session.id), outcome.swaps.rooms.get(session.id)
        if person is not None:
            found.append((session, person.name if person.id in named else person.code))
        if room is not None:
            found.append((session, rooms[room]))
    return found


def _mends(cohort: Cohort, outcome: changes.Outcome) -> list[Mend]:
    """What there will be to settle among the sessions that change, in order of time, each with what is free.

    Where nothing is free, what is settled together stands there once.
    """
    if not outcome.changed:
        return []
    found = _afterwards(cohort, outcome)
    keys = {session.id for session in outcome.changed}
    clashes = [
        clash
        for clash in clashes_of(found.values(), clock.now(), cohort.id)
        if any(booking.key in keys for booking in clash.bookings)
    ]
    candidates = list_candidates(cohort) if any(clash.kind is ClashKind.TRAINER for clash in clashes) else []
    bookings = _bookings(candidates, found)
    trainers = {planned.booking.trainer for planned in found.values()} - {None}
    named = people.load_named({*(p.id for p in candidates), *(key for key in trainers if key)}) if clashes else ()
    sight = Sight(found, named, {cohort.id: candidates})

    def mend(clash: Clash) -> Mend:
        return _mend(cohort, clash, sight, candidates, bookings, keys)

    stuck = {id(clash) for clash in clashes if not mend(clash).value}
    once = [*(c for c in clashes if id(c) not in stuck), *to_settle(c for c in clashes if id(c) in stuck)]
    return [mend(clash) for clash in sorted(once, key=lambda clash: clash.booking.starts_at)]


def _afterwards(cohort: Cohort, outcome: changes.Outcome) -> dict[int, Planned]:
    """The sessions of the site around those that change, as they will be."""
    zone = ZoneInfo(cohort.site.zone_name)
    spans = {s.id: outcome.moves.get(s.id) or s for s in outcome.changed}
    days = [moment.starts_at.astimezone(zone).date() for moment in [*outcome.changed, *spans.values()]]
    first, last = monday_of(min(days)), monday_of(max(days)) + 6 * DAY
    calendar = queries.load_calendar(cohort.site, first, last)
    rows = load_ahead(access_for("cohort.read"), first, last, cohort.id)
    found = planned(rows, {cohort.site_id: calendar}, first, last)
    rooms = {room.id: room for room in cohort.site.rooms}
    for session in outcome.changed:
        if session.id not in found:
            continue
        span, before = spans[session.id], found[session.id]
        on = span.starts_at.astimezone(zone).date()
        room = rooms.get(outcome.room_of(session) or 0)
        booking = replace(
            before.booking,
            on=on,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            is_closed=on in calendar.holidays,
            trainer=outcome.trainer_of(session),
            room=room.id if room else None,
            seats=room.capacity if room else None,
        )
        after = replace(before, booking=booking, room=room.name if room else None)
        who = outcome.swaps.people.get(session.id)
        found[session.id] = replace(after, trainer_code=who.code, trainer_name=who.name) if who else after
    return found


def _bookings(candidates: Sequence[Person], found: Mapping[int, Planned]) -> list[Booking]:
    """All that the candidates hold in these weeks, wherever it is, as it will be."""
    bookings = [planned.booking for planned in found.values()]
    if not candidates or not bookings:
        return bookings
    days = [booking.on for booking in bookings]
    elsewhere = load_bookings(min(days), max(days), [person.id for person in candidates])
    return [*bookings, *(booking for booking in elsewhere if booking.key not in found)]


def _mend(
    cohort: Cohort,
    clash: Clash,
    sight: Sight,
    candidates: Sequence[Person],
    bookings: Collection[Booking],
    keys: Collection[int],
) -> Mend:
    """A clash with the first thing that is free, for the session of this cohort that moves into it."""
    line = line_of(clash, sight, {}, cohort.id)
    for booking in reversed(clash.bookings):
        if booking.key not in keys or booking.cohort != cohort.id:
            continue
        public_id = sight.sessions[booking.key].public_id
        if clash.kind is ClashKind.TRAINER:
            person = stand_in(cohort, booking, candidates, bookings)
            if person is not None:
                who = person.name if person.id in sight.named else person.code
                is_new = all(trainer.person_id != person.id for trainer in cohort.trainers)
                note = _("They will train this cohort from then on.") if is_new else ""
                return Mend(
                    clash.kind, line, f"{public_id}:{TRAINER}:{person.id}", _("Swap with %(who)s", who=who), note
                )
        elif clash.kind in {ClashKind.ROOM, ClashKind.SEATS}:
            rooms = sorted(
                (r for r in cohort.site.rooms if r.retired_at is None), key=lambda room: (room.capacity, room.name)
            )
            key = free_place(booking, [Place(r.id, r.capacity) for r in rooms], bookings, lambda other: other.room)
            if key is not None:
                name = next(room.name for room in rooms if room.id == key)
                return Mend(clash.kind, line, f"{public_id}:{ROOM}:{key}", _("Use %(room)s", room=name))
    return Mend(clash.kind, line, note=str(phrases.NOTHING_FREE.get(clash.kind, "")))


def stand_in(
    cohort: Cohort, booking: Booking, candidates: Sequence[Person], bookings: Collection[Booking]
) -> Person | None:
    """Who can hold a session instead: a trainer of the cohort, or one of the site who speaks the same language."""
    own = {trainer.person_id for trainer in cohort.trainers}
    spoken = {person.locale for person in candidates if person.id == booking.trainer}
    fitting = {p.id: p for p in candidates if p.id in own or not spoken or p.locale in spoken}
    found = stand_ins(booking, list(fitting), bookings)
    return fitting[found[0]] if found else None
