"""Loads the sample organisation into an empty database, through the product's own actions.

All dates count from one day. What happened before it stands on an agenda and is carried out in order of time, so that
the audit trail reads as it would if people had done it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from babel.dates import format_date
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import PlanTemplate
from lms.demo import campaign, crowd, drafts, findings, meetings, production
from lms.demo.classes import CHECKPOINT, JOINER, MODERATOR, Classes, Plan
from lms.demo.content import BANKS, POLICIES, SAMPLE, Content
from lms.demo.sittings import Habits, Sittings
from lms.demo.world import TOKYO, World
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.foundation.settings import mark_as_sample
from lms.kit.problems import Conflict
from lms.policies import actions as policies
from lms.policies import queries as policy_queries
from lms.policies.core.check import Checked
from lms.policies.models import Module
from lms.questions import actions as questions
from lms.questions import queries as question_queries
from lms.questions.core.formats import native
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.core.rules import Rules
from lms.sites import actions as sites
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Site
from lms.wellbeing import actions as wellbeing

FOUNDED = timedelta(days=330)
"""How long before the day of loading everything begins."""
SYSTEM = "system"
CLASS_SIZE = 30
"""Of the cohorts that only fill a sample up to a number of learners."""


def load(today: date, *, seed: str, password_hash: str, learners: int = 0, content: Content = SAMPLE) -> World:
    """Load the sample for a day, grown to so many learners.

    Raises ``Conflict`` on a database in use.
    """
    if not is_empty():
        raise Conflict("demo.not_empty")
    world = World(content, today, today, seed)
    organisation = content.load("organisation")
    with clock.fixed(world.at(today - FOUNDED, 9)):
        _places(world, organisation)
        named = _people(world, password_hash)
        world.today = world.workday(0)
        newer = _policies(world, organisation)
        _questions(organisation["modules"])
        _quizzes(world)
        steps = content.load("plan")
        template, earlier = _plan(steps, {}), _plan(steps, steps["earlier"]) if "earlier" in steps else None
    sittings = Sittings(world, Habits(**organisation["habits"]))
    classes = Classes(world, sittings, organisation["a_day_early"])
    plans = [*_cohorts(world, organisation, template, named)]
    if earlier is not None:
        plans += _earlier(world, organisation, earlier)
        campaign.plan(world, sittings)
    plans += _synthetic(world, template, learners - sum(plan.size for plan in plans))
    for plan in plans:
        classes.plan(plan)
    begun = world.at(today - FOUNDED, 10)
    world.plan(begun, partial(classes.brief, [world.people[MODERATOR]]))
    world.plan(begun, partial(classes.read_all, world.people[MODERATOR]))
    for module, effective_at in newer:
        world.plan(effective_at, partial(classes.cascade, module))
    for entry in organisation.get("drafts", ()):
        drafts.plan(world, entry)
    if "production" in organisation:
        production.plan(world, organisation["production"])
    for code in organisation["a_day_early"]:
        world.plan(world.at(world.workday(-1), 9), partial(_give_early, world, classes, code))
    world.plan(world.cutoff - timedelta(hours=8), partial(meetings.put_on, world, organisation))
    world.plan(world.cutoff - timedelta(hours=14), partial(_newest, world, password_hash))
    world.plan(world.cutoff, partial(_open_now, world))
    world.live()
    sittings.store()
    findings.follow_up(world, organisation)
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
    for contact in organisation.get("contacts", ()):
        of_site = world.sites[contact["site"]] if "site" in contact else None
        helper = wellbeing.Contact(
            contact["name"], contact["detail"], of_site, contact.get("phone"), contact.get("address")
        )
        wellbeing.add_contact(helper, actor=SYSTEM)


def _people(world: World, password_hash: str) -> dict[str, list[Person]]:
    """Create everybody whom the files name; returns the learners of each cohort that has some."""
    listed = world.content.load("people")
    cohort_sites = {cohort["code"]: cohort["site"] for cohort in world.content.load("organisation")["cohorts"]}
    for entry in [*listed["sign_ins"], *listed["staff"]]:
        crowd.named(world, entry, world.sites[entry["site"]], entry["roles"])
    for entry in listed["sign_ins"]:
        world.people[entry["login"]].password_hash = password_hash
    named: dict[str, list[Person]] = {"tokyo-a": [world.people[JOINER]]}
    for group in listed["learners"]:
        site = world.sites[cohort_sites[group["cohort"]]]
        of_cohort = [crowd.named(world, entry, site, ["learner"]) for entry in group["people"]]
        named.setdefault(group["cohort"], []).extend(of_cohort)
    return named


def _newest(world: World, password_hash: str) -> None:
    """Those who begin on the day of loading: no cohort has taken them in, and the briefing is still to be read."""
    for entry in world.content.load("people").get("newest", ()):
        crowd.named(world, entry, world.sites[entry["site"]], entry["roles"])
        world.people[entry["login"]].password_hash = password_hash


def _policies(world: World, organisation: Mapping[str, Any]) -> list[tuple[Module, datetime]]:
    """Every module in force from the beginning; returns those that a newer version changes, and when."""
    later = {(entry["module"], entry["version"]): entry for entry in organisation["policies"]}
    newer = []
    for folder in [POLICIES / module for module in organisation["modules"]]:
        for version in [*sorted(path for path in folder.iterdir() if path.is_dir()), folder]:
            read = policies.check_files((version / "en.md").read_bytes(), (version / "ja.md").read_bytes())
            entry = later.get((folder.name, str(read.source.matter.version)))
            if entry is None:
                _publish(world, read, clock.now())
                continue
            day = world.workday(entry["effective_in_working_days"])
            world.plan(world.at(day - timedelta(days=3), 15), partial(_publish, world, read, world.at(day, 10)))
            newer.append((policy_queries.get_module(folder.name), world.at(day, 10)))
    return newer


def _publish(world: World, read: Checked, effective_at: datetime) -> None:
    """The editor imports a version and asks for its publication; a QA analyst publishes it."""
    editor, analyst = world.people["editor@kijun.example"], world.people["qa@kijun.example"]
    version = policies.import_policy(read, effective_at=effective_at, by=editor)
    policies.ask_for_publication(version, by=editor)
    policies.publish_version(version, by=analyst)


def _questions(modules: Sequence[str]) -> None:
    for folder in [BANKS / module for module in modules]:
        facts, _findings = native.read_bank((folder / "bank.yaml").read_bytes())
        if facts is None:
            continue
        bank = questions.create_bank(facts["code"], facts["title"], facts["module"])
        for file in sorted((folder / "questions").glob("*.yaml")):
            questions.import_questions(bank, native.read(file.read_bytes()).questions, by=None)


def _quizzes(world: World) -> None:
    for quiz in world.content.load("quizzes")["quizzes"]:
        listed = quiz.get("questions") or [found.code for found in question_queries.list_usable_questions()]
        ids = [found.id for code in listed if (found := question_queries.find_question(code))]
        rules = Rules(
            minutes=quiz["minutes"],
            cut_percent=quiz["cut"],
            attempts=quiz["attempts"],
            open_book=quiz["open_book"],
            draw=(DrawRow(quiz["draw"]),) if "draw" in quiz else (),
        )
        quizzes.publish_quiz(quizzes.PublishQuiz(quiz["code"], quiz["title"], ids, rules), by=None)


def _plan(plan: Mapping[str, Any], other: Mapping[str, Any]) -> PlanTemplate:
    """The plan of the file, or another edition of it with a code, a title and some quizzes of its own."""
    modules = {module.code: module for module in policy_queries.list_modules()}
    steps = []
    for step in plan["steps"]:
        section = policy_queries.find_section(f"{step['module']}/{step['section']}") if "section" in step else None
        code = step.get("quiz")
        quiz = quiz_queries.get_quiz(other.get("quizzes", {}).get(code, code)) if code else None
        module = modules.get(step.get("module", ""))
        steps.append(
            cohorts.NewStep(
                day=step["day"],
                starts=step["starts"],
                minutes=step["minutes"],
                kind=StepKind(step["kind"]),
                title_text=step["title"],
                detail_text=step.get("detail", {}),
                module_id=module.id if module else None,
                section_id=section.id if section else None,
                quiz_id=quiz.id if quiz else None,
            )
        )
    edition = {**plan, **other}
    return cohorts.create_template(
        cohorts.NewTemplate(edition["code"], edition["title"], plan["days"], plan["gates"], steps)
    )


def _cohorts(
    world: World, organisation: Mapping[str, Any], template: PlanTemplate, named: Mapping[str, Sequence[Person]]
) -> Iterator[Plan]:
    for entry in organisation["cohorts"]:
        site, count = world.sites[entry["site"]], entry.get("learners", 0)

        def recruit(code: str = entry["code"], count: int = count, site: Site = site) -> list[Person]:
            return [*named.get(code, ()), *crowd.made_up(world, code, count, site)]

        yield Plan(
            code=entry["code"],
            name_text=entry["name"],
            site=site,
            template=template,
            go_live_on=world.workday(entry["go_live_in_working_days"], entry["site"]),
            trainers=_trainers(world, entry["trainers"]),
            recruit=recruit,
            size=len(named.get(entry["code"], ())) + count,
            room_id=world.rooms[(entry["site"], entry["room"])].id,
            staying=entry.get("staying"),
        )


def _earlier(world: World, organisation: Mapping[str, Any], template: PlanTemplate) -> Iterator[Plan]:
    """The cohorts of the year before, each named by its site and the month of its go-live."""
    for entry in organisation["earlier"]:
        site = world.sites[entry["site"]]
        go_live_on = world.workday(entry["go_live_in_working_days"], entry["site"])
        code = f"{site.code}-{go_live_on:%Y-%m}"

        def recruit(code: str = code, count: int = entry["learners"], site: Site = site) -> list[Person]:
            return crowd.made_up(world, code, count, site)

        yield Plan(
            code=code,
            name_text={
                "en": f"{site.name_text['en']}, {format_date(go_live_on, 'MMMM y', locale='en')}",
                "ja": f"{site.name_text['ja']} {format_date(go_live_on, 'y年M月', locale='ja')}",
            },
            site=site,
            template=template,
            go_live_on=go_live_on,
            trainers=[world.people[entry["trainer"]]],
            recruit=recruit,
            size=entry["learners"],
            staying=entry["staying"],
        )


def _synthetic(world: World, template: PlanTemplate, count: int) -> Iterator[Plan]:
    """Cohorts with ``count`` learners between them who are only numbers, beside those in training now."""
    running = [("tokyo", "tokyo-a"), ("osaka", "osaka-b")]
    go_live = {
        entry["code"]: entry["go_live_in_working_days"] for entry in world.content.load("organisation")["cohorts"]
    }
    for first in range(1, count + 1, CLASS_SIZE):
        number = first // CLASS_SIZE + 1
        site_code, beside = running[number % len(running)]
        site, last = world.sites[site_code], min(first + CLASS_SIZE - 1, count)

        def recruit(first: int = first, last: int = last, site: Site = site) -> list[Person]:
            return crowd.numbered(world, first, last, site)

        yield Plan(
            code=f"synthetic-{number}",
            name_text={"en": f"Synthetic {number}", "ja": f"測定用{number}"},
            site=site,
            template=template,
            go_live_on=world.workday(go_live[beside], site_code),
            trainers=[world.people["trainer@kijun.example"]],
            recruit=recruit,
            size=last - first + 1,
        )


def _trainers(world: World, logins: Sequence[str]) -> list[Person]:
    """The trainers of the file, and the listed trainer account with every cohort, so that it has something to show."""
    listed = dict.fromkeys([*logins, "trainer@kijun.example"])
    return [world.people[login] for login in listed]


def _open_now(world: World) -> None:
    """The checkpoint on the day of loading: in the window of the cohort on day 6, and given to a moderator."""
    quiz = quiz_queries.get_quiz(CHECKPOINT)
    moderator = world.people[MODERATOR]
    quizzes.assign(
        quiz,
        [moderator.id],
        opens_at=world.at(world.today, 0),
        due_at=world.at(world.today + timedelta(days=7), 18),
        zone_name=TOKYO.key,
        by=None,
    )


def _give_early(world: World, classes: Classes, code: str) -> None:
    """Open the checkpoint of a cohort on its day 6 a day early and close it a day late: somebody has it to take."""
    cohort = world.cohorts[code]
    for session in cohort_queries.list_sessions(cohort):
        if session.assignment is not None and session.assignment.quiz.code == CHECKPOINT:
            session.assignment.opens_at = world.at(world.workday(-1), 13, 30)
            session.assignment.due_at = world.at(world.workday(1), 17)
            classes.take_quiz(cohort, session)
