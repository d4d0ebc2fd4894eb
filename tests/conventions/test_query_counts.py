"""How many SQL statements a page needs: few, and as many for a large installation as for a small one.

The pages are generated from the url map and asked for as every sample account; whoever is refused counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.core.feed import PURPOSE
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import PlanStep, TrainingSession
from lms.demo import content
from lms.foundation import clock, jobs, transaction
from lms.foundation.jobs import JobState
from lms.foundation.security import signed
from lms.policies import actions as policies
from lms.questions import actions as questions
from lms.questions import queries as question_queries
from lms.questions.core.formats import native
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.actions import reporting
from lms.quizzes.core.answers import Event
from lms.quizzes.core.audience import AudienceKind
from lms.quizzes.core.reporting import ReportKind
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Attempt
from lms.reports import actions as reports
from lms.sites import actions as sites
from lms.sites import queries as site_queries
from lms.sites.core.vendor import VendorKind
from tests.campaigns.making import make_campaign, make_leave
from tests.conftest import QueryCount, SignIn, Visitor
from tests.conventions.examples import (
    DRAFT,
    EMPTY,
    WRITTEN,
    World,
    examples,
    sessions_held,
    sessions_to_come,
)
from tests.conventions.mailing import make_notice_and_mail
from tests.conventions.test_access import QUERIES, STATES, make_empty_place, make_list
from tests.followup.following import make_actions
from tests.invigilation.looking_after import make_reviews
from tests.production.making import make_imports
from tests.quizzes import sitting
from tests.quizzes.regrades import make_regrade
from tests.reports.making import make_schedule

pytestmark = pytest.mark.sqlite  # they are the same on both; the crawl opens every page on PostgreSQL

MOST = 15
LOGINS = [f"{name}@kijun.example" for name in sorted(STATES)]
NO_PAGES = {"static_file", "favicon", "livez", "readyz", "accounts.link", "accounts.sign_in"}
"""Files, what monitors ask, and what is for visitors who are not signed in."""
NOT_READY = {"reports.download", "reports.view"}
"""The file of the example is not made yet, so there is nothing to count."""
LISTS = {
    *("analysis.index", "analysis.items_csv", "analysis.show", "cohorts.index", "cohorts.show", "feeds.person_feed"),
    *("people.index", "people.show", "plans.index", "plans.show", "policies.library", "policies.show"),
    *("policies.side_by_side", "policy_versions.index", "questions.bank", "questions.banks", "quiz_design.index"),
    *("quiz_design.show", "quizzes.index", "quizzes.result", "quizzes.results", "quizzes.submit_page"),
    *("reports.index", "roll_call.index", "roll_call.show", "sites.index", "sites.show", "home.today", "audit.index"),
    *("assignments.index", "vendors.index"),
    *("system.jobs", "mail.index", "notices.index", "translation.index"),
}
"""The pages that the grown organisation makes longer."""

Counted = Callable[[], AbstractContextManager[QueryCount]]


@dataclass(frozen=True)
class Asked:
    """One page asked for by one account: how many statements ran, and how long the answer was."""

    statements: int
    length: int


Measured = dict[tuple[str, str], Asked]


@dataclass(frozen=True)
class Meter:
    """Asks for every page as every account."""

    app: Flask
    visitors: dict[str, Visitor]
    counted: Counted

    def measure(self, world: World) -> Measured:
        """What each page needed; the joiner's attempt is submitted before its result is asked for."""
        arguments = examples(world)
        found: Measured = {}
        for rule in self._rules():
            if rule.endpoint == "quizzes.result":
                self._submit(world.attempt)
            example = arguments.get(rule.endpoint)
            used = {name: example.arguments[name] for name in rule.arguments} if example else {}
            if rule.endpoint == "quizzes.question":
                used["position"] = self._place_of_a_case(world.attempt)
            with self.app.test_request_context():
                path = self.app.url_for(rule.endpoint, **used) + QUERIES.get(rule.endpoint, "")
            for login, visitor in self.visitors.items():
                with self.counted() as count:
                    answer = visitor.get(path)
                assert answer.status_code < 500, path
                if answer.status_code == 200:
                    found[rule.endpoint, login] = Asked(len(count), len(answer.data))
        return found

    def _rules(self) -> Iterator[Rule]:
        """The routes of pages; that of a result comes last."""
        asked = [rule for rule in self.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
        for rule in sorted(asked, key=lambda rule: (rule.endpoint == "quizzes.result", rule.rule)):
            if rule.endpoint not in NO_PAGES:
                yield rule

    def _place_of_a_case(self, attempt_id: str) -> int:
        """The paper is shuffled; of its questions the cases show the most, the policy's sections among it."""
        with self.app.app_context():
            attempt = quiz_queries.get_attempt(sitting.own_access(sitting.person()), attempt_id)
            return next(row.position for row in attempt.questions if row.question_version.type == "case")

    def _submit(self, attempt_id: str) -> None:
        with self.app.app_context(), transaction.unit():
            quizzes.submit(sitting.own_access(sitting.person()), attempt_id)


@pytest.fixture
def meter(sample: Flask, sign_in_as: SignIn, queries_counted: Counted) -> Meter:
    with sample.app_context():
        codes = {login: sitting.person(login).code for login in LOGINS}
    return Meter(sample, {login: sign_in_as(code) for login, code in codes.items()}, queries_counted)


def open_world(app: Flask) -> World:
    """What the routes' examples name: the joiner has answered everything wrong, and not submitted yet."""
    with app.app_context(), transaction.unit():
        joiner, qa = sitting.person(), sitting.person("qa@kijun.example")
        given = [g for g in quiz_queries.list_given(joiner.id) if g.may_start(clock.now()) and not is_of_run(g)]
        assignment = given[-1].assignment.id
        attempt = quizzes.open_attempt(joiner, assignment, locale="en")
        answer_all_wrong(joiner, attempt)
        reporting.report(attempt, 1, ReportKind.ASK, "Why?", locale="en", by=joiner)
        report = reports.request_report(
            qa, "analysis", {"quiz": "harassment-checkpoint", "cohort": "", "taken_in": ""}, language="en"
        )
        read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
        for code in (DRAFT, WRITTEN):
            policies.import_policy(read, code=code)
        learner = sitting.person("emma.lindqvist@kijun.example").code
        make_campaign()
        room, closure = _empty_place()
        notice, mail = make_notice_and_mail(joiner.id)
        feed = signed(PURPOSE, joiner.code)
        return World(
            attempt.id,
            assignment,
            report.public_id,
            learner,
            feed,
            schedule=make_schedule(report, qa),
            people_list=make_list(joiner.site),
            sessions=sessions_to_come(),
            held=sessions_held(),
            room=room,
            closure=closure,
            notice=notice,
            mail=mail,
            leaves={"tokyo-a": make_leave(sitting.person("emma.lindqvist@kijun.example"))},
            regrade=make_regrade("HAR-021"),
            actions=make_actions(),
            reviews=make_reviews("tokyo-a"),
            imports=make_imports(),
        )


def is_of_run(given: quiz_queries.Given) -> bool:
    return (given.assignment.audience or {}).get("kind") == AudienceKind.CAMPAIGN


def _empty_place() -> tuple[int, int]:
    """Made when the world is opened first."""
    site = site_queries.find_site(EMPTY)
    if site is None:
        return make_empty_place()
    return site_queries.list_rooms(site)[0].id, site_queries.list_closures(site)[0].id


def answer_all_wrong(person: Person, attempt: Attempt) -> None:
    for row in attempt.questions:
        row.shown_at = clock.now()
    places = [row.position for row in attempt.questions]
    events = [Event(1, place, place, "en", sitting.wrong_answer(attempt, place)) for place in places]
    quizzes.save_events(sitting.own_access(person), attempt.id, events)


def test_no_page_needs_more_than_15_statements(sample: Flask, meter: Meter) -> None:
    found = meter.measure(open_world(sample))
    answered = {endpoint for endpoint, _login in found}
    asked = {rule.endpoint for rule in meter._rules()}
    assert asked - answered == NOT_READY, "every page is open to one of the sample accounts"
    greedy = {key: asked.statements for key, asked in found.items() if asked.statements > MOST}
    assert greedy == {}, sorted(greedy.items())


def test_no_page_needs_more_statements_when_there_are_more_rows(sample: Flask, meter: Meter) -> None:
    before = meter.measure(open_world(sample))
    grow(sample)
    after = meter.measure(open_world(sample))
    assert set(before) == set(after)
    longer = {endpoint for (endpoint, _), asked in after.items() if asked.length > before[endpoint, _].length}
    assert LISTS - longer == set(), "the test grows what these pages list"
    more = {
        key: (before[key].statements, asked.statements)
        for key, asked in after.items()
        if asked.statements > before[key].statements
    }
    assert more == {}, sorted(more.items())


def grow(app: Flask) -> None:
    """Twice and more of everything that a page lists."""
    for step in (_grow_places, _grow_policies, _grow_questions, _grow_cohorts, _grow_people, _grow_quizzes):
        with app.app_context(), transaction.unit():
            step()


def _grow_places() -> None:
    for n in range(4):
        name = {"en": f"Further place {n}", "ja": f"別の場所{n}"}
        vendor = sites.create_vendor(sites.NewVendor(f"vendor-{n}", name, VendorKind.BPO))
        site = sites.create_site(sites.NewSite(f"site-{n}", name, vendor.id, "Asia/Tokyo", "JP"))
        for room in ("A", "B", "C"):
            sites.add_room(site, room, 10)
    empty = site_queries.find_site(EMPTY)
    assert empty is not None
    for n in range(1, 6):
        sites.add_room(empty, f"Room {n}", 10)
        sites.add_closure(empty, date(2026, 12, n), {"en": "Closed", "ja": "休業"}, actor=sites.SYSTEM)


def _grow_policies() -> None:
    """Other modules, and a version 4.3 of HAR in which every section stands twice."""
    english, japanese = (_twice(language) for language in ("en", "ja"))
    for code in ("HAR", "SPM", "ACC", "PRI"):
        checked = policies.check_files(english, japanese)
        assert not checked.has_errors, checked.findings
        policies.import_policy(checked, code=code, effective_at=clock.now(), publish=True)


def _twice(language: str) -> bytes:
    text = (content.POLICIES / "HAR" / f"{language}.md").read_text(encoding="utf-8")
    _empty, front, body = text.split("---\n", 2)
    again = re.sub(r"\{#([a-z0-9-]+)", r"{#\1-again", body)
    front = front.replace("4.2", "4.3")
    return f"---\n{front}---\n{body}\n{again}".encode()


def _grow_questions() -> None:
    """Each question of the bank a second time, further banks, and a quiz of twice as many questions."""
    bank = question_queries.find_bank("HAR")
    assert bank is not None
    for file in sorted((content.BANKS / "HAR" / "questions").glob("*.yaml")):
        text = re.sub(r"(?m)^id: HAR-", "id: HAR-9", file.read_text(encoding="utf-8"))
        assert questions.import_questions(bank, native.read(text.encode()).questions, by=None).created
    for n in range(3):
        questions.create_bank(f"BANK{n}", {"en": f"Bank {n}", "ja": f"バンク{n}"})
    quiz = quiz_queries.get_quiz("harassment-checkpoint")
    version = quiz_queries.load_current_versions([quiz.id])[quiz.id]
    listed = [row.question for row in quiz_queries.list_quiz_questions(version)]
    again = [question_queries.find_question(question.code.replace("HAR-", "HAR-9")) for question in listed]
    ids = [question.id for question in (*listed, *again) if question is not None]
    assert len(ids) == 2 * len(listed)
    for code in (quiz.code, "second-quiz", "third-quiz"):
        quizzes.publish_quiz(quizzes.PublishQuiz(code, version.title_text, ids, rules_from(version.rules)), by=None)


def _grow_cohorts() -> None:
    """Further plans and cohorts at both sites; Tokyo A has each of its sessions twice."""
    plan = cohort_queries.get_template("labeller-15")
    tokyo_a = cohort_queries.find_cohort("tokyo-a")
    assert tokyo_a is not None
    trainer = sitting.person("trainer@kijun.example")
    for n in range(3):
        step = cohorts.NewStep(1, "09:00", 30, StepKind.CLASS, {"en": f"Step {n}", "ja": f"項目{n}"}, {})
        titles = {"en": f"Plan {n}", "ja": f"計画{n}"}
        cohorts.create_template(cohorts.NewTemplate(f"plan-{n}", titles, 3, plan.gates["gates"], [step]))
        for code in ("tokyo", "osaka"):
            site = site_queries.find_site(code)
            assert site is not None
            name = {"en": f"Further {code} {n}", "ja": f"別の{code}{n}"}
            command = cohorts.NewCohort(f"{code}-further-{n}", name, site, plan, tokyo_a.go_live_on, [trainer])
            cohorts.create_cohort(command, by=None)
    again = {"en": "Again", "ja": "もう一度"}
    plan.steps.extend(
        PlanStep(day=n, starts="09:15", minutes=10, kind=StepKind.REST, title_text=again, detail_text={})
        for n in range(1, 16)
    )
    for session in cohort_queries.list_sessions(tokyo_a):
        values = {
            name: getattr(session, name)
            for name in (
                "day",
                "kind",
                "title_text",
                "detail_text",
                "starts_at",
                "ends_at",
                "room_id",
                "trainer_id",
                "module_id",
                "section_id",
                "state",
                "changed_at",
            )
        }
        tokyo_a.sessions.append(TrainingSession(public_id=f"again-{session.id}", sequence=0, **values))


def _grow_people() -> None:
    """As many learners again in Tokyo A; every one has taken the quiz that has twice as many questions."""
    tokyo_a = cohort_queries.find_cohort("tokyo-a")
    assert tokyo_a is not None
    fresh = []
    for n in range(cohort_size := len(cohort_queries.list_members(tokyo_a))):
        command = accounts.NewPerson(
            f"further{n}@site.example", f"追加 {n}", f"ついか {n}", tokyo_a.site, "ja", (Role.LEARNER,)
        )
        fresh.append(accounts.create_person(command, by=None))
    assert cohort_size > 20
    cohorts.enrol(tokyo_a, fresh, by=None)
    for person in fresh:
        attempt = quizzes.open_attempt(person, sitting.assignment_id(person), locale="ja" if person.id % 2 else "en")
        answer_all_wrong(person, attempt)
        quizzes.submit(sitting.own_access(person), attempt.id)


def _grow_quizzes() -> None:
    """More to do and more done for the joiner, more reports, more roles of the one whose page is looked at."""
    joiner, qa = sitting.person(), sitting.person("qa@kijun.example")
    trainer = sitting.person("trainer@kijun.example")
    for code in ("second-quiz", "third-quiz", "harassment-checkpoint"):
        quiz = quiz_queries.get_quiz(code)
        now = clock.now()
        assignment = quizzes.assign(
            quiz, [joiner.id], opens_at=now, due_at=now + timedelta(days=9), zone_name="Asia/Tokyo", by=trainer
        )
        attempt = quizzes.open_attempt(joiner, assignment.id, locale="en")
        answer_all_wrong(joiner, attempt)
        quizzes.submit(sitting.own_access(joiner), attempt.id)
        later = now + timedelta(days=10)
        quizzes.assign(quiz, [joiner.id], opens_at=now, due_at=later, zone_name="Asia/Tokyo", by=trainer)
        again = reports.request_report(qa, "analysis", {"quiz": code, "cohort": "", "taken_in": ""}, language="en")
        make_schedule(again, qa)
    admin, learner = sitting.person("admin@kijun.example"), sitting.person("emma.lindqvist@kijun.example")
    for role in (Role.TRAINER, Role.EDITOR, Role.LOCALIZER):
        accounts.grant_role(learner, role, by=admin)
    for state in JobState:
        for _more in range(5):
            jobs.enqueue("journal.check").state = state
