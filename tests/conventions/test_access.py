"""Every route for every role: what the grants refuse is refused, what lies out of reach is not there, the rest answers.

The cells are generated from the url map and the grants. A route whose arguments have no example here fails.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms.accounts import actions as accounts
from lms.accounts import admission
from lms.accounts.core.roles import Role
from lms.accounts.grants import GRANTS
from lms.accounts.models import Person, RoleProposal, WebSession
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import gates
from lms.cohorts.actions.attendance import room_code
from lms.cohorts.core.feed import PURPOSE
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.readiness import GateKind
from lms.cohorts.models import Cohort, Slip, TrainingSession
from lms.demo import content
from lms.foundation import clock, jobs, transaction
from lms.foundation.access import ANONYMOUS, Scope, needs_step_up, scopes_for
from lms.foundation.db import db
from lms.foundation.jobs import JobState
from lms.foundation.security import signed
from lms.foundation.sessions import STEP_UP_MINUTES, stored_id
from lms.policies import actions as policies
from lms.quizzes import actions as quizzes
from lms.quizzes.actions import reporting
from lms.quizzes.core.reporting import ReportKind
from lms.reports import actions as reports
from lms.sites import actions as sites
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Site
from tests.campaigns.making import make_campaign, make_leave
from tests.conftest import Visitor
from tests.conventions.examples import (
    ASKED,
    DISCARDED,
    DRAFT,
    EMPTY,
    EVERYBODY,
    FRESH,
    LATEST,
    MAHO,
    PASSWORD_HASH,
    WRITTEN,
    Example,
    World,
    examples,
    examples_at_northwind,
    form_for,
    sessions_held,
    sessions_to_come,
)
from tests.conventions.mailing import make_notice_and_mail
from tests.followup.following import make_actions
from tests.invigilation.looking_after import make_reviews
from tests.production.making import make_imports
from tests.quizzes import sitting
from tests.quizzes.regrades import make_regrade
from tests.reports.making import make_schedule

pytestmark = pytest.mark.sqlite  # grants are the same on both; the crawl opens every page on PostgreSQL

ROOT = Path(__file__).resolve().parent.parent.parent
STATES = {"joiner", "moderator", "trainer", "qa", "editor", "localizer", "vendor", "admin"}
PERSONAS = {
    **{name: f"{name}@kijun.example" for name in sorted(STATES)},
    "trainer of another site": "trainer-c@northwind.example",
    "deactivated": "yui.takahashi@kijun.example",
    "nobody": None,
    **{f"{name}, no step-up": f"{name}@kijun.example" for name in ("admin", "editor", "vendor")},
}


QUERIES = {
    "reports.new_analysis": "?quiz=harassment-checkpoint",
    "search.index": "?q=a",
    "followup.new": "?quiz=harassment-checkpoint&question=HAR-014",
}
AS_JSON = {"attempts.save_events"}
LAST = [
    "cohorts.call_off",
    *("question.hold", "question.confirm", "question.retire", "question.restore"),
    *("questions.retire_bank", "questions.restore_bank"),
    *(
        "confirmation.confirm",
        "quizzes.result",
        "quizzes.practise",
        "accounts.sign_out",
        "accounts.open_sample_account",
    ),
    *("accounts.redeem_link", "accounts.check_sign_in"),
]
"""What confirms, ends or changes the visitor's own session; and a result: it is there once the attempt is submitted."""
NOT_THERE = {"static_file"}
"""Open to everybody; the example names something that does not exist."""
LIST = "list-of-one1"
NOT_READY = {
    **{"reports.download": 409, "reports.view": 409, "reviews.withdraw": 409, "accommodations.end": 409},
    **{"system.cancel_job": 409, "report_schedules.pause": 409, "report_schedules.send": 409},
}
"""The file of the example is not made yet; its ruling is decided, since only whoever proposed one takes it back; its
job has failed, its schedule has ended; and no form knows which accommodation has just been granted.
"""


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


def make_failed_job() -> int:
    """A job that has failed: to be given up, and then to be tried again."""
    job = jobs.enqueue("journal.check")
    job.state = JobState.FAILED
    db.session.flush()
    return job.id


def _session_now() -> TrainingSession:
    """The session of the joiner's cohort that runs now; it becomes a class, so that attendance is taken."""
    now = clock.now()
    runs = (TrainingSession.starts_at <= now) & (TrainingSession.ends_at > now)
    query = select(TrainingSession).join(TrainingSession.cohort).where(runs, Cohort.code == "tokyo-a")
    session = db.session.scalars(query).one()
    session.kind = StepKind.CLASS
    return session


def make_list(site: Site) -> str:
    """A list with one person, added by the administrator when it is asked for first; its key."""
    if admission.find_list(LIST) is None:
        listed = accounts.NewPerson("listed-before@site.example", "New", "", site, "en", (Role.LEARNER,))
        admission.create_people([listed], by=sitting.person("admin@kijun.example"), key=LIST)
    return LIST


def _waived(cohort_code: str, login: str) -> int:
    cohort, trainer = cohorts.find_cohort(cohort_code), sitting.person("trainer@kijun.example")
    assert cohort is not None
    person = sitting.person(login)
    return gates.waive(cohort, person, GateKind.QUIZ_AVERAGE, "Has worked here before.", by=trainer).id


def _shifted(cohort_code: str) -> int:
    cohort, trainer = cohorts.find_cohort(cohort_code), sitting.person("trainer@kijun.example")
    assert cohort is not None
    day, moved = cohort.go_live_on, {"sessions": [], "quizzes": [], "trainers": [], "told": []}
    slip = Slip(cohort_id=cohort.id, cause="room", reason="", before_on=day, after_on=day, session_count=0, moved=moved)
    slip.decided_by, slip.decided_at = trainer.id, clock.now()
    db.session.add(slip)
    db.session.flush()
    return slip.id


REPORTED = {"quiz": "harassment-checkpoint", "cohort": "", "taken_in": ""}


@pytest.fixture
def world(sample: Flask) -> World:
    with sample.app_context(), transaction.unit():
        joiner, qa = sitting.person(), sitting.person("qa@kijun.example")
        assignment = sitting.assignment_id(joiner)
        attempt = quizzes.open_attempt(joiner, assignment, locale="en")
        reporting.report(attempt, 1, ReportKind.ASK, "Why?", locale="en", by=joiner)
        report = reports.request_report(qa, "analysis", REPORTED, language="en")
        sitting.person("yui.takahashi@kijun.example").deactivated_at = clock.now()
        read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
        for code in (ASKED, DRAFT, WRITTEN, DISCARDED):
            version = policies.import_policy(read, code=code)
            if code == ASKED:
                policies.ask_for_publication(version, by=sitting.person(LATEST))
        for login in ("emma.lindqvist@kijun.example", MAHO):
            waiting = RoleProposal(person=sitting.person(login), role="trainer", proposer=qa, proposed_at=clock.now())
            db.session.add(waiting)
        make_campaign()
        room, closure = make_empty_place()
        notice, mail = make_notice_and_mail(joiner.id)
        cohorts.get_template("labeller-15").gates = {
            "gates": [{"kind": "quiz_average", "cut": 80}, {"kind": "attendance", "cut": 100}, {"kind": "sign_off"}]
        }  # each open from the first day
        osaka = sitting.person(MAHO).site
        accounts.create_person(
            accounts.NewPerson(FRESH, "新井 幸", "あらい さち", osaka, "ja", (Role.LEARNER,)), by=None
        )
        return World(
            attempt.id,
            assignment,
            report.public_id,
            schedule=make_schedule(report, qa),
            learner_code=sitting.person("emma.lindqvist@kijun.example").code,
            feed=signed(PURPOSE, joiner.code),
            people_list=make_list(osaka),
            link=accounts.make_link(sitting.person(LATEST), by=None),
            codes={person.login: person.code for person in db.session.scalars(select(Person))},
            sessions=sessions_to_come(),
            held=sessions_held(),
            room_code=room_code(_session_now(), clock.now()),
            waivers={
                "tokyo-a": _waived("tokyo-a", "emma.lindqvist@kijun.example"),
                "osaka-b": _waived("osaka-b", MAHO),
            },
            slips={code: _shifted(code) for code in ("tokyo-a", "osaka-b")},
            sites={site.code: site.id for site in db.session.scalars(select(Site))},
            room=room,
            closure=closure,
            failed_job=make_failed_job(),
            notice=notice,
            mail=mail,
            leaves={
                "tokyo-a": make_leave(sitting.person("emma.lindqvist@kijun.example")),
                "osaka-b": make_leave(sitting.person(MAHO)),
            },
            regrade=make_regrade("HAR-021"),
            actions=make_actions(),
            reviews=make_reviews("tokyo-a"),
            imports=make_imports(),
        )


@dataclass(frozen=True)
class Persona:
    login: str | None
    roles: frozenset[str]
    vendor: str | None
    visitor: Visitor
    is_stepped_up: bool = True
    """Whether the password was entered shortly before: signing in counts, for a while."""


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
        is_stepped_up = not request.param.endswith("no step-up")
        now = clock.now()
        signed_in = now if is_stepped_up else now - timedelta(minutes=STEP_UP_MINUTES, seconds=1)
        row = WebSession(id_sha256=stored_id(sid), person_id=person.id, created_at=signed_in, seen_at=now)
        db.session.add(row)
        visitor.set_cookie("sid", sid)
        roles = frozenset({ANONYMOUS}) if person.deactivated_at else frozenset({ANONYMOUS, *person.roles})
        return Persona(login, roles, person.site.vendor.code, visitor, is_stepped_up)


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
    if needs_step_up(GRANTS, action, persona.roles) and not persona.is_stepped_up:
        return "password first"
    if rule.endpoint in NOT_THERE or not any(REACH[scope](persona, example) for scope in scopes):
        return "not there"
    if example.owner is not None and persona.login != example.owner:
        return "not there"
    return "answers"


def outcome(endpoint: str, answer: TestResponse) -> str:
    """What an answer comes to. A form that is refused although it is filled in as it should be is a failure."""
    status, location = answer.status_code, answer.headers.get("Location", "")
    if status == 403 and 'name="step_up_password"' in answer.text:
        return "password first"
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
            found = outcome(rule.endpoint, answer)
            if rule.endpoint == "accounts.sign_out" and found == "sign in" and persona.roles != {ANONYMOUS}:
                found = "answers"  # signing out leads to the sign-in page
            wanted = expected(persona, rule, action, example)
            if method == "HEAD" and wanted == "password first":
                wanted = "refused"  # the page that asks for it has no body here
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
