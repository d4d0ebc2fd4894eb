"""The list of cohorts: their tracks below one another, how the people of each stand, found by state."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import render_template, request

from lms.accounts import queries as people
from lms.cohorts import phrases, queries
from lms.cohorts.core.gantt import Stretch, scale_for
from lms.cohorts.queries.board import BoardState, list_board, load_members, load_nesting, load_standings
from lms.cohorts.views.board import blueprint
from lms.foundation import clock, locale
from lms.foundation.access import access, policy
from lms.policies import queries as policies

__all__ = ["blueprint"]


@blueprint.get("/cohorts")
@policy("cohort.read")
def index() -> str:
    """By default what has not gone live; ``?state=`` running, planned or past shows those alone."""
    now = clock.now()
    today = now.astimezone(locale.zone()).date()
    word = request.args.get("state", "")
    state = BoardState(word) if word in set(BoardState) else BoardState.CURRENT
    cohorts, part = list_board(access(), state, today, now, request.args.get("page", 1, type=int))
    members, progress = load_members(cohorts), queries.load_progress(cohorts, now)
    nesting = load_nesting(cohorts)
    stretches = {
        cohort.id: Stretch(
            progress[cohort.id].track[0].on,
            nesting[cohort.id].astimezone(ZoneInfo(cohort.site.zone_name)).date() if cohort.id in nesting else None,
            cohort.go_live_on,
        )
        for cohort in cohorts
    }
    running = [cohort for cohort in cohorts if 0 < progress[cohort.id].day < progress[cohort.id].day_count]
    in_force = policies.load_in_force(now).values()
    training = [person_id for cohort in running for person_id in members[cohort.id]]
    read = policies.load_acknowledged_pairs(training, [version.id for version in in_force])
    return render_template(
        "cohorts/index.html",
        cohorts=cohorts,
        part=part,
        state=state,
        members=members,
        progress=progress,
        stretches=stretches,
        scale=scale_for(list(stretches.values()), today),
        standings=load_standings(running, members, progress, in_force, set(read), now),
        named=people.load_named(trainer.person_id for cohort in cohorts for trainer in cohort.trainers),
        today=today,
        phrases=phrases,
    )
