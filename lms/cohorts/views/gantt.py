"""The list of cohorts: their tracks below one another, how the people of each stand, found by state.

Below it the weeks ahead: the hours of trainers beside the limit, and what collides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import render_template, request

from lms.accounts import queries as people
from lms.cohorts import phrases, queries
from lms.cohorts.core.forecast import forecast
from lms.cohorts.core.gantt import Stretch, scale_for
from lms.cohorts.core.load import MOST_MINUTES, Load, loads, weeks_from
from lms.cohorts.core.readiness import POINTS_A_DAY, Standing
from lms.cohorts.models import Cohort
from lms.cohorts.queries.ahead import load_ahead, planned
from lms.cohorts.queries.board import (
    BoardState,
    Timetables,
    list_board,
    load_members,
    load_standings,
    load_timetables,
)
from lms.cohorts.views.board import blueprint
from lms.cohorts.views.settle import Line, Sight, clashes_of, hours, limit, lines, load_lines
from lms.foundation import clock, locale
from lms.foundation.access import access, policy
from lms.kit.workdays import DAY
from lms.policies import queries as policies

__all__ = ["blueprint"]


@dataclass(frozen=True, slots=True)
class Weeks:
    """The hours of trainers in the weeks ahead, and what is to be settled there."""

    mondays: list[date]
    loads: Mapping[tuple[int, date], Load]
    trainers: list[tuple[int, str]]
    """Who they are: id, and the name where it is seen, otherwise the code."""
    lines: list[Line]


@blueprint.get("/cohorts")
@policy("cohort.read")
def index() -> str:
    """By default what has not gone live; ``?state=`` running, planned or past shows those alone."""
    now = clock.now()
    today = now.astimezone(locale.zone()).date()
    word = request.args.get("state", "")
    state = BoardState(word) if word in set(BoardState) else BoardState.CURRENT
    cohorts, part = list_board(access(), state, today, now, request.args.get("page", 1, type=int))
    mondays = weeks_from(today)
    rows = load_ahead(access(), mondays[0], mondays[-1] + 6 * DAY)
    closures = queries.load_closures({cohort.site_id for cohort in cohorts} | {row.Site.id for row in rows})
    progress = queries.load_progress(cohorts, now, closures)
    members, timetables = load_members([cohort.id for cohort in cohorts]), load_timetables(cohorts, now)
    on = [cohort for cohort in cohorts if cohort.called_off_at is None]
    running = [cohort for cohort in on if 0 < progress[cohort.id].day < progress[cohort.id].day_count]
    in_force = policies.load_in_force(now).values()
    training = [person_id for cohort in running for person_id in members[cohort.id]]
    read = policies.load_acknowledged_pairs(training, [version.id for version in in_force])
    standings = load_standings(running, members, progress, in_force, set(read), timetables, now)
    trainers = {cohort.id: [trainer.person for trainer in cohort.trainers] for cohort in cohorts}
    leading = {person.id for found in trainers.values() for person in found}
    named = people.load_named(leading | {row.trainer_id for row in rows if row.trainer_id is not None})
    calendars = {site.id: queries.calendar_of(site, today, closures) for site in {row.Site for row in rows}}
    sight = Sight(planned(rows, calendars, mondays[0], mondays[-1] + 6 * DAY), named, trainers)
    stretches = {cohort.id: _stretch(cohort, progress[cohort.id], timetables) for cohort in cohorts}
    return render_template(
        "cohorts/index.html",
        cohorts=cohorts,
        part=part,
        state=state,
        members=members,
        in_training=len(training),
        progress=progress,
        stretches=stretches,
        scale=scale_for(list(stretches.values()), today),
        standings=standings,
        forecasts={cohort_id: forecast(found) for cohort_id, found in standings.items()},
        worst=_worst(running, standings),
        weeks=_weeks(mondays, sight, now),
        named=named,
        today=today,
        hours=hours,
        limit=limit(),
        most=MOST_MINUTES,
        rule={"points": POINTS_A_DAY},
        phrases=phrases,
    )


def _worst(cohorts: Sequence[Cohort], standings: Mapping[int, Mapping[Standing, int]]) -> Cohort | None:
    """The cohort of which the most are behind, if somebody is."""
    behind = [cohort for cohort in cohorts if standings[cohort.id][Standing.BEHIND]]
    return max(behind, key=lambda cohort: standings[cohort.id][Standing.BEHIND], default=None)


def _stretch(cohort: Cohort, progress: queries.Progress, timetables: Timetables) -> Stretch:
    nests = timetables.nesting.get(cohort.id)
    nests_on = nests.astimezone(ZoneInfo(cohort.site.zone_name)).date() if nests else None
    return Stretch(progress.track[0].on, nests_on, cohort.go_live_on)


def _weeks(mondays: list[date], sight: Sight, now: datetime) -> Weeks:
    """The hours of those who hold a session within reach; all their sessions count, for the limit is theirs."""
    holding = {found.booking.trainer for found in sight.sessions.values() if found.is_reached} - {None}
    of_these = [found.booking for found in sight.sessions.values() if found.booking.trainer in holding]
    found = loads(of_these)
    trainers = sorted((sight.who(key), key) for key in holding if key is not None)
    settled = [*load_lines(found, sight), *lines(clashes_of(sight.sessions.values(), now), sight)]
    return Weeks(mondays, found, [(key, who) for who, key in trainers], settled)
