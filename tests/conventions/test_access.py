"""Every route for every role: what the grants refuse is refused, what lies out of reach is not there, the rest answers.

The cells are generated from the url map and the grants. A route whose arguments have no example here fails.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from lms.accounts.grants import GRANTS
from lms.accounts.models import Person, WebSession
from lms.cohorts.core.feed import PURPOSE
from lms.foundation import clock, transaction
from lms.foundation.access import ANONYMOUS, Scope, scopes_for
from lms.foundation.db import db
from lms.foundation.security import signed
from lms.foundation.sessions import stored_id
from lms.quizzes import actions as quizzes
from lms.reports import actions as reports
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
    attempt: str
    assignment: int
    report: str
    learner_code: str
    feed: str


EVERYBODY = Example({})


def examples(world: World) -> dict[str, Example]:
    """The examples by endpoint, for those routes that take arguments."""
    joiner = "joiner@kijun.example"
    attempt = Example({"attempt_id": world.attempt, "position": 1}, owner=joiner)
    given = Example({"assignment_id": world.assignment}, owner=joiner)
    cohort = Example(
        {"code": "tokyo-a"}, vendor="kijun-sample", trainers=("trainer@kijun.example", "trainer-b@kijun.example")
    )
    learner = Example({"code": world.learner_code}, vendor="kijun-sample")
    module = Example({"code": "HAR", "number": "4.2", "language": "en"})
    bank = Example({"code": "HAR", "bank": "HAR"})
    question = Example({"bank": "HAR", "code": "HAR-014"})
    quiz = Example({"code": "harassment-checkpoint"})
    report = Example({"public_id": world.report}, owner="qa@kijun.example")
    return {
        **dict.fromkeys(["quizzes.question", "quizzes.answer", "quizzes.save_events"], attempt),
        **dict.fromkeys(["quizzes.submit_page", "quizzes.submit", "quizzes.result"], attempt),
        **dict.fromkeys(["quizzes.start", "quizzes.open_attempt"], given),
        **dict.fromkeys(["cohorts.show", "cohorts.enrol", "cohorts.assign_quiz", "cohorts.sign_off"], cohort),
        **dict.fromkeys(["people.show", "people.deactivate", "people.make_link", "people.change_role"], learner),
        **dict.fromkeys(["policies.show", "policies.side_by_side", "policies.acknowledge"], module),
        **dict.fromkeys(["policy_versions.index", "policy_versions.download", "policy_versions.publish"], module),
        **dict.fromkeys(["questions.bank", "questions.import_page", "questions.import_file", "question.new"], bank),
        "question.show": question,
        **dict.fromkeys(["analysis.show", "analysis.items_csv", "quiz_design.show"], quiz),
        "plans.show": Example({"code": "labeller-15"}),
        "sites.new_room": Example({"code": "tokyo"}),
        **dict.fromkeys(["reports.show", "reports.download"], report),
        "feeds.person_feed": Example({"token": world.feed}),
        "accounts.link": Example({"token": "unknown"}),
        "accounts.redeem_link": Example({"token": "unknown"}),
        "static_file": Example({"hashed": "unknown.css"}),
    }


QUERIES = {"reports.new": "?quiz=harassment-checkpoint"}
FORMS = {
    "people.change_role": {"role": "learner", "change": "grant"},
    "policies.acknowledge": {"version": "4.2", "language": "en"},
}
LAST = ["quizzes.result", "accounts.sign_out", "accounts.open_sample_account", "accounts.check_sign_in"]
"""A result is there once the attempt is submitted; what ends or changes the visitor's own session comes last."""
NOT_THERE = {"static_file", "accounts.open_sample_account"}
"""Open to everybody; the examples name something that does not exist."""


@pytest.fixture(scope="module")
def cells(built: Flask) -> list[tuple[Rule, str]]:
    found = [
        (rule, method)
        for rule in sorted(built.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in sorted(rule.methods or ())
        if method != "OPTIONS"
    ]
    return sorted(found, key=lambda cell: LAST.index(cell[0].endpoint) if cell[0].endpoint in LAST else -1)


@pytest.fixture
def world(sample: Flask) -> World:
    with sample.app_context(), transaction.unit():
        joiner, qa = sitting.person(), sitting.person("qa@kijun.example")
        assignment = sitting.assignment_id(joiner)
        attempt = quizzes.open_attempt(joiner, assignment, locale="en")
        report = reports.request_analysis(qa, quiz="harassment-checkpoint", cohort="", locale="en", comment="")
        sitting.person("yui.takahashi@kijun.example").deactivated_at = clock.now()
        learner = sitting.person("emma.lindqvist@kijun.example").code
        return World(attempt.id, assignment, report.public_id, learner, signed(PURPOSE, joiner.code))


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
        person = db.session.scalars(select(Person).where(Person.login == login)).one()
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


def outcome(status: int, location: str) -> str:
    if status >= 500:
        return f"failure {status}"
    if status == 302 and location.startswith("/sign-in"):
        return "sign in"
    return {401: "sign in", 403: "refused", 404: "not there"}.get(status, "answers")


def test_every_route_answers_every_role_as_the_grants_say(
    sample: Flask, cells: list[tuple[Rule, str]], persona: Persona, world: World
) -> None:
    arguments = examples(world)
    forms = {**FORMS, "cohorts.sign_off": {"person": world.learner_code}}
    wrong = []
    for rule, method in cells:
        example = arguments.get(rule.endpoint, EVERYBODY)
        assert set(rule.arguments) <= set(example.arguments), f"{rule.endpoint}: no example of {sorted(rule.arguments)}"
        with sample.test_request_context():
            used = {name: example.arguments[name] for name in rule.arguments}
            path = sample.url_for(rule.endpoint, **used) + QUERIES.get(rule.endpoint, "")
        answer = persona.visitor.open(path, method=method, data=forms.get(rule.endpoint, {}))
        action = sample.view_functions[rule.endpoint].policy  # type: ignore[attr-defined]
        found = outcome(answer.status_code, answer.headers.get("Location", ""))
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
