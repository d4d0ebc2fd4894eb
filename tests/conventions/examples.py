"""For every route that takes arguments an example and whom it belongs to; for every form something that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from lms.accounts import actions as accounts
from lms.cohorts.models import ClosedRoll, Cohort, TrainingSession
from lms.demo import content
from lms.foundation.db import db
from tests.campaigns.making import CODE, PERIOD, forms_of_campaigns
from tests.cast import PASSWORD
from tests.followup.following import examples_of_followup, forms_of_followup
from tests.invigilation.looking_after import FORMS_OF_INVIGILATION, OF_AN_ASSIGNMENT
from tests.production.making import arguments_of_production, forms_of_production
from tests.quizzes.commenting import FORMS_OF_QUESTIONS, OF_A_QUESTION, OF_AN_ATTEMPT
from tests.quizzes.regrades import FORMS_OF_REGRADES, arguments_of_regrades
from tests.reports.asking import forms_of_reports
from tests.reports.making import FORMS_OF_SCHEDULES, OF_A_SCHEDULE


@dataclass(frozen=True)
class Example:
    """Arguments for a route, and to whom the thing that they name belongs (None: to all whom the grants let in)."""

    arguments: Mapping[str, Any]
    owner: str | None = None
    vendor: str | None = None
    trainers: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """What the examples and the forms name."""

    attempt: str
    assignment: int
    report: str
    learner_code: str
    feed: str
    schedule: str = "unknown"
    link: str = "unknown"
    people_list: str = "unknown"
    """A list of people that the administrator has added."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """The code of everybody, by login."""
    sites: Mapping[str, int] = field(default_factory=dict)
    sessions: Mapping[str, str] = field(default_factory=dict)
    """A session to come, by the code of its cohort."""
    held: Mapping[str, str] = field(default_factory=dict)
    """A session whose roll can be called, by the code of its cohort."""
    waivers: Mapping[str, int] = field(default_factory=dict)
    """A waiver of the learner of each cohort, by the code of the cohort."""
    slips: Mapping[str, int] = field(default_factory=dict)
    """A shift that can be undone, by the code of its cohort."""
    room_code: str = ""
    """Of the session of the joiner's cohort that runs now."""
    room: int = 0
    closure: int = 0
    failed_job: int = 0
    """Of a site that nobody uses yet."""
    notice: int = 0
    """In the joiner's inbox."""
    mail: int = 0
    leaves: Mapping[str, int] = field(default_factory=dict)
    """A leave of the learner of each cohort, by the code of the cohort."""
    regrade: int = 0
    imports: tuple[int, int] = (0, 0)
    actions: Mapping[str, int] = field(default_factory=dict)
    """A corrective action by its kind."""
    reviews: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """An attempt of the joiner's cohort, and a ruling on it, for each address of a review."""


EVERYBODY = Example({})
MAHO = "maho.yoshida@northwind.example"
FRESH = "fresh@northwind.example"
"""A learner whom no cohort has taken in yet."""
LATEST = "mayu.saeki@kijun.example"
"""Who has a link for a new password, and signs in with it."""
ASKED, DRAFT, WRITTEN, DISCARDED = "DRK", "DRA", "DRW", "DRX"
"""Modules whose version is not published yet: to publish, to head, to write, to delete."""
NEW_PASSWORD = "yet another good sentence"
PASSWORD_HASH = accounts.hash_password(PASSWORD, login="")
EMPTY = "empty"
"""The code of a vendor and of its one site, which nobody uses yet."""
OF_A_QUIZ = ["analysis.show", "analysis.items_csv", "quiz_design.show", "quiz_design.edit", "quiz_design.retire"]
OF_A_QUIZ += [f"analysis_questions.{name}" for name in ("curves", "fit_curves", "languages", "show", "trend")]
OF_A_PLACE = (
    *("sites.show", "sites.edit", "sites.retire", "vendors.edit", "vendors.retire"),
    *("rooms.new", "rooms.edit", "rooms.retire", "closures.new", "closures.edit", "closures.remove"),
)
OF_A_COHORT = (
    *("cohorts.show", "cohorts.call_off", "cohorts.take_back", "cohorts.shift", "cohorts.undo_shift"),
    *("cohorts.edit", "cohorts.enrol", "cohorts.assign_quiz", "cohorts.sign_off", "cohorts.trainers"),
    *("cohorts.member", "cohorts.leave", "cohorts.waive", "cohorts.withdraw_waiver"),
    *("timetable.new", "timetable.edit", "timetable.cancel"),
)
OF_A_CAMPAIGN = (
    *("campaigns.show", "campaigns.edit", "campaigns.skip", "campaigns.end"),
    *("campaign_runs.show", "campaign_runs.board_csv", "campaign_runs.excuse"),
)
OF_A_ROLL = ("roll_call.index", "roll_call.show", "roll_call.close", "roll_call.reopen", "roll_call.code")
OF_A_PERSON = (
    *("people.show", "people.edit", "people.decide_role", "people.deactivate", "people.reactivate"),
    *("people.make_link", "people.change_role", "accommodations.edit", "accommodations.end"),
)


def of_cohort(world: World, code: str, person: str) -> dict[str, Any]:
    """A cohort with one of its learners, a session and a waiver of it."""
    waiver = world.waivers.get(code, 0)
    found = {"code": code, "person": person, "session": world.sessions[code], "waiver_id": waiver}
    return {**found, "slip_id": world.slips.get(code, 0)}


def examples(world: World) -> dict[str, Example]:
    """The examples by endpoint, for those routes that take arguments."""
    joiner = "joiner@kijun.example"
    attempt = Example({"attempt_id": world.attempt, "position": 1}, owner=joiner)
    given = Example({"assignment_id": world.assignment}, owner=joiner)
    assigned = Example(
        {"assignment_id": world.assignment}, trainers=("trainer@kijun.example", "trainer-b@kijun.example")
    )
    cohort = Example(
        of_cohort(world, "tokyo-a", world.learner_code),
        vendor="kijun-sample",
        trainers=("trainer@kijun.example", "trainer-b@kijun.example"),
    )
    roll = Example({"code": "tokyo-a", "session": world.held["tokyo-a"]}, trainers=cohort.trainers)
    learner = Example({"code": world.learner_code}, vendor="kijun-sample")
    listed = Example({"key": world.people_list}, owner="admin@kijun.example")
    quiz = Example({"code": "harassment-checkpoint"})
    report = Example({"public_id": world.report}, owner="qa@kijun.example")
    schedule = Example({"public_id": world.schedule}, owner="qa@kijun.example")
    return {
        **dict.fromkeys(OF_AN_ATTEMPT, attempt),
        **dict.fromkeys(["quizzes.start", "quizzes.open_attempt"], given),
        **dict.fromkeys(OF_A_SCHEDULE, schedule),
        "question_reports.own": Example({"report_id": 1}, owner=joiner),
        **dict.fromkeys(["question_reports.show", "question_reports.answer"], Example({"report_id": 1})),
        **dict.fromkeys(["contacts.edit", "contacts.retire"], Example({"contact_id": 1})),
        **dict.fromkeys(
            ["system.retry_job", "system.give_up_job", "system.cancel_job"], Example({"job_id": world.failed_job})
        ),
        **dict.fromkeys(["assignments.show", "assignments.end", "assignments.excuse", *OF_AN_ASSIGNMENT], assigned),
        **dict.fromkeys(OF_A_CAMPAIGN, Example({"code": CODE, "period": PERIOD})),
        "leave.withdraw": Example(
            {"leave_id": world.leaves.get("tokyo-a", 0)}, vendor="kijun-sample", trainers=cohort.trainers
        ),
        **dict.fromkeys(OF_A_COHORT, cohort),
        **dict.fromkeys(OF_A_PERSON, learner),
        "followup.new_practice": Example({**quiz.arguments, "person": world.learner_code}, trainers=cohort.trainers),
        **dict.fromkeys(OF_A_ROLL, roll),
        **{name: of_review(*named, cohort.trainers) for name, named in world.reviews.items()},
        **{name: Example(given, **whose) for name, (given, whose) in examples_of_followup(world.actions).items()},
        **examples_of_content(),
        **dict.fromkeys(OF_A_QUIZ, Example({**quiz.arguments, "question": "HAR-014"})),
        **{name: Example(arguments) for name, arguments in arguments_of_regrades(world.regrade).items()},
        **{name: Example(arguments) for name, arguments in arguments_of_production(world.imports).items()},
        **dict.fromkeys(["plans.show", "plans.edit", "plans.retire"], Example({"code": "labeller-15"})),
        **dict.fromkeys(OF_A_PLACE, Example({"code": EMPTY, "room_id": world.room, "closure_id": world.closure})),
        **{f"reports.{name}": report for name in ("show", "download", "view", "again", "cancel")},
        **dict.fromkeys(["notices.open_page", "notices.read"], Example({"notice_id": world.notice}, owner=joiner)),
        **dict.fromkeys(["mail.show", "mail.send"], Example({"mail_id": world.mail})),
        "feeds.person_feed": Example({"token": world.feed}),
        **dict.fromkeys(["accounts.link", "accounts.redeem_link"], Example({"token": world.link})),
        "home.check_in": Example({}, owner=joiner),
        "people_lists.template": Example({"language": "ja"}),
        **dict.fromkeys(["people_lists.made", "people_lists.make_links"], listed),
        "static_file": Example({"hashed": "unknown.css"}),
    }


def of_review(attempt_id: str, ruling_id: int, trainers: tuple[str, ...]) -> Example:
    return Example({"attempt_id": attempt_id, "ruling_id": ruling_id}, trainers=trainers)


def examples_of_content() -> dict[str, Example]:
    """The same for policies and questions."""
    module = Example({"code": "HAR", "number": "4.2", "language": "en"})
    bank = Example({"code": "HAR", "bank": "HAR"})
    question = Example({"bank": "HAR", "code": "HAR-014"})
    draft = Example({"code": DRAFT, "number": "4.2"})
    written = Example({"code": WRITTEN, "number": "4.2", "key": "insults"})
    return {
        **dict.fromkeys(["policies.show", "policies.side_by_side", "policies.acknowledge"], module),
        **dict.fromkeys(["policy_versions.index", "policy_versions.show", "policy_versions.download"], module),
        "policy_drafts.copy": module,
        "policy_retirement.confirm": module,
        **dict.fromkeys(["policy_drafts.add_section", "policy_drafts.section", "policy_drafts.move"], written),
        **dict.fromkeys([f"translation.{verb}" for verb in ("show", "save", "check", "assign")], written),
        "policy_drafts.discard": Example({"code": DISCARDED, "number": "4.2"}),
        "policy_drafts.head": draft,
        **dict.fromkeys(["policy_versions.ask", "policy_versions.publish"], Example({"code": ASKED, "number": "4.2"})),
        **dict.fromkeys(["questions.bank", "questions.import_page", "questions.import_file", "question.new"], bank),
        **dict.fromkeys([f"questions.{verb}_bank" for verb in ("change", "retire", "restore")], bank),
        "questions.release_waiting": bank,
        **dict.fromkeys(OF_A_QUESTION, question),
        "question_editor.release": Example({"bank": "HAR", "code": "HAR-002"}),
    }


def sessions_to_come() -> dict[str, str]:
    """The last session of each cohort."""
    query = select(Cohort.code, TrainingSession.public_id).join(TrainingSession.cohort)
    rows = db.session.execute(query.order_by(TrainingSession.starts_at))
    return {row.code: row.public_id for row in rows}


def sessions_held() -> dict[str, str]:
    """The first class of each cohort, given by nobody in particular, with its roll opened again."""
    query = select(TrainingSession).where(TrainingSession.kind == "class").options(joinedload(TrainingSession.cohort))
    first = {found.cohort.code: found for found in db.session.scalars(query.order_by(TrainingSession.starts_at.desc()))}
    db.session.execute(delete(ClosedRoll).where(ClosedRoll.session_id.in_([found.id for found in first.values()])))
    for found in first.values():
        found.trainer_id = None
    return {code: found.public_id for code, found in first.items()}


def examples_at_northwind(world: World) -> dict[str, Example]:
    """The other vendor's cohort and one of its learners, for the same routes."""
    trainers = ("trainer@kijun.example", "trainer-c@northwind.example", "trainer-d@northwind.example")
    cohort = Example(of_cohort(world, "osaka-b", world.codes[MAHO]), vendor="northwind", trainers=trainers)
    learner = Example({"code": world.codes[MAHO]}, vendor="northwind")
    return {
        **dict.fromkeys(OF_A_ROLL, Example({"code": "osaka-b", "session": world.held["osaka-b"]}, trainers=trainers)),
        **dict.fromkeys(OF_A_COHORT, cohort),
        **dict.fromkeys(OF_A_PERSON, learner),
        "leave.withdraw": Example({"leave_id": world.leaves["osaka-b"]}, vendor="northwind", trainers=trainers),
    }


def form_for(endpoint: str, example: Example, world: World, vendor: str | None) -> dict[str, Any]:
    """What somebody sends who fills in the form of a route as it should be; empty where the address says it all."""
    at_home = vendor in {None, "kijun-sample"}
    forms = {
        **forms_of_people(example, world),
        **forms_of_cohorts(example, world, at_home=at_home),
        **forms_of_campaigns(world.learner_code if at_home else world.codes[MAHO]),
        **forms_of_content(),
        **forms_of_followup(world.actions.get("owner", 0), world.actions.get("analyst", 0)),
        **forms_of_reports(at_home=at_home),
    }
    return forms.get(endpoint, {})


def forms_of_people(example: Example, world: World) -> dict[str, dict[str, Any]]:
    names = {"name_en": "New", "name_ja": "新規"}
    person = {"name": "New", "login": "new@site.example", "locale": "en", "roles": ["learner"]}
    login = f"{example.arguments.get('code')}@site.example"
    return {
        "accounts.check_sign_in": {"login": LATEST, "password": NEW_PASSWORD},
        "accommodations.edit": {"how": "percent", "amount": "50", "first_on": "2026-11-16", "standing": "0"},
        "accounts.open_sample_account": {"account": "qa"},
        "accounts.redeem_link": {"password": NEW_PASSWORD},
        "confirmation.confirm": {"step_up_password": NEW_PASSWORD},
        "people.decide_role": {"role": "trainer", "decision": "confirm"},
        "people.change_role": {"role": "learner", "change": "grant"},
        "people.deactivate": {"revision": 1},
        "people.edit": {**person, "login": login, "site": world.sites["osaka"], "revision": 2},
        "people.reactivate": {"revision": 3},
        "people_lists.new": {"text": "Name\tE-mail\nNew\tlisted@site.example", "site": "osaka", "locale": "en"},
        "people.new": {**person, "site": world.sites["osaka"]},
        "profile.change_password": {"old_password": PASSWORD, "password": NEW_PASSWORD},
        "wellbeing.keep": {"closed_from": "medium", "avoided": ["threat"], "locale": "en"},
        "contacts.new": {"site": "", "name_en": "New", "name_ja": "新規", "phone": "0120-000-000"},
        "contacts.edit": {"site": "", "name_en": "New", "name_ja": "新規", "phone": "0120-000-000", "revision": "1"},
        "contacts.retire": {"revision": "2"},
        "profile.end_sessions": {"session": "0123456789abcdef"},
        "profile.edit": {"reading": "New", "locale": "en", "own_zone_name": "", "revision": 1},
        **forms_of_places(names),
    }


def forms_of_places(names: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """In the order of their addresses a place is changed, and then taken out of use."""
    place = {**names, "zone_name": "Asia/Tokyo", "country": "JP"}
    day = {**names, "closed_on": "2026-12-29"}
    return {
        "closures.edit": {**day, "revision": 1},
        "closures.new": {**day, "closed_on": "2026-12-28"},
        "closures.remove": {"revision": 2},
        "rooms.edit": {"name": "9Y", "capacity": "10", "revision": 1},
        "rooms.new": {"name": "9Z", "capacity": "10"},
        "rooms.retire": {"revision": 2},
        "sites.edit": {**place, "revision": 1},
        "sites.new": {**place, "code": "new", "vendor": 1},
        "sites.retire": {"revision": 2},
        "vendors.edit": {**names, "kind": "bpo", "revision": 1},
        "vendors.new": {**names, "code": "new", "kind": "bpo"},
        "vendors.retire": {"revision": 2},
    }


def forms_of_cohorts(example: Example, world: World, *, at_home: bool) -> dict[str, dict[str, Any]]:
    is_tokyo = example.arguments.get("code") == "tokyo-a"
    trainer = "trainer@kijun.example" if at_home else "trainer-c@northwind.example"
    second_trainer = "trainer-b@kijun.example" if is_tokyo else "trainer-d@northwind.example"
    titles = {"title_en": "New", "title_ja": "新規"}
    session = {"kind": "meeting", **titles, "on": "2026-12-02", "starts": "09:00", "minutes": "30"}
    plan = {"code": "new", **titles, "day_count": "2", "steps": "1 09:30 60 class A | あ"}
    window = {"opens_at": "2026-11-10T09:00", "due_at": "2026-11-19T17:00"}
    learner = world.learner_code if at_home else world.codes[MAHO]
    return {
        "assignments.end": {"revision": "2"},
        "assignments.excuse": {"people": world.learner_code, "reason": "On a course."},
        "assignments.new": {"quiz": "harassment-checkpoint", **window, "audience": "people", "people": learner},
        "assignments.show": {**window, "revision": "1"},
        "cohorts.assign_quiz": {
            "quiz": "harassment-checkpoint",
            "opens_at": "2026-11-17T09:00",
            "due_at": "2026-11-18T17:00",
        },
        "cohorts.call_off": {"reason": "The queue was given up."},
        "cohorts.edit": {
            "name_en": "New",
            "name_ja": "新規",
            "go_live_on": "2026-12-07",
            "room": "",
            "revision": "1",
        },
        "cohorts.shift": {"first": "2026-11-18", "days": "1", "revision": "1"},
        "cohorts.enrol": {"people": [world.codes["moderator@kijun.example" if is_tokyo else FRESH]]},
        "cohorts.new": {
            "code": "new",
            "name_en": "New",
            "name_ja": "新規",
            "site": world.sites["tokyo" if at_home else "osaka"],
            "template": "labeller-15",
            "go_live_on": "2026-12-21",
            "trainers": [world.codes[trainer]],
        },
        "cohorts.leave": {"to": "", "reason": "Goes back to the old team."},
        "cohorts.waive": {"gate": "attendance", "reason": "Has worked here before."},
        "cohorts.sign_off": {"person": world.learner_code if is_tokyo else world.codes[MAHO]},
        "home.check_in": {"code": world.room_code},
        "roll_call.show": {"rest": "present"},
        "learner_results.export": {"format": "csv"},
        "roll_call.reopen": {"reason": "L0001 was on the call."},
        "timetable.new": session,
        "timetable.edit": {**session, "starts": "10:00", "sequence": "0"},
        "timetable.cancel": {"sequence": "1"},
        "cohorts.trainers": {"person": world.codes[second_trainer], "change": "remove"},
        "plans.new": plan,
        "plans.edit": {**plan, "revision": "1"},
        "plans.retire": {"change": "restore"},
    }


def forms_of_content() -> dict[str, dict[str, Any]]:
    titles = {"title_en": "New", "title_ja": "新規"}
    prompts = {"seen": "1.0", "prompt.en": "Which?", "prompt.ja": "どれですか。"}
    question = {"code": "HAR-900", "section": "HAR/unwanted-contact", "type": "single"}
    limits = {"minutes": "20", "cut_percent": "80", "attempts": "1", "multiple": "partial", "feedback": "now"}
    english, japanese = (file(content.POLICIES / "HAR" / f"{language}.md") for language in ("en", "ja"))
    bank = file(content.BANKS / "HAR" / "questions" / "HAR-014.yaml")
    return {
        "policies.acknowledge": {"version": "4.2", "language": "en"},
        "policy_versions.import_files": {"english": english, "japanese": japanese, "code": "NEW"},
        "policy_drafts.new": {"code": "OWN", **titles},
        "policy_retirement.confirm": {"revision": "1", "change": "restore"},
        "policy_drafts.add_section": {"title": "New", "level": "1", "after": ""},
        "policy_drafts.head": {**titles, "revision": "1"},
        "policy_drafts.section": {"title_en": "New", "title_ja": "新規", "go": "preview"},
        "translation.assign": {"assignee": "", "revision": "0"},
        "translation.save": {"title_ja": "個人に向けた侮辱", "body_ja": "侮辱は削除します。", "go": "check"},
        "question.new": question,
        **FORMS_OF_QUESTIONS,
        "question_editor.save": prompts,
        "question_editor.release": prompts,
        "questions.change_bank": {"revision": "1", **titles},
        "questions.import_file": {"file": bank, "locale": "en", "pair_by": ""},
        "questions.new_bank": {"code": "NEW", **titles},
        **(FORMS_OF_REGRADES | FORMS_OF_INVIGILATION | forms_of_production()),
        "quiz_design.new": {"code": "new", **titles, **limits, "mode": "fixed", "questions": ["HAR-014"]},
        "quiz_design.edit": {**titles, **limits, "mode": "fixed", "questions": ["HAR-014"], "revision": "1"},
        "quiz_design.retire": {"change": "retire", "revision": "2"},
        "quizzes.answer": {"go": "next"},
        "attempts.rest": {"step": "end"},
        "attempts.save_events": {"epoch": 1, "events": [], "shown": [1]},
        **FORMS_OF_SCHEDULES,
    }


def file(path: Path) -> tuple[BytesIO, str]:
    return BytesIO(path.read_bytes()), path.name
