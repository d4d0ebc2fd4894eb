"""The sample's periodic quiz: ten questions a month for everybody who works on a queue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.cohorts.models import Cohort
from lms.demo.classes import MODERATOR
from lms.demo.responses import chance
from lms.demo.sittings import Sittings
from lms.demo.world import TOKYO, World
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.models import Assignment, QuizVersion

QUIZ = "monthly-refresher"
MONTHS = 10
OPEN_FOR = 8
"""Working days from the opening to the end."""
SETTLED = timedelta(days=14)
"""How long after go-live somebody takes part for the first time."""


def plan(world: World, sittings: Sittings) -> None:
    """Put a run on the first working day of each of the last months."""
    calendar = world.calendar("tokyo")
    month = world.today.replace(day=1)
    for _month in range(MONTHS):
        opens_on = calendar.shift(month, 0)
        opens_at = world.at(opens_on, 9)
        if opens_at < world.cutoff:
            world.plan(opens_at, partial(_run, world, sittings, opens_on))
        month = (month - timedelta(days=1)).replace(day=1)


def _run(world: World, sittings: Sittings, opens_on: date) -> None:
    opens_at = world.at(opens_on, 9)
    people = [person for person in world.people.values() if _takes_part(world, person, opens_at)]
    if not people:
        return
    quiz = quiz_queries.get_quiz(QUIZ)
    version = quiz_queries.load_current_versions([quiz.id])[quiz.id]
    calendar = world.calendar("tokyo")
    due_at = world.at(calendar.shift(opens_on, OPEN_FOR), 18)
    assignment = quizzes.assign(
        quiz,
        [person.id for person in people],
        opens_at=opens_at,
        due_at=due_at,
        zone_name=TOKYO.key,
        by=world.people["qa@kijun.example"],
    )
    for person in people:
        _take(world, sittings, person, assignment, version)


def _takes_part(world: World, person: Person, at: datetime) -> bool:
    cohort = world.cohort_of.get(person.login)
    if cohort is None:
        return person.login == MODERATOR
    return person.deactivated_at is None and _works_since(world, cohort) + SETTLED <= at


def _works_since(world: World, cohort: Cohort) -> datetime:
    return world.at(cohort.go_live_on, 9, zone=ZoneInfo(cohort.site.zone_name))


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
