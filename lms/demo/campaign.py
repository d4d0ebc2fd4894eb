"""The sample's periodic quiz: ten questions a month for everybody who works on a queue."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.campaigns import actions as campaigns
from lms.campaigns import queries
from lms.campaigns.actions import running
from lms.campaigns.core.recurrence import Repeat, Rule, rule_from, runs_from
from lms.campaigns.core.who import Who, who_from
from lms.campaigns.models import Campaign
from lms.demo.responses import chance
from lms.demo.sittings import Sittings
from lms.demo.world import World
from lms.foundation import clock
from lms.quizzes import queries as quiz_queries
from lms.quizzes.core.reminders import Reminders
from lms.quizzes.models import Assignment, QuizVersion

QUIZ = "monthly-refresher"
MONTHS = 10
OPEN_FOR = 8
"""Working days from the opening to the end."""
FRESH_DAYS = 90
AWAY = 6
"""How many are on leave when the next run opens."""


def plan(world: World, sittings: Sittings) -> None:
    """Let a run open on the first working day of each of the last months, as the worker does."""
    month = world.today.replace(day=1)
    for _month in range(MONTHS - 1):
        month = (month - timedelta(days=1)).replace(day=1)
    campaign: list[Campaign] = []
    world.plan(world.at(month, 0), lambda: campaign.append(_create(world, month)))
    for opens_on in _openings(world, month):
        at = world.at(opens_on, 9)
        if at < world.cutoff:
            world.plan(at, partial(_run, world, sittings, campaign))
    world.plan(world.cutoff - timedelta(hours=15), partial(_note_leave, world))


def _openings(world: World, month: date) -> list[date]:
    found = []
    for _month in range(MONTHS):
        found.append(world.calendar("tokyo").shift(month, 0))
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def _create(world: World, month: date) -> Campaign:
    title = quiz_queries.get_quiz(QUIZ).title_text
    made = campaigns.Plan(
        title_text=title,
        quiz=quiz_queries.get_quiz(QUIZ),
        rule=Rule(Repeat.FIRST_WORKDAY, month, time(9), time(18), OPEN_FOR),
        who=Who(roles=(Role.LEARNER.value,), skips_training=True, passed_days=14),
        reminders=Reminders(at_opening=True, days_before=3, on_last_day=True, to_lead=False),
        fresh_days=FRESH_DAYS,
    )
    return campaigns.create(QUIZ, made, by=world.people["qa@kijun.example"])


def _run(world: World, sittings: Sittings, campaign: list[Campaign]) -> None:
    """Open the run whose time has come, with the same steps as the worker; later, people take it."""
    now = clock.now()
    located = queries.load_places(now)
    known = queries.load_known_periods([campaign[0].id])[campaign[0].id]
    run = next(run for run in runs_from(_rule(campaign[0]), now, located.places) if run.period.key not in known)
    if not running.open_run(campaign[0], run, located):
        return
    version = quiz_queries.load_current_versions([campaign[0].quiz_id])[campaign[0].quiz_id]
    people = {person.id: person for person in world.people.values()}
    opened = queries.get_run(QUIZ, run.period.key)
    for place in queries.load_places_of([opened.id])[opened.id]:
        for assignee in queries.load_held([place.assignment_id]):
            if assignee.person_id in people:
                _take(world, sittings, people[assignee.person_id], place.assignment, version)


def _rule(campaign: Campaign) -> Rule:
    return rule_from(campaign.rule)


def _take(world: World, sittings: Sittings, person: Person, assignment: Assignment, version: QuizVersion) -> None:
    """Somebody takes it on one of the days, in their own working hours."""
    draw = (world.seed, "month", person.login, str(assignment.id))
    zone = ZoneInfo(person.site.zone_name)
    first = assignment.opens_at.astimezone(zone).date()
    day = world.calendar(person.site.code).shift(first, 1 + int(chance(*draw, "day") * (OPEN_FOR - 2)))
    if day >= world.left_on.get(person.login, date.max):
        return
    at = world.at(day, 10 + int(chance(*draw, "hour") * 6), int(chance(*draw, "minute") * 60), zone)
    cohort = world.cohort_of.get(person.login)
    sittings.sit(person, cohort.code if cohort else "", assignment, version, at)


def _note_leave(world: World) -> None:
    """Some of Tokyo are away while the next run is open."""
    campaign = queries.get_campaign(QUIZ)
    now = clock.now()
    located = queries.load_places(now)
    known = queries.load_known_periods([campaign.id])[campaign.id]
    run = next(run for run in runs_from(_rule(campaign), now, located.places) if run.period.key not in known)
    window = run.windows["tokyo"]
    takers = who_from(campaign.who).of(queries.load_takers(campaign.quiz_id, now), window.opens_on)
    ids = [taker.id for taker in takers if taker.site == "tokyo"][:AWAY]
    people = [person for person in world.people.values() if person.id in ids]
    last_on = world.calendar("tokyo").shift(window.due_on, 1)
    campaigns.note_leave(people, window.opens_on, last_on, by=world.people["qa@kijun.example"])
