"""The daily mail: what is new in somebody's inbox, in their language, as text and as simple HTML that say the same.

It holds no scores, no answers and no names of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.accounts.models import Person
from lms.foundation import locale, notices
from lms.notifications.models import Notice

MOST = 12
"""So many stand in a mail; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as it goes into the outbox."""

    subject: str
    plain_body: str
    html_body: str


@dataclass(frozen=True, slots=True)
class Entry:
    sentence: str
    href: str
    parts: Sequence[str] = ()


def write(person: Person, day: date, news: Sequence[Notice]) -> Written:
    """Write the daily mail of a person."""
    base, zone = current_app.config["KIJUN"].public_url, ZoneInfo(person.zone_name)
    with locale.speaking(person.locale):
        entries = [
            Entry(
                notices.sentence(notice.kind, notice.facts, zone),
                base + notices.path(notice.kind, notice.facts),
                notices.parts(notice.facts, zone),
            )
            for notice in news[:MOST]
        ]
        count = len(news)
        title = ngettext("%(num)d new notice", "%(num)d new notices", count)
        subject = _("Kijun, %(day)s: %(title)s", day=locale.day(day), title=title)
        further = count - len(entries)
        more = (
            ngettext("And %(num)d more in your inbox.", "And %(num)d more in your inbox.", further) if further else ""
        )
        inbox, settings = base + _path("notices.index"), base + _path("profile.edit")
        heading = _("%(title)s for %(day)s", title=title, day=locale.day(day, pattern="long_day"))
        why = _why(person)
        plain = [heading, "", *(_plain(entry) for entry in entries)]
        plain += [*([more, ""] if more else []), _("Open your inbox"), inbox, "", "-- ", why]
        plain += [_("Change mail settings"), settings]  # a link begins its line, or mail programs do not see it
        html = render_template(
            "notifications/mail_digest.html",
            **{"heading": heading, "entries": entries, "more": more, "inbox": inbox, "why": why, "settings": settings},
        )
    return Written(subject, "\n".join(plain) + "\n", html)


def _plain(entry: Entry) -> str:
    return "\n".join([f"- {entry.sentence}", *(f"  - {part}" for part in entry.parts), f"  {entry.href}", ""])


def _why(person: Person) -> str:
    if person.wants_digest:
        return str(_("You get this because there is something new for you in Kijun. At most one mail a day."))
    return str(_("You get this because something is due. Other news stays in your inbox."))


def _path(endpoint: str) -> str:
    return str(current_app.url_map.bind("localhost").build(endpoint))
