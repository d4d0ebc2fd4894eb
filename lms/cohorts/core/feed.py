"""The iCalendar text of a list of sessions: stable ids, wall times with their zone, no clock of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

REFRESH = timedelta(hours=1)
PURPOSE = "calendar-feed"
"""What the signed token in a feed's address is for."""


@dataclass(frozen=True, slots=True)
class FeedSession:
    """A session as the feed shows it; ``public_id`` and ``sequence`` tell a calendar what moved."""

    public_id: str
    sequence: int
    title: str
    detail: str
    location: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    changed_at: datetime
    is_cancelled: bool = False


def feed(name: str, language: str, sessions: Sequence[FeedSession]) -> bytes:
    """The feed, the same bytes for the same sessions.

    DTSTAMP is the moment of a session's last change, as RFC 5545 has it for a calendar without a METHOD.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Kijun//Training calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name, parameters={"LANGUAGE": language})
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for session in sorted(sessions, key=lambda session: (session.starts_at, session.public_id)):
        calendar.add_component(_event(session, language))
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text


def _event(session: FeedSession, language: str) -> Event:
    event = Event()
    event.add("uid", f"session-{session.public_id}@kijun")
    event.add("sequence", session.sequence)
    event.add("dtstamp", session.changed_at)
    event.add("last-modified", session.changed_at)
    event.add("dtstart", session.starts_at.astimezone(session.zone))
    event.add("dtend", session.ends_at.astimezone(session.zone))
    event.add("summary", session.title, parameters={"LANGUAGE": language})
    if session.detail:
        event.add("description", session.detail, parameters={"LANGUAGE": language})
    if session.location:
        event.add("location", session.location)
    event.add("status", "CANCELLED" if session.is_cancelled else "CONFIRMED")
    return event
