"""Roll calls: which sessions of a cohort can be called, and one roll, saved person by person or as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import queries as people
from lms.cohorts import phrases, queries
from lms.cohorts.actions import attendance
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.roll_call import (
    CODE_LIFE,
    MOST_NOTE,
    Entry,
    code_from,
    count_by_status,
    entry_from,
    late_from,
    may_be_closed,
    seconds_left,
    takes_code,
)
from lms.cohorts.forms import ReopenForm
from lms.cohorts.models import TrainingSession
from lms.cohorts.queries.attendance import Row, list_called, list_roll
from lms.cohorts.queries.away import list_away, load_away
from lms.cohorts.queries.sessions import get_session
from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.foundation.locale import clock_time, day
from lms.kit.problems import Conflict

AHEAD = timedelta(days=7)
"""So far ahead the list of rolls says who will be on leave."""
MISSED = {AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED}
"""The marks of those who need a make-up class."""

blueprint = Blueprint("roll_call", __name__, template_folder="../templates")


@dataclass(frozen=True, slots=True)
class ShownCode:
    """The code of a room as it is shown, and for how many seconds more."""

    digits: str
    left: int

    @property
    def percent(self) -> int:
        return self.left * 100 // CODE_LIFE


@dataclass
class Sent:
    """A roll as it was sent: what its sender has seen, what they want, and what is wrong with whose row, by code."""

    seen: dict[str, Entry] = field(default_factory=dict)
    wanted: dict[str, Entry] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    rest: bool = False


@blueprint.get("/cohorts/<code>/roll-calls")
@policy("attendance.write")
def index(code: str) -> str:
    cohort = queries.get_cohort(access(), code)
    now, zone = clock.now(), ZoneInfo(cohort.site.zone_name)
    called, part = list_called(cohort, now, request.args.get("page", 1, type=int))
    today = now.astimezone(zone).date()
    members = queries.list_members(cohort)
    concerned = {person.id: person for person in [*members, *queries.list_trainers(cohort)]}
    away = list_away(concerned, today, today + AHEAD)
    return render_template(
        "cohorts/roll_calls.html",
        cohort=cohort,
        called=called,
        part=part,
        people=len(members),
        away=[(concerned[key], *span) for key, span in away],
        named=people.load_named(key for key, _span in away),
        today=today,
        at=now,
        zone=zone,
        phrases=phrases,
    )


@blueprint.route("/cohorts/<code>/sessions/<session>/roll-call", methods=["GET", "POST"])
@policy("attendance.write")
def show(code: str, session: str) -> ResponseReturnValue:
    """One roll. Whoever marks over somebody else sees both; a script sends single rows and gets them back."""
    found = get_session(queries.get_cohort(access(), code), session)
    if request.method != "POST":
        return roll_page(found)
    rows = {row.person.code: row for row in list_roll(found)}
    sent = _sent(rows)
    if sent.faults:
        return roll_page(found, sent), 422
    try:
        now_marked = attendance.mark(found, sent.seen, sent.wanted, by=current_user, rest=sent.rest)
    except Conflict as problem:
        return roll_page(found, sent, problem), problem.status
    if request.accept_mimetypes.best == "application/json":
        return _answer(found, {code: row for code, row in now_marked.items() if code in sent.wanted}, now_marked)
    if "close" in request.form:
        return redirect(url_for("roll_call.close", code=code, session=session))
    flash(_("Roll saved."))
    return redirect(url_for("roll_call.show", code=code, session=session))


def _sent(rows: Mapping[str, Row]) -> Sent:
    """The rows that the request holds; those that it does not are left alone."""
    sent = Sent(rest="rest" in request.form)
    for code in rows:
        if f"seen.{code}" not in request.form:
            continue
        status = request.form.get(f"status.{code}", "")
        note = " ".join(request.form.get(f"note.{code}", "").split())
        sent.seen[code] = entry_from(request.form[f"seen.{code}"])
        is_known = status in set(AttendanceStatus)
        sent.wanted[code] = Entry(AttendanceStatus(status) if is_known else None, note)
        if status and not is_known:
            sent.faults[code] = _("Choose one of the options.")
        elif len(note) > MOST_NOTE:
            sent.faults[code] = _("Enter at most %(max)d characters.", max=MOST_NOTE)
        elif note and not status and not sent.rest:
            sent.faults[code] = _("Mark who was there: a note alone is not kept.")
    return sent


def shown_code(session: TrainingSession) -> ShownCode | None:
    """The code of this minute; None while none is taken."""
    now = clock.now()
    if not takes_code(session.kind, session.starts_at, session.ends_at, now):
        return None
    if attendance.why_closed(session) is not None or attendance.find_closed(session) is not None:
        return None
    return ShownCode(attendance.room_code(session, now), seconds_left(now))


def roll_page(
    session: TrainingSession,
    sent: Sent | None = None,
    problem: Conflict | None = None,
    *,
    reopening: ReopenForm | None = None,
) -> str:
    """The roll; one that was sent and is not taken stands on it again, to be saved over what is saved now."""
    now, zone = clock.now(), ZoneInfo(session.cohort.site.zone_name)
    rows = list_roll(session)
    away = load_away(session, [row.person.id for row in rows])
    closed = attendance.why_closed(session)
    missed = set(problem.facts.get("codes", ())) if problem else set()
    shown = {row.person.code: row.entry for row in rows}
    if sent is not None:
        untouched = {code for code, entry in sent.wanted.items() if entry.is_same(sent.seen[code])}
        shown |= {code: entry for code, entry in sent.wanted.items() if code not in untouched}
    roll = attendance.find_closed(session)
    return render_template(
        "cohorts/roll_call.html",
        cohort=session.cohort,
        session=session,
        rows=rows,
        named=people.load_named(row.person.id for row in rows),
        shown=shown,
        said={row.person.code: _said(row, session, zone, away.get(row.person.id)) for row in rows},
        away=sum(row.mark is None and row.person.id in away for row in rows),
        faults=sent.faults if sent else {},
        missed=missed,
        problem=sentence(problem) if problem else None,
        closed=sentence(closed) if closed else None,
        counts=count_by_status(row.entry.status for row in rows),
        saved_at=max((row.mark.marked_at for row in rows if row.mark), default=None),
        room_code=shown_code(session),
        closing=roll,
        closer=roll.closer if roll else None,
        may_close=closed is None and roll is None and may_be_closed(session.kind, session.starts_at, now),
        may_reopen=attendance.may_reopen(session, current_user),
        reopening=reopening or ReopenForm(formdata=MultiDict()),
        code_from=code_from(session.starts_at),
        late_from=late_from(session.starts_at),
        is_over=session.ends_at <= now,
        absent=[row.person for row in rows if row.entry.status in MISSED],
        by_code=sum(row.is_by_code for row in rows),
        most_note=MOST_NOTE,
        zone=zone,
        phrases=phrases,
    )


def _answer(session: TrainingSession, rows: Mapping[str, Row], roll: Mapping[str, Row]) -> ResponseReturnValue:
    """What the script needs to go on: each row as it is saved now, the counts, and the time of saving."""
    zone = ZoneInfo(session.cohort.site.zone_name)
    counts = count_by_status(row.entry.status for row in roll.values())
    return jsonify(
        saved=clock_time(clock.now(), zone, seconds=True),
        rows={code: {"seen": row.entry.as_text(), "said": _said(row, session, zone)} for code, row in rows.items()},
        counts=render_template("cohorts/roll_counts.html", counts=counts, phrases=phrases),
    )


def _said(row: Row, session: TrainingSession, zone: ZoneInfo, away_until: date | None = None) -> str:
    """By whom somebody was marked and when; the day only when it was another one than that of the session."""
    if row.mark is None:
        return str(_("on leave until %(day)s", day=day(away_until)) if away_until else _("not marked yet"))
    at = row.mark.marked_at
    when = clock_time(at, zone)
    if at.astimezone(zone).date() != session.starts_at.astimezone(zone).date():
        when = f"{day(at, zone)} {when}"
    if row.is_by_code:
        return str(_("code %(time)s", time=when))
    return str(_("%(who)s, %(time)s", who=row.marker, time=when)) if row.marker else when
