"""The sample's cohorts: people, timetable, roll calls, what was read, and who has left since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from lms.accounts import actions as accounts
from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.roll_call import CALLED_KINDS
from lms.cohorts.models import Attendance, ClosedRoll, Cohort, PlanTemplate, TrainingSession
from lms.demo.responses import chance
from lms.demo.sittings import Sittings
from lms.demo.world import World
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.policies import queries as policies
from lms.policies.models import Acknowledgement, AcknowledgementKind, Module, PolicyVersion
from lms.quizzes import queries as quizzes
from lms.quizzes.models import Assignment
from lms.sites.models import Site
from lms.wellbeing.core.briefing import VERSION
from lms.wellbeing.models import BriefingConfirmation

CHECKPOINT = "harassment-checkpoint"
JOINER, MODERATOR = "joiner@kijun.example", "moderator@kijun.example"
WITHHELD = {JOINER, MODERATOR}
"""They have the checkpoint still to take, and the newest version still to read."""
ABSENT = 0.01
READ_ALREADY = 0.66
"""The share of those in training who have read a version that came into force two working days ago."""
READING = timedelta(minutes=90)
"""How long before a class its policy is read."""


@dataclass(frozen=True)
class Plan:
    """A cohort as it is to be made, with the people whom ``recruit`` creates, of whom ``staying`` remain."""

    code: str
    name_text: Mapping[str, str]
    site: Site
    template: PlanTemplate
    go_live_on: date
    trainers: Sequence[Person]
    recruit: Callable[[], Sequence[Person]]
    size: int
    room_id: int | None = None
    staying: int | None = None


class Classes:
    """Puts cohorts on the agenda, from the day they are made to the day their people leave."""

    def __init__(self, world: World, sittings: Sittings, a_day_early: Collection[str]) -> None:
        self._world, self._sittings, self._a_day_early = world, sittings, a_day_early
        self._people: dict[Cohort, Sequence[Person]] = {}
        self._taught: dict[Cohort, set[Module]] = {}

    def plan(self, plan: Plan) -> None:
        """Make a cohort two weeks before its first day, at the latest on the day before loading, and let it live."""
        world = self._world
        first_day = world.calendar(plan.site.code).shift(plan.go_live_on, 1 - plan.template.day_count)
        made_at = min(self._local(plan.site, first_day, 9) - timedelta(days=14), world.cutoff - timedelta(hours=15))
        world.plan(made_at, partial(self._make, plan))

    def _make(self, plan: Plan) -> None:
        world = self._world
        command = cohorts.NewCohort(
            code=plan.code,
            name_text=plan.name_text,
            site=plan.site,
            template=plan.template,
            go_live_on=plan.go_live_on,
            trainers=plan.trainers,
            room_id=plan.room_id,
        )
        cohort = world.cohorts[plan.code] = cohorts.create_cohort(command, by=None)
        people = plan.recruit()
        cohorts.enrol(cohort, people, by=None)
        world.cohort_of |= dict.fromkeys((person.login for person in people), cohort)
        self._leave(plan, people)
        self._people[cohort] = people
        world.plan(world.cutoff - timedelta(minutes=1), partial(self._roll_calls, cohort, people))
        self._plan_sessions(cohort, people)

    def _leave(self, plan: Plan, people: Sequence[Person]) -> None:
        """Some do not stay: they leave at go-live or in the months after it, and their history stays."""
        if plan.staying is None:
            return
        world = self._world
        calendar = world.calendar(plan.site.code)
        by_luck = sorted(people, key=lambda person: chance(world.seed, "stays", person.login))
        for person in by_luck[: len(people) - plan.staying]:
            worked = calendar.count(plan.go_live_on, world.loaded_on) - 2
            after = int(chance(world.seed, "leaves", person.login) * max(0, worked))
            day = world.left_on[person.login] = calendar.shift(plan.go_live_on, after) if after else plan.go_live_on
            # an evening at a site further west may lie beyond the beginning of the day of loading
            evening = min(self._local(plan.site, day, 18), world.cutoff - timedelta(minutes=2))
            world.plan(evening, partial(self._deactivate, person))

    def _deactivate(self, person: Person) -> None:
        admin = self._world.people["admin@kijun.example"]
        accounts.deactivate(person, by=admin, revision=person.revision)

    def _roll_calls(self, cohort: Cohort, people: Sequence[Person]) -> None:
        """Roll calls of the sessions that are over, and closed: nearly everybody was there."""
        rows, closed = [], []
        for session in cohort_queries.list_sessions(cohort):
            if session.ends_at >= self._world.cutoff or session.kind not in CALLED_KINDS:
                continue
            closed.append({"session_id": session.id, "closed_at": session.ends_at, "closed_by": session.trainer_id})
            for person in people:
                luck = chance(self._world.seed, "roll", cohort.code, person.login, session.starts_at.isoformat())
                status = AttendanceStatus.ABSENT if luck < ABSENT else AttendanceStatus.PRESENT
                rows.append(
                    {
                        "session_id": session.id,
                        "person_id": person.id,
                        "status": status,
                        "marked_at": session.starts_at,
                        "marked_by": session.trainer_id,
                    }
                )
        if rows:
            db.session.execute(insert(Attendance), rows)
        if closed:
            db.session.execute(insert(ClosedRoll), closed)

    def _plan_sessions(self, cohort: Cohort, people: Sequence[Person]) -> None:
        """Before a module's first class its policy is read; a quiz is taken when it opens."""
        taught: set[Module] = set()
        sessions = cohort_queries.list_sessions(cohort)
        if sessions and sessions[0].starts_at < self._world.cutoff:
            self._world.plan(sessions[0].starts_at, partial(self.brief, people))
        for session in sessions:
            read_at = session.starts_at - READING
            if session.module is not None and session.module not in taught and read_at < self._world.cutoff:
                taught.add(session.module)
                self._world.plan(read_at, partial(self._read, session.module, people, READING, 1.0))
            if session.assignment is None or session.starts_at >= self._world.cutoff:
                continue
            if cohort.code not in self._a_day_early or session.assignment.quiz.code != CHECKPOINT:
                self._world.plan(session.starts_at - timedelta(minutes=1), partial(self.take_quiz, cohort, session))
        self._taught[cohort] = taught

    def brief(self, people: Sequence[Person]) -> None:
        """Everybody reads the wellbeing briefing at the beginning of their first day, a few minutes apart."""
        rows = []
        for place, person in enumerate(people):
            at = min(clock.now() + timedelta(minutes=3 + place % 5), self._world.cutoff)
            person.briefed_version = VERSION
            detail = {"version": VERSION, "locale": person.locale}
            self._world.note(journal.Entry("wellbeing.confirm", person.code, person.code, at, person.vendor_id, detail))
            rows.append({"person_id": person.id, "version": VERSION, "locale": person.locale, "confirmed_at": at})
        if rows:
            db.session.execute(insert(BriefingConfirmation), rows)

    def read_all(self, person: Person) -> None:
        """Somebody who has been here for long has read every module."""
        for module in policies.list_modules():
            self._read(module, [person], READING, 1.0)

    def cascade(self, module: Module) -> None:
        """A new version has come into force: most of those who were taught the module read it within two days."""
        for cohort, people in self._people.items():
            if module in self._taught[cohort]:
                self._read(module, people, timedelta(days=2), READ_ALREADY)

    def _read(self, module: Module, people: Sequence[Person], within: timedelta, share: float) -> None:
        now = clock.now()
        version = policies.load_in_force(now, [module.id]).get(module.id)
        if version is None:
            return
        known = policies.load_acknowledged_pairs([person.id for person in people], [version.id])
        rows = []
        for person in people:
            luck = chance(self._world.seed, "read", module.code, version.number, person.login)
            at = now + within * luck
            is_here = at < self._world.cutoff and at.date() < self._world.left_on.get(person.login, date.max)
            is_left_out = (person.id, version.id) in known or (person.login in WITHHELD and share < 1)
            if luck < share and is_here and not is_left_out:
                rows.append(self._acknowledgement(person, version, at))
        if rows:
            db.session.execute(insert(Acknowledgement), rows)

    def _acknowledgement(self, person: Person, version: PolicyVersion, at: datetime) -> dict[str, Any]:
        name, detail = f"{version.module.code} v{version.number}", {"locale": person.locale}
        self._world.note(journal.Entry("policy.acknowledge", person.code, name, at, person.vendor_id, detail))
        return {
            "person_id": person.id,
            "version_id": version.id,
            "kind": AcknowledgementKind.FULL,
            "locale": person.locale,
            "acknowledged_at": at,
        }

    def take_quiz(self, cohort: Cohort, session: TrainingSession) -> None:
        """Everybody takes a quiz of the plan when it opens, a few minutes apart."""
        assignment = db.session.get_one(Assignment, session.assignment_id)
        version = quizzes.load_current_versions([assignment.quiz_id])[assignment.quiz_id]
        for place, person in enumerate(self._people[cohort]):
            if person.login not in WITHHELD or assignment.due_at < self._world.cutoff:
                at = assignment.opens_at + timedelta(minutes=1 + place % 4, seconds=7 * place % 60)
                self._sittings.sit(person, cohort.code, assignment, version, at)

    def _local(self, site: Site, day: date, hour: int) -> datetime:
        return self._world.at(day, hour, zone=ZoneInfo(site.zone_name))
