"""Loads the sample organisation into an empty database, through the product's own actions.

All dates count from one day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.core.attendance import AttendanceStatus
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.roll_call import CALLED_KINDS
from lms.cohorts.models import Attendance, Cohort, PlanTemplate
from lms.demo import content, responses
from lms.demo.crowd import further_cohorts
from lms.foundation import clock, journal
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.foundation.settings import mark_as_sample
from lms.kit.problems import Conflict
from lms.policies import actions as policies
from lms.policies import queries as policy_queries
from lms.questions import actions as questions
from lms.questions import queries as question_queries
from lms.questions.core.formats import native
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.core.answers import Event
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Assignment
from lms.sites import actions as sites
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Room, Site

TOKYO = ZoneInfo("Asia/Tokyo")
WITHHELD = "joiner@kijun.example"
"""The new joiner has the checkpoint still to take."""


@dataclass
class World:
    """What has been made so far, by the names that the files use."""

    today: date
    seed: str
    sites: dict[str, Site] = field(default_factory=dict)
    rooms: dict[tuple[str, str], Room] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """An instant on a day, in Tokyo."""
        return datetime.combine(day, time(hour, minute), tzinfo=TOKYO)


def load(today: date, *, seed: str, password_hash: str, learners: int = 0) -> World:
    """Load the whole sample for a day (moved to a working day when it is none), grown to so many learners in cohorts.

    Raises ``Conflict`` on a database in use.
    """
    if not is_empty():
        raise Conflict("demo.not_empty")
    world = World(today, seed)
    organisation = content.load("organisation")
    with clock.fixed(world.at(today - timedelta(days=200), 9)):
        _places(world, organisation)
        _people(world, password_hash)
        _policies(world)
        _questions()
        _quizzes()
        template = _plan()
    calendar = cohort_queries.load_calendar(world.sites["tokyo"], today)
    world.today = calendar.shift(today, 0)
    with clock.fixed(world.at(calendar.shift(world.today, -20), 9)):
        _cohorts(world, organisation, template)
        _grow(world, template, learners)
    _acknowledgements(world)
    _attendance(world)
    _attempts(world)
    mark_as_sample(world.today)
    journal.record("sample.load", actor="system", object="sample", day=world.today.isoformat())
    return world


def is_empty() -> bool:
    """Whether the database knows nobody yet; only then is the sample loaded."""
    return db.session.scalar(select(Person.id).limit(1)) is None


def _places(world: World, organisation: Mapping[str, Any]) -> None:
    vendors = {
        vendor["code"]: sites.create_vendor(sites.NewVendor(vendor["code"], vendor["name"], VendorKind(vendor["kind"])))
        for vendor in organisation["vendors"]
    }
    for site in organisation["sites"]:
        vendor_id = vendors[site["vendor"]].id
        made = sites.create_site(sites.NewSite(site["code"], site["name"], vendor_id, site["zone"], site["country"]))
        world.sites[site["code"]] = made
        for room in site["rooms"]:
            world.rooms[(site["code"], room["name"])] = sites.add_room(made, room["name"], room["capacity"])


def _people(world: World, password_hash: str) -> None:
    listed = content.load("people")
    cohort_sites = {cohort["code"]: cohort["site"] for cohort in content.load("organisation")["cohorts"]}
    for entry in [*listed["sign_ins"], *listed["staff"]]:
        _person(world, entry, entry["site"], entry["roles"])
    for entry in listed["sign_ins"]:
        world.people[entry["login"]].password_hash = password_hash
    for group in listed["learners"]:
        for entry in group["people"]:
            _person(world, entry, cohort_sites[group["cohort"]], ["learner"])


def _person(world: World, entry: Mapping[str, Any], site: str, roles: Sequence[str]) -> None:
    command = accounts.NewPerson(
        login=entry["login"],
        name=entry["name"],
        reading=entry["reading"],
        site=world.sites[site],
        locale=entry["locale"],
        roles=tuple(Role(role) for role in roles),
    )
    world.people[entry["login"]] = accounts.create_person(command, by=None)


def _policies(world: World) -> None:
    """Version 4.1 in force for months, version 4.2 since two working days ago."""
    editor = world.people["editor@kijun.example"]
    calendar = cohort_queries.load_calendar(world.sites["tokyo"], world.today)
    for folder, day in (
        (content.POLICIES / "HAR" / "4.1", world.today - timedelta(days=150)),
        (content.POLICIES / "HAR", calendar.shift(calendar.shift(world.today, 0), -2)),
    ):
        read = policies.check_files((folder / "en.md").read_bytes(), (folder / "ja.md").read_bytes())
        version = policies.import_policy(read, effective_at=world.at(day, 10), by=editor)
        policies.ask_for_publication(version, by=editor)
        policies.publish_version(version, by=world.people["qa@kijun.example"])


def _questions() -> None:
    for folder in sorted(path for path in content.BANKS.iterdir() if path.is_dir()):
        facts, _findings = native.read_bank((folder / "bank.yaml").read_bytes())
        if facts is None:
            continue
        bank = questions.create_bank(facts["code"], facts["title"], facts["module"])
        for file in sorted((folder / "questions").glob("*.yaml")):
            questions.import_questions(bank, native.read(file.read_bytes()).questions, by=None)


def _quizzes() -> None:
    for quiz in content.load("quizzes")["quizzes"]:
        ids = [found.id for code in quiz["questions"] if (found := question_queries.find_question(code))]
        rules = Rules(
            minutes=quiz["minutes"],
            cut_percent=quiz["cut"],
            attempts=quiz["attempts"],
            open_book=quiz["open_book"],
        )
        quizzes.publish_quiz(quizzes.PublishQuiz(quiz["code"], quiz["title"], ids, rules), by=None)


def _plan() -> PlanTemplate:
    plan = content.load("plan")
    module = policy_queries.find_module("HAR")
    steps = []
    for step in plan["steps"]:
        section = policy_queries.find_section(f"{step['module']}/{step['section']}") if "section" in step else None
        quiz = quiz_queries.find_quiz(step["quiz"]) if "quiz" in step else None
        steps.append(
            cohorts.NewStep(
                day=step["day"],
                starts=step["starts"],
                minutes=step["minutes"],
                kind=StepKind(step["kind"]),
                title_text=step["title"],
                detail_text=step.get("detail", {}),
                module_id=module.id if module and step.get("module") == "HAR" else None,
                section_id=section.id if section else None,
                quiz_id=quiz.id if quiz else None,
            )
        )
    return cohorts.create_template(cohorts.NewTemplate(plan["code"], plan["title"], plan["days"], plan["gates"], steps))


def _cohorts(world: World, organisation: Mapping[str, Any], template: PlanTemplate) -> None:
    members = {
        group["cohort"]: [entry["login"] for entry in group["people"]] for group in content.load("people")["learners"]
    }
    members["tokyo-a"].insert(0, WITHHELD)
    for entry in organisation["cohorts"]:
        site = world.sites[entry["site"]]
        calendar = cohort_queries.load_calendar(site, world.today)
        command = cohorts.NewCohort(
            code=entry["code"],
            name_text=entry["name"],
            site=site,
            template=template,
            go_live_on=calendar.shift(world.today, entry["go_live_in_working_days"]),
            trainers=[world.people[login] for login in _trainers(entry)],
            room_id=world.rooms[(entry["site"], entry["room"])].id,
        )
        cohort = cohorts.create_cohort(command, by=None)
        cohorts.enrol(cohort, [world.people[login] for login in members[entry["code"]]], by=None)
        world.cohorts[entry["code"]] = cohort


def _grow(world: World, template: PlanTemplate, learners: int) -> None:
    """Further cohorts at the sites that have one, with the same go-live, until there are so many learners."""
    enrolled = sum(len(cohort_queries.list_members(cohort)) for cohort in world.cohorts.values())
    sites_in_use = {cohort.site.code: cohort.site for cohort in world.cohorts.values()}
    go_live_on = {cohort.site.code: cohort.go_live_on for cohort in world.cohorts.values()}
    trainer = world.people["trainer@kijun.example"]
    world.cohorts |= further_cohorts(
        max(0, learners - enrolled), list(sites_in_use.values()), template, go_live_on, trainer
    )


def _trainers(entry: Mapping[str, Any]) -> list[str]:
    """The trainers of the file, and the listed trainer account with every cohort, so that it has something to show."""
    listed = list(entry["trainers"].values())
    return listed if "trainer@kijun.example" in listed else [*listed, "trainer@kijun.example"]


def _acknowledgements(world: World) -> None:
    """Most people have read the version before; about two in three the one in force."""
    module = policy_queries.get_module("HAR")
    calendar = cohort_queries.load_calendar(world.sites["tokyo"], world.today)
    learners = [person for cohort in world.cohorts.values() for person in cohort_queries.list_members(cohort)]
    newest = policy_queries.load_in_force(world.at(world.today, 12), [module.id])[module.id]
    for version, moment, share in (
        ("4.1", newest.effective_at - timedelta(days=5) if newest.effective_at else clock.now(), 0.95),
        (newest.number, world.at(calendar.shift(world.today, -1), 17), 0.66),
    ):
        with clock.fixed(moment):
            for person in learners:
                if person.login != WITHHELD and responses.chance(world.seed, "read", version, person.login) < share:
                    policies.acknowledge(person, module, version, locale=person.locale)


def _attendance(world: World) -> None:
    """Roll calls of the sessions that are over: nearly everybody was there."""
    for cohort in world.cohorts.values():
        members = cohort_queries.list_members(cohort)
        for session in cohort_queries.list_sessions(cohort):
            if session.ends_at >= world.at(world.today, 0) or session.kind not in CALLED_KINDS:
                continue
            for person in members:
                luck = responses.chance(world.seed, "roll", session.public_id[:4], person.login, str(session.day))
                status = AttendanceStatus.ABSENT if luck < 0.01 else AttendanceStatus.PRESENT
                db.session.add(
                    Attendance(session_id=session.id, person_id=person.id, status=status, marked_at=session.starts_at)
                )
    db.session.flush()


def _attempts(world: World) -> None:
    """The checkpoint: everybody but the new joiner has taken it; it stays open until tomorrow's evening."""
    quiz = quiz_queries.get_quiz("harassment-checkpoint")
    for cohort in world.cohorts.values():
        calendar = cohort_queries.load_calendar(cohort.site, world.today)
        taken_on = calendar.shift(world.today, -1)
        assignment = _assignment_of(cohort)
        assignment.opens_at = world.at(taken_on, 9)
        assignment.due_at = world.at(calendar.shift(world.today, 1), 17)
        db.session.flush()
        for place, person in enumerate(cohort_queries.list_members(cohort)):
            if person.login != WITHHELD:
                moment = world.at(taken_on, 14) + timedelta(minutes=place % 20, seconds=place)
                _take(world, person, assignment, moment)
    moderator = world.people["moderator@kijun.example"]
    quizzes.assign(
        quiz,
        [moderator.id],
        opens_at=world.at(world.today, 0),
        due_at=world.at(world.today + timedelta(days=7), 18),
        zone_name="Asia/Tokyo",
        by=None,
    )


def _assignment_of(cohort: Cohort) -> Assignment:
    sessions = cohort_queries.list_sessions(cohort)
    found = next(session.assignment_id for session in sessions if session.assignment_id)
    return db.session.get_one(Assignment, found)


def _take(world: World, person: Person, assignment: Assignment, moment: datetime) -> None:
    """One sitting: open, answer every question, submit."""
    access = Access(person.id, person.vendor_id, person.site_id, frozenset({"learner"}), frozenset({Scope.OWN}))
    with clock.fixed(moment):
        attempt = quizzes.open_attempt(person, assignment.id, locale=person.locale)
    keys = question_queries.load_keys({(row.question_version_id, row.key_n) for row in attempt.questions})
    events = []
    for row in attempt.questions:
        row.shown_at = moment
        code = row.question_version.question.code
        key = keys[(row.question_version_id, row.key_n)]
        payload = responses.answer(world.seed, person.login, person.locale, code, row.question_version.body, key)
        events.append(Event(1, row.position, row.position, person.locale, payload))
    minutes = 8 + int(responses.chance(world.seed, "pace", person.login) * 18)
    with clock.fixed(moment + timedelta(minutes=minutes)):
        quizzes.save_events(access, attempt.id, events)
        quizzes.submit(access, attempt.id)
