"""A cohort's sessions as iCalendar text, in one language."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from lms.cohorts import queries
from lms.cohorts.core.feed import FeedSession, feed
from lms.cohorts.models import Cohort, SessionState
from lms.foundation.locale import localized


def cohort_feed(cohort: Cohort, locale: str) -> bytes:
    """The feed of a cohort. Times stand in the zone of its site."""
    zone = ZoneInfo(cohort.site.zone_name)
    sessions = [
        FeedSession(
            public_id=session.public_id,
            sequence=session.sequence,
            title=localized(session.title_text, locale),
            detail=localized(session.detail_text, locale),
            location=session.room.name if session.room else "",
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            zone=zone,
            changed_at=session.changed_at,
            is_cancelled=session.state == SessionState.CANCELLED,
        )
        for session in queries.list_sessions(cohort)
    ]
    return feed(localized(cohort.name_text, locale), locale, sessions)
