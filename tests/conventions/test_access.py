"""Every route for every role: what the grants refuse is refused, what lies out of reach is not there, the rest answers.

The cells are generated from the url map and the grants. A route whose arguments have no example here fails.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.grants import GRANTS
from lms.accounts.models import Person, WebSession
from lms.cohorts import queries as cohorts
from lms.cohorts.core.feed import PURPOSE
from lms.demo import content
from lms.foundation import clock, transaction
from lms.foundation.access import ANONYMOUS, Scope, scopes_for
from lms.foundation.db import db
from lms.foundation.security import signed
from lms.foundation.sessions import stored_id
from lms.policies import actions as policies
from lms.quizzes import actions as quizzes
from lms.reports import actions as reports
from lms.sites import actions as sites
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Site
from tests.cast import PASSWORD
from tests.conftest import Visitor
from tests.quizzes import sitting

ROOT = Path(__file__).resolve().parent.parent.parent
STATES = {"joiner", "moderator", "trainer", "qa", "editor", "localizer", "vendor", "admin"}
PERSONAS = {
    **{name: f"{name}@kijun.example" for name in sorted(STATES)},
    "trainer of another site": "trainer-c@northwind.example",
    "deactivated": "yui.takahashi@kijun.example",
    "nobody": None,
}


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
    link: str = "unknown"
    codes: Mapping[str, str] = field(default_factory=dict)
    """The code of everybody, by login."""
    sites: Mapping[str, int] = field(default_factory=dict)
    room: int = 0
    closure: int = 0
    """Of a site that nobody uses yet."""


EVERYBODY = Example({})
MAHO = "maho.yoshida@northwind.example"
FRESH = "fresh@northwind.example"
"""A learner whom no cohort has taken in yet."""
LATEST = "mayu.saeki@kijun.example"
"""Who has a link for a new password, and signs in with it."""
DRAFT = "DRA"
"""A module whose version is not published yet."""
NEW_PASSWORD = "yet another good sentence"
PASSWORD_HASH = accounts.hash_password(PASSWORD, login="")
EMPTY = "empty"
"""The code of a vendor and of its one site, which nobody uses yet."""
OF_A_PLACE = (
    *("sites.show", "sites.edit", "sites.retire", "vendors.edit", "vendors.retire"),
    *("rooms.new", "rooms.edit", "rooms.retire", "closures.new", "closures.edit", "closures.remove"),
)
OF_A_COHORT = (
    "cohorts.show",
    "cohorts.enrol",
    "cohorts.assign_quiz",
    "cohorts.sign_off",
    "cohorts.trainers",
    "cohorts.member",
)
OF_A_PERSON = (*("people.show", "people.deactivate", "people.reactivate", "people.make_link", "people.change_role"),)


def examples(world: World) -> dict[str, Example]:
    """The examples by endpoint, for those routes that take arguments."""
    joiner = "joiner@kijun.example"
    attempt = Example({"attempt_id": world.attempt, "position": 1}, owner=joiner)
    given = Example({"assignment_id": world.assignment}, owner=joiner)
    cohort = Example(
        {"code": "tokyo-a", "person": world.learner_code},
        vendor="kijun-sample",
        trainers=("trainer@kijun.example", "trainer-b@kijun.example"),
    )
    learner = Example({"code": world.learner_code}, vendor="kijun-sample")
    module = Example({"code": "HAR", "number": "4.2", "language": "en"})
    bank = Example({"code": "HAR", "bank": "HAR"})
    question = Example({"bank": "HAR", "code": "HAR-014"})
    draft = Example({"code": DRAFT, "number": "4.2"})
    quiz = Example({"code": "harassment-checkpoint"})
    report = Example({"public_id": world.report}, owner="qa@kijun.example")
    return {
        **dict.fromkeys(["quizzes.question", "quizzes.answer", "quizzes.save_events"], attempt),
        **dict.fromkeys(["quizzes.submit_page", "quizzes.submit", "quizzes.result"], attempt),
        **dict.fromkeys(["quizzes.start", "quizzes.open_attempt"], given),
        **dict.fromkeys(OF_A_COHORT, cohort),
        **dict.fromkeys(OF_A_PERSON, learner),
        **dict.fromkeys(["policies.show", "policies.side_by_side", "policies.acknowledge"], module),
        **dict.fromkeys(["policy_versions.index", "policy_versions.show", "policy_versions.download"], module),
        "policy_versions.publish": draft,
        **dict.fromkeys(["questions.bank", "questions.import_page", "questions.import_file", "question.new"], bank),
        "question.show": question,
        **dict.fromkeys(["analysis.show", "analysis.items_csv", "quiz_design.show"], quiz),
        **dict.fromkeys(["plans.show", "plans.edit"], Example({"code": "labeller-15"})),
        **dict.fromkeys(OF_A_PLACE, Example({"code": EMPTY, "room_id": world.room, "closure_id": world.closure})),
        **dict.fromkeys(["reports.show", "reports.download"], report),
        "feeds.person_feed": Example({"token": world.feed}),
        **dict.fromkeys(["accounts.link", "accounts.redeem_link"], Example({"token": world.link})),
        "static_file": Example({"hashed": "unknown.css"}),
    }


def examples_at_northwind(world: World) -> dict[str, Example]:
    """The other vendor's cohort and one of its learners, for the same routes."""
    trainers = ("trainer@kijun.example", "trainer-c@northwind.example", "trainer-d@northwind.example")
    cohort = Example({"code": "osaka-b", "person": world.codes[MAHO]}, vendor="northwind", trainers=trainers)
    learner = Example({"code": world.codes[MAHO]}, vendor="northwind")
    return {**dict.fromkeys(OF_A_COHORT, cohort), **dict.fromkeys(OF_A_PERSON, learner)}


def form_for(endpoint: str, example: Example, world: World, vendor: str | None) -> dict[str, Any]:
    """What somebody sends who fills in the form of a route as it should be; empty where the address says it all."""
    at_home = vendor in {None, "kijun-sample"}
    forms = {**forms_of_people(world), **forms_of_cohorts(example, world, at_home=at_home), **forms_of_content()}
    return forms.get(endpoint, {})


def forms_of_people(world: World) -> dict[str, dict[str, Any]]:
    names = {"name_en": "New", "name_ja": "新規"}
    person = {"name": "New", "login": "new@site.example", "locale": "en", "roles": ["learner"]}
    return {
        "accounts.check_sign_in": {"login": LATEST, "password": NEW_PASSWORD},
        "accounts.open_sample_account": {"account": "qa"},
        "accounts.redeem_link": {"password": NEW_PASSWORD},
        "people.change_role": {"role": "learner", "change": "grant"},
        "people.deactivate": {"revision": 1},
        "people.reactivate": {"revision": 2},
        "people.new": {**person, "site": world.sites["osaka"]},
        "profile.change_password": {"old_password": PASSWORD, "password": NEW_PASSWORD},
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
    plan = {"code": "new", **titles, "day_count": "2", "steps": "1 09:30 60 class A | あ"}
    return {
        "cohorts.assign_quiz": {
            "quiz": "harassment-checkpoint",
            "opens_at": "2026-11-17T09:00",
            "due_at": "2026-11-18T17:00",
        },
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
        "cohorts.sign_off": {"person": world.learner_code if is_tokyo else world.codes[MAHO]},
        "cohorts.trainers": {"person": world.codes[second_trainer], "change": "remove"},
        "plans.new": plan,
        "plans.edit": {**plan, "revision": "1"},
    }


def forms_of_content() -> dict[str, dict[str, Any]]:
    titles = {"title_en": "New", "title_ja": "新規"}
    options = {"text_en_1": "One", "text_ja_1": "いち", "text_en_2": "Two", "text_ja_2": "に", "right": "1"}
    prompts = {"prompt_en": "Which?", "prompt_ja": "どれですか。", "rationale_en": "So.", "rationale_ja": "そのため。"}
    question = {"code": "HAR-900", "section": "HAR/unwanted-contact", "difficulty": "medium"}
    limits = {"minutes": "20", "cut_percent": "80", "attempts": "1", "multiple": "partial", "feedback": "now"}
    event = {"seq": 1, "position": 1, "locale": "en", "payload": {}}
    english, japanese = (file(content.POLICIES / "HAR" / f"{language}.md") for language in ("en", "ja"))
    bank = file(content.BANKS / "HAR" / "questions" / "HAR-014.yaml")
    return {
        "policies.acknowledge": {"version": "4.2", "language": "en"},
        "policy_versions.import_files": {"english": english, "japanese": japanese, "code": "NEW"},
        "question.new": {**question, **prompts, **options},
        "questions.import_file": {"file": bank, "locale": "en", "pair_by": ""},
        "questions.new_bank": {"code": "NEW", **titles},
        "quiz_design.new": {"code": "new", **titles, **limits, "questions": ["HAR-014"]},
        "quizzes.answer": {"go": "next"},
        "quizzes.save_events": {"epoch": 1, "events": [event]},
        "reports.new": {"quiz": "harassment-checkpoint", "cohort": "", "taken_in": "", "language": "en"},
    }


def file(path: Path) -> tuple[BytesIO, str]:
    return BytesIO(path.read_bytes()), path.name


QUERIES = {"reports.new": "?quiz=harassment-checkpoint"}
AS_JSON = {"quizzes.save_events"}
LAST = [
    *("quizzes.result", "accounts.sign_out", "accounts.open_sample_account"),
    *("accounts.redeem_link", "accounts.check_sign_in"),
]
"""A result is there once the attempt is submitted; what ends or changes the visitor's own session comes last."""
NOT_THERE = {"static_file"}
"""Open to everybody; the example names something that does not exist."""
NOT_READY = {"reports.download": 409}
"""The file of the example is not made yet."""


@pytest.fixture(scope="module")
def cells(built: Flask) -> list[tuple[Rule, str]]:
    found = [
        (rule, method)
        for rule in sorted(built.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in sorted(rule.methods or ())
        if method != "OPTIONS"
    ]
    return sorted(found, key=lambda cell: LAST.index(cell[0].endpoint) if cell[0].endpoint in LAST else -1)


def make_empty_place() -> tuple[int, int]:
    """A vendor with one site that nobody uses yet; the ids of its room and of its closed day."""
    name = {"en": "Empty", "ja": "空き"}
    vendor = sites.create_vendor(sites.NewVendor(EMPTY, name, VendorKind.BPO))
    site = sites.create_site(sites.NewSite(EMPTY, name, vendor.id, "Asia/Tokyo", "JP"))
    closure = sites.add_closure(site, date(2026, 12, 30), name, actor=sites.SYSTEM)
    return sites.add_room(site, "9X", 5).id, closure.id


@pytest.fixture
def world(sample: Flask) -> World:
    with sample.app_context(), transaction.unit():
        joiner, qa = sitting.person(), sitting.person("qa@kijun.example")
        assignment = sitting.assignment_id(joiner)
        attempt = quizzes.open_attempt(joiner, assignment, locale="en")
        report = reports.request_analysis(qa, quiz="harassment-checkpoint", cohort="", locale="en", comment="")
        sitting.person("yui.takahashi@kijun.example").deactivated_at = clock.now()
        read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
        policies.import_policy(read, code=DRAFT)
        room, closure = make_empty_place()
        cohorts.get_template("labeller-15").gates = {"gates": [{"kind": "sign_off"}]}  # open from the first day
        osaka = sitting.person(MAHO).site
        accounts.create_person(
            accounts.NewPerson(FRESH, "新井 幸", "あらい さち", osaka, "ja", (Role.LEARNER,)), by=None
        )
        return World(
            attempt.id,
            assignment,
            report.public_id,
            learner_code=sitting.person("emma.lindqvist@kijun.example").code,
            feed=signed(PURPOSE, joiner.code),
            link=accounts.make_link(sitting.person(LATEST), by=None),
            codes={person.login: person.code for person in db.session.scalars(select(Person))},
            sites={site.code: site.id for site in db.session.scalars(select(Site))},
            room=room,
            closure=closure,
        )


@dataclass(frozen=True)
class Persona:
    login: str | None
    roles: frozenset[str]
    vendor: str | None
    visitor: Visitor


@pytest.fixture(params=list(PERSONAS))
def persona(request: pytest.FixtureRequest, world: World, sample: Flask) -> Persona:
    login = PERSONAS[request.param]
    sample.test_client_class = Visitor
    visitor: Visitor = sample.test_client()  # type: ignore[assignment]
    if login is None:
        return Persona(None, frozenset({ANONYMOUS}), None, visitor)
    with sample.app_context(), transaction.unit():
        person = sitting.person(login)
        person.password_hash = PASSWORD_HASH
        sid = secrets.token_urlsafe(32)
        now = clock.now()
        db.session.add(WebSession(id_sha256=stored_id(sid), person_id=person.id, created_at=now, seen_at=now))
        visitor.set_cookie("sid", sid)
        roles = frozenset({ANONYMOUS}) if person.deactivated_at else frozenset({ANONYMOUS, *person.roles})
        return Persona(login, roles, person.site.vendor.code, visitor)


REACH: dict[Scope, Callable[[Persona, Example], bool]] = {
    Scope.ALL: lambda _persona, _example: True,
    Scope.OWN: lambda persona, example: example.owner in {None, persona.login},
    Scope.VENDOR: lambda persona, example: example.vendor in {None, persona.vendor},
    Scope.COHORT: lambda persona, example: not example.trainers or persona.login in example.trainers,
}


def expected(persona: Persona, rule: Rule, action: str, example: Example) -> str:
    scopes = scopes_for(GRANTS, action, persona.roles)
    if not scopes:
        return "sign in" if persona.roles == {ANONYMOUS} else "refused"
    if rule.endpoint in NOT_THERE or not any(REACH[scope](persona, example) for scope in scopes):
        return "not there"
    if example.owner is not None and persona.login != example.owner:
        return "not there"
    return "answers"


def outcome(endpoint: str, status: int, location: str) -> str:
    """What an answer comes to. A form that is refused although it is filled in as it should be is a failure."""
    if status == 302 and location.startswith("/sign-in"):
        return "sign in"
    if status < 400 or status == NOT_READY.get(endpoint):
        return "answers"
    return {401: "sign in", 403: "refused", 404: "not there"}.get(status, f"failure {status}")


def test_every_route_answers_every_role_as_the_grants_say(
    sample: Flask, cells: list[tuple[Rule, str]], persona: Persona, world: World
) -> None:
    arguments, further = examples(world), examples_at_northwind(world)
    wrong = []
    for rule, method in cells:
        listed = [arguments.get(rule.endpoint, EVERYBODY)]
        listed += [further[rule.endpoint]] if rule.endpoint in further else []
        for example in listed:
            missing = set(rule.arguments) - set(example.arguments)
            assert not missing, f"{rule.endpoint}: no example of {sorted(missing)}"
            with sample.test_request_context():
                used = {name: example.arguments[name] for name in rule.arguments}
                path = sample.url_for(rule.endpoint, **used) + QUERIES.get(rule.endpoint, "")
            sent = form_for(rule.endpoint, example, world, persona.vendor) if method == "POST" else {}
            answer = persona.visitor.open(
                path, method=method, **({"json": sent} if rule.endpoint in AS_JSON else {"data": sent})
            )
            action = sample.view_functions[rule.endpoint].policy  # type: ignore[attr-defined]
            found = outcome(rule.endpoint, answer.status_code, answer.headers.get("Location", ""))
            if rule.endpoint == "accounts.sign_out" and found == "sign in" and persona.roles != {ANONYMOUS}:
                found = "answers"  # signing out leads to the sign-in page
            wanted = expected(persona, rule, action, example)
            if found != wanted:
                wrong.append(f"{method} {path} ({action}): {found} ({answer.status_code}), expected {wanted}")
    assert not wrong, "\n".join(wrong)


def test_no_grant_is_dead(built: Flask) -> None:
    """Each action is declared by a route, or asked for by name in a page or query."""
    declared = {view.policy for view in built.view_functions.values()}  # type: ignore[attr-defined]
    sources = "\n".join(path.read_text() for ending in ("py", "html") for path in (ROOT / "lms").rglob(f"*.{ending}"))
    asked = set(re.findall(r"""\b(?:may|access_for)\(["']([a-z_.]+)["']""", sources))
    assert set(GRANTS) - declared - asked == set()
    assert asked <= set(GRANTS)
