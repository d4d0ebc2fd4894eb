"""Who is in a cohort and who trains it: added, taken away, given quizzes, signed off."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import queries
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import GateDecision
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.quizzes import queries as quizzes
from lms.quizzes.models import Assignment
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.conftest import MONDAY_AFTERNOON, SignIn, Visitor
from tests.quizzes import sitting

MODERATOR = "moderator@kijun.example"
TOKYO = ZoneInfo("Asia/Tokyo")


class TestTrainers:
    def change(self, visitor: Visitor, code: str, change: str = "add", cohort: str = "osaka-b") -> Any:
        return visitor.post(f"/cohorts/{cohort}/trainers", data={"person": code, "change": change})

    def test_a_trainer_is_taken_from_a_cohort_and_put_back(self, sample: Flask, enter: Enter) -> None:
        admin, trainer = enter("admin"), enter("trainer-d@northwind.example")
        code = code_of(sample, "trainer-d@northwind.example")
        assert self.change(admin, code, "remove").location == "/cohorts/osaka-b"
        assert trainer.get("/cohorts/osaka-b").status_code == 404
        assert f'<option value="{code}"' in admin.get("/cohorts/osaka-b/trainers").text
        assert self.change(admin, code).status_code == 302
        assert trainer.get("/cohorts/osaka-b").status_code == 200

    def test_who_gave_and_took_it_stands_in_the_journal(self, sample: Flask, enter: Enter) -> None:
        code = code_of(sample, "trainer-d@northwind.example")
        self.change(enter("admin"), code, "remove")
        with sample.app_context():
            event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "role.revoke")).one()
            assert (event.object, event.detail["cohort"]) == (code, "osaka-b")

    def test_sessions_to_come_go_to_a_trainer_who_is_left(self, sample: Flask, enter: Enter) -> None:
        leaving = "trainer-c@northwind.example"
        assert self.change(enter("admin"), code_of(sample, leaving), "remove").status_code == 302
        with sample.app_context():
            cohort = queries.find_cohort("osaka-b")
            assert cohort is not None
            left = {person.id for person in queries.list_trainers(cohort)}
            led = [s for s in queries.list_sessions(cohort) if s.kind == StepKind.CLASS]
            to_come = {s.trainer_id for s in led if s.starts_at > MONDAY_AFTERNOON}
            been = {s.trainer_id for s in led if s.starts_at <= MONDAY_AFTERNOON}
            assert to_come
            assert to_come <= left
            assert been == {sitting.person(leaving).id}, "what has been stays as it was"

    def test_a_cohort_keeps_its_last_trainer(self, trainer: Visitor, sample: Flask) -> None:
        other, own = (code_of(sample, f"{name}@kijun.example") for name in ("trainer-b", "trainer"))
        assert self.change(trainer, other, "remove", "tokyo-a").status_code == 302
        assert 'value="remove"' not in trainer.get("/cohorts/tokyo-a/trainers").text
        assert self.change(trainer, own, "remove", "tokyo-a").status_code == 400
        assert trainer.get("/cohorts/tokyo-a").status_code == 200

    def test_who_takes_themselves_off_is_led_to_their_list(self, trainer: Visitor, sample: Flask) -> None:
        own = code_of(sample, "trainer@kijun.example")
        assert self.change(trainer, own, "remove", "tokyo-a").location == "/cohorts"

    @pytest.mark.parametrize("login", [MODERATOR, "trainer@kijun.example", "vendor@kijun.example"])
    def test_only_trainers_of_the_site_are_added(self, sample: Flask, enter: Enter, login: str) -> None:
        code = code_of(sample, login)
        self.change(enter("admin"), code, "remove")
        assert self.change(enter("admin"), code).status_code == 404

    def test_a_trainer_of_another_cohort_changes_nothing(self, sample: Flask, enter: Enter) -> None:
        outsider = enter("trainer-b")
        assert self.change(outsider, code_of(sample, "trainer-d@northwind.example"), "remove").status_code == 404


class TestPeopleOfACohort:
    def enrol(self, visitor: Visitor, *codes: str, cohort: str = "tokyo-a", lang: str = "en") -> Any:
        return visitor.post(f"/cohorts/{cohort}/people?lang={lang}", data={"people": list(codes)})

    def members(self, sample: Flask, cohort_code: str) -> set[str]:
        with sample.app_context():
            cohort = queries.find_cohort(cohort_code)
            assert cohort is not None
            return {person.code for person in queries.list_members(cohort)}

    def test_only_learners_of_the_site_are_put_into_a_cohort(self, trainer: Visitor, sample: Flask) -> None:
        moderator = code_of(sample, MODERATOR)
        for other in ("qa@kijun.example", "maho.yoshida@northwind.example"):
            answer = self.enrol(trainer, moderator, code_of(sample, other))
            assert (answer.status_code, FormPage(answer.text).error("people")) == (422, "Choose one of the options.")
        assert moderator not in self.members(sample, "tokyo-a"), "nothing is half applied"
        assert self.enrol(trainer, moderator).status_code == 302
        assert moderator in self.members(sample, "tokyo-a")
        with sample.app_context():
            checkpoint = sitting.assignment_id(sitting.person("joiner@kijun.example"))
            given = {g.assignment.id for g in quizzes.list_given(sitting.person(MODERATOR).id)}
        assert checkpoint in given, "who comes later gets the quizzes of the plan too"

    @pytest.mark.parametrize(("lang", "said"), [("en", "1 person added"), ("ja", "1人を追加しました")])
    def test_how_many_were_added_is_said_in_words_and_stands_in_the_journal(
        self, trainer: Visitor, sample: Flask, lang: str, said: str
    ) -> None:
        moderator = code_of(sample, MODERATOR)
        assert self.enrol(trainer, moderator, lang=lang).status_code == 302
        assert said in trainer.get(f"/cohorts/tokyo-a?lang={lang}").text
        with sample.app_context():
            newest = select(AuditEvent).where(AuditEvent.action == "cohort.enrol").order_by(AuditEvent.id.desc())
            event = db.session.scalars(newest).first()
            assert event is not None
            by = sitting.person("trainer@kijun.example").code
            assert (event.object, event.actor, event.detail) == ("tokyo-a", by, {"people": [moderator]})

    def test_adding_nobody_is_no_success(self, trainer: Visitor) -> None:
        answer = self.enrol(trainer)
        assert (answer.status_code, FormPage(answer.text).error("people")) == (422, "Choose at least one person.")

    def new_cohort(self, trainer: Visitor, sample: Flask, go_live_on: str = "2026-12-21") -> None:
        with sample.app_context():
            tokyo = queries.find_cohort("tokyo-a")
            assert tokyo is not None
            site, code = tokyo.site_id, code_of(sample, "trainer@kijun.example")
        form = {"code": "tokyo-c", "name_en": "Tokyo C", "name_ja": "東京C", "site": site, "template": "labeller-15"}
        answer = trainer.post("/cohorts/new", data={**form, "go_live_on": go_live_on, "trainers": code})
        assert answer.status_code == 302

    def test_who_is_in_a_running_cohort_is_not_offered_and_refused_at_the_field(
        self, trainer: Visitor, sample: Flask
    ) -> None:
        self.new_cohort(trainer, sample)
        joiner, moderator = code_of(sample, sitting.JOINER), code_of(sample, MODERATOR)
        page = trainer.get("/cohorts/tokyo-c").text
        assert f'value="{moderator}"' in page
        assert f'value="{joiner}"' not in page
        answer = self.enrol(trainer, joiner, moderator, cohort="tokyo-c")
        assert answer.status_code == 422
        assert FormPage(answer.text).error("people") == (
            f"Already in a cohort that has not gone live: {joiner} (Tokyo A). Take them out of it first."
        )
        assert re.search(rf'value="{moderator}" checked', answer.text), "what was ticked is kept"
        assert self.members(sample, "tokyo-c") == set()

    def test_who_has_gone_live_may_train_again(self, enter: Enter, sample: Flask) -> None:
        self.new_cohort(enter("trainer"), sample, "2027-01-25")
        joiner = code_of(sample, sitting.JOINER)
        with clock.fixed(datetime(2026, 12, 1, 3, tzinfo=UTC)):
            trainer = enter("trainer")
            assert f'value="{joiner}"' in trainer.get("/cohorts/tokyo-c").text
            assert self.enrol(trainer, joiner, cohort="tokyo-c").status_code == 302

    def given_to(self, sample: Flask, login: str) -> set[int]:
        with sample.app_context():
            return {g.assignment.id for g in quizzes.list_given(sitting.person(login).id)}

    def test_who_joins_late_gets_what_is_still_open_and_nothing_that_is_over(
        self, trainer: Visitor, sample: Flask
    ) -> None:
        before = self.given_to(sample, sitting.JOINER)
        for due in ("2026-11-16T15:00", "2026-11-18T17:00"):
            form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-16T09:00", "due_at": due}
            assert trainer.post("/cohorts/tokyo-a/quizzes", data=form).status_code == 302
        over, still_open = sorted(self.given_to(sample, sitting.JOINER) - before)
        with clock.fixed(MONDAY_AFTERNOON + timedelta(hours=3)):
            trainer.post("/cohorts/tokyo-a/people", data={"people": code_of(sample, MODERATOR)})
        given = self.given_to(sample, MODERATOR)
        assert still_open in given
        assert over not in given

    def test_a_quiz_that_is_given_stands_on_the_calendar(self, trainer: Visitor, sample: Flask) -> None:
        form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T09:00", "due_at": "2026-11-20T17:00"}
        trainer.post("/cohorts/tokyo-a/quizzes", data=form)
        with sample.app_context():
            cohort = queries.find_cohort("tokyo-a")
            assert cohort is not None
            (session,) = [
                s
                for s in queries.list_sessions_of_day(cohort, date(2026, 11, 18))
                if s.starts_at == datetime(2026, 11, 18, 9, tzinfo=TOKYO)
            ]
            assert (session.kind, session.day) == (StepKind.QUIZ, 8)
            assert session.title_text == {"en": "Harassment checkpoint", "ja": "ハラスメント確認テスト"}
            assert session.ends_at - session.starts_at == timedelta(minutes=30), "the time limit"

    @pytest.mark.parametrize("due", ["2026-11-16T13:24", "2026-11-15T17:00"])
    def test_a_window_that_is_over_is_refused_at_its_field(self, trainer: Visitor, sample: Flask, due: str) -> None:
        form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-13T09:00", "due_at": due}
        answer = trainer.post("/cohorts/tokyo-a/quizzes?lang=en", data=form)
        assert (answer.status_code, FormPage(answer.text).error("due_at")) == (422, "Enter a time in the future.")

    def test_a_quiz_is_given_in_the_times_of_the_site(self, trainer: Visitor, sample: Flask) -> None:
        form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T09:00", "due_at": "2026-11-18T17:00"}
        assert trainer.post("/cohorts/osaka-b/quizzes", data=form).status_code == 302
        with sample.app_context():
            newest = db.session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
            assert newest is not None
            assert newest.due_at == datetime.combine(date(2026, 11, 18), time(17), tzinfo=TOKYO)
            learner = sitting.person("maho.yoshida@northwind.example")
            assert newest.id in {g.assignment.id for g in quizzes.list_given(learner.id)}

    def test_qa_gives_a_quiz_to_any_cohort(self, sample: Flask, sign_in_as: SignIn) -> None:
        with sample.app_context():
            qa = sign_in_as(sitting.person("qa@kijun.example").code)
        form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T09:00", "due_at": "2026-11-18T17:00"}
        assert qa.post("/cohorts/osaka-b/quizzes", data=form).location == "/cohorts/osaka-b"
        assert qa.get("/cohorts/osaka-b").status_code == 200
        with sample.app_context():
            newest = db.session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
            assert newest is not None
            assert newest.created_by == sitting.person("qa@kijun.example").id

    def test_the_language_switch_of_a_form_with_errors_leads_somewhere(self, trainer: Visitor, sample: Flask) -> None:
        page = trainer.post("/cohorts/tokyo-a/quizzes?lang=en", data={}).text
        switch = re.search(r'<a href="([^"]*)" lang="ja"', page)
        assert switch is not None
        answer = trainer.get(switch[1], follow_redirects=True)
        assert (answer.status_code, '<html lang="ja"' in answer.text) == (200, True)

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("quiz", "none"),
            ("opens_at", ""),
            ("opens_at", "0001-01-01T00:00"),
            ("due_at", "tomorrow"),
            ("due_at", "2026-11-18T09:00"),
            ("due_at", "9999-12-31T23:59"),
        ],
    )
    def test_a_quiz_that_cannot_be_given_says_why_at_its_field(
        self, trainer: Visitor, sample: Flask, field: str, typed: str
    ) -> None:
        form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T09:00", "due_at": "2026-11-18T17:00"}
        answer = trainer.post("/cohorts/tokyo-a/quizzes?lang=en", data=form | {field: typed})
        page = FormPage(answer.text)
        assert answer.status_code == 422
        assert list(page.errors) == [f"{field}-error"]
        assert all(page.value(name) == value for name, value in form.items() if name != field)

    def test_a_sign_off_is_asked_for_on_a_page_of_its_own_said_and_recorded_once(
        self, enter: Enter, sample: Flask
    ) -> None:
        with sample.app_context():
            learner, by = sitting.person("emma.lindqvist@kijun.example"), sitting.person("trainer@kijun.example")
            ids, code = (learner.id, by.id), learner.code
        with clock.fixed(datetime(2026, 11, 26, 3, tzinfo=UTC)):
            trainer = enter("trainer")
            asked = trainer.get("/cohorts/tokyo-a?lang=en").text
            assert f'href="/cohorts/tokyo-a/people/{code}#sign-off"' in asked
            assert "/sign-offs" not in asked, "the list itself signs nobody off"
            page = trainer.get(f"/cohorts/tokyo-a/people/{code}").text
            assert "You confirm that Emma Lindqvist may work on live queues." in page
            for _ in range(2):
                assert trainer.post("/cohorts/tokyo-a/sign-offs", data={"person": code}).status_code == 302
            assert "Emma Lindqvist is signed off." in trainer.get("/cohorts/tokyo-a").text
            assert "/sign-offs" not in trainer.get(f"/cohorts/tokyo-a/people/{code}").text
        with sample.app_context():
            decisions = db.session.scalars(select(GateDecision)).all()
            found = [(d.person_id, d.decided_by, d.gate, d.decision) for d in decisions]
        assert found == [(*ids, "sign_off", "signed_off")]

    def test_nobody_is_signed_off_before_the_day(self, trainer: Visitor, sample: Flask) -> None:
        code = code_of(sample, "emma.lindqvist@kijun.example")
        page = trainer.get(f"/cohorts/tokyo-a/people/{code}?lang=en").text
        assert "The sign-off opens on day 13 of the plan." in page
        assert "/sign-offs" not in page
        answer = trainer.post("/cohorts/tokyo-a/sign-offs", data={"person": code})
        assert answer.status_code == 422
        assert re.search(r'role="alert".*?The sign-off opens on day 13 of the plan', answer.text, re.DOTALL)
        with sample.app_context():
            assert db.session.scalars(select(GateDecision)).all() == []

    def test_nobody_of_another_cohort_is_signed_off(self, trainer: Visitor, sample: Flask) -> None:
        with sample.app_context():
            code = sitting.person("maho.yoshida@northwind.example").code
        assert trainer.post("/cohorts/tokyo-a/sign-offs", data={"person": code}).status_code == 404
        with sample.app_context():
            assert db.session.scalars(select(GateDecision)).all() == []
