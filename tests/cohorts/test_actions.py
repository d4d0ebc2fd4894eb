"""A cohort from a plan: which days are counted, what people get, what is refused and kept on the form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import actions, queries
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import Cohort, PlanTemplate
from lms.foundation.db import db
from lms.kit.problems import Invalid
from lms.quizzes import queries as quizzes
from lms.quizzes.actions import retire_quiz
from lms.sites.models import Closure, Site
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.conftest import Unit, Visitor
from tests.quizzes import sitting

MODERATOR = "moderator@kijun.example"
TOKYO = ZoneInfo("Asia/Tokyo")


def site(code: str) -> Site:
    return db.session.scalars(select(Site).where(Site.code == code)).one()


def make_plan(days: int, *steps: actions.NewStep) -> PlanTemplate:
    listed = steps or tuple(step(day) for day in range(1, days + 1))
    return actions.create_template(
        actions.NewTemplate("short", {"en": "Short", "ja": "短期"}, days, [{"kind": "sign_off"}], listed)
    )


def step(day: int, starts: str = "09:30", minutes: int = 60, **more: Any) -> actions.NewStep:
    return actions.NewStep(
        day, starts, minutes, more.pop("kind", StepKind.CLASS), {"en": "Class", "ja": "講義"}, {}, **more
    )


def make_cohort(site_code: str, go_live_on: date, template: PlanTemplate) -> Cohort:
    trainer = sitting.person("trainer@kijun.example")
    command = actions.NewCohort(
        "new", {"en": "New", "ja": "新"}, site(site_code), template, go_live_on, trainers=[trainer]
    )
    return actions.create_cohort(command, by=None)


def days_of(cohort: Cohort) -> list[date]:
    zone = ZoneInfo(cohort.site.zone_name)
    return [session.starts_at.astimezone(zone).date() for session in queries.list_sessions(cohort)]


class TestCalendar:
    def test_the_last_day_is_the_go_live_and_holidays_are_left_out(self, sample: Flask, unit: Unit) -> None:
        """Monday 23 November 2026 is a public holiday in Japan."""
        with unit():
            cohort = make_cohort("tokyo", date(2026, 11, 24), make_plan(3))
            assert days_of(cohort) == [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 24)]

    def test_each_site_counts_by_its_own_calendar(self, sample: Flask, unit: Unit) -> None:
        with unit():
            cohort = make_cohort("dublin", date(2026, 11, 24), make_plan(3))
            assert days_of(cohort) == [date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)]

    def test_a_closed_day_of_the_site_is_no_training_day(self, sample: Flask, unit: Unit) -> None:
        with unit():
            names = {"en": "Moving house", "ja": "移転"}
            db.session.add(Closure(site_id=site("tokyo").id, closed_on=date(2026, 11, 20), name_text=names))
            db.session.flush()
            cohort = make_cohort("tokyo", date(2026, 11, 24), make_plan(3))
            assert days_of(cohort) == [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 24)]

    def test_the_clock_on_the_wall_stays_when_the_clocks_change(self, sample: Flask, unit: Unit) -> None:
        """Ireland goes back to winter time on 25 October 2026; the 26th is a holiday there."""
        with unit():
            cohort = make_cohort("dublin", date(2026, 10, 27), make_plan(2))
            starts = [session.starts_at for session in queries.list_sessions(cohort)]
        assert starts == [datetime(2026, 10, 23, 8, 30, tzinfo=UTC), datetime(2026, 10, 27, 9, 30, tzinfo=UTC)]

    @pytest.mark.parametrize(
        ("place", "day"), [("tokyo", date(2026, 11, 23)), ("tokyo", date(2026, 11, 22)), ("dublin", date(2026, 10, 26))]
    )
    def test_nobody_goes_live_on_a_day_that_is_not_worked(
        self, sample: Flask, unit: Unit, place: str, day: date
    ) -> None:
        with unit():
            template = make_plan(2)
            with pytest.raises(Invalid) as refusal:
                make_cohort(place, day, template)
        assert (refusal.value.code, refusal.value.field) == ("cohort.go_live_not_worked", "go_live_on")


class TestPlan:
    @pytest.mark.parametrize("day", [0, 4])
    def test_a_step_outside_the_plan_is_refused(self, sample: Flask, unit: Unit, day: int) -> None:
        with unit(), pytest.raises(Invalid) as refusal:
            make_plan(3, step(day))
        (fault,) = refusal.value.facts["faults"]
        assert (fault.number, fault.facts) == (1, {"days": 3})

    def test_a_quiz_of_the_plan_is_due_at_five_on_its_day_for_everybody_enrolled(
        self, sample: Flask, unit: Unit
    ) -> None:
        with unit():
            quiz = quizzes.get_quiz("harassment-checkpoint")
            plan = make_plan(3, step(1), step(2, "14:15", 30, kind=StepKind.QUIZ, quiz_id=quiz.id))
            cohort = make_cohort("tokyo", date(2026, 11, 24), plan)
            moderator = sitting.person("moderator@kijun.example")
            actions.enrol(cohort, [moderator], by=None)
            with pytest.raises(Invalid):
                actions.enrol(cohort, [moderator], by=None)
            given = [g.assignment for g in quizzes.list_given(moderator.id)]
            assert [person.code for person in queries.list_members(cohort)] == [moderator.code]
            due = [(a.opens_at, a.due_at, a.zone_name) for a in given if a.opens_at.date() == date(2026, 11, 20)]
        assert due == [
            (
                datetime(2026, 11, 20, 14, 15, tzinfo=TOKYO),
                datetime(2026, 11, 20, 17, tzinfo=TOKYO),
                "Asia/Tokyo",
            )
        ]

    def test_what_is_typed_becomes_the_plan(self, trainer: Visitor, sample: Flask) -> None:
        lines = "1 09:30 60 class Welcome | 顔合わせ\n\n 2  14:00 20 rest Quiet time｜休憩 \n"
        form = {"code": "two-days", "title_en": "Two days", "title_ja": "2日間", "day_count": "2", "steps": lines}
        assert trainer.post("/plans/new", data=form).location == "/plans/two-days"
        with sample.app_context():
            steps = [(s.day, s.starts, s.minutes, s.kind, s.title_text) for s in queries.get_template("two-days").steps]
        assert steps == [
            (1, "09:30", 60, "class", {"en": "Welcome", "ja": "顔合わせ"}),
            (2, "14:00", 20, "rest", {"en": "Quiet time", "ja": "休憩"}),
        ]

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("code", "labeller-15", "This code is taken. Choose another."),
            ("code", "Two Days", "Use small letters, digits and hyphens."),
            ("title_ja", "", "Enter the title in both languages."),
            ("day_count", "", "Enter a number of days from 1 to 120."),
            ("day_count", "0", "Enter a number of days from 1 to 120."),
            ("day_count", "121", "Enter a number of days from 1 to 120."),
            ("day_count", "two", "Enter a whole number."),
            ("steps", "", "Enter at least one step."),
            ("steps", "1 09:30 60 class A | あ\n3 09:30 60 class B | い", "from 1 to 2."),
            ("steps", "1 09:30 60 class A | あ\n2 25:00 60 class B | い", "Line 2:"),
            ("steps", "1 09:30 60 party A | あ", "Line 1:"),
            ("steps", "1 09:30 0 class A | あ", "Line 1:"),
            ("steps", "1 09:30 60 class Only English", "Line 1:"),
            ("steps", "1 17:00 30 quiz A | あ", "Line 1: a quiz is due at 17:00"),
            (
                "steps",
                "1 09:30 60 class A | あ\n1 10:00 60 class B | い",
                "Line 2: the step starts before",
            ),
            ("steps", "1 23:30 60 class A | あ", "Line 1: the step runs past midnight."),
            ("steps", "1 9 60 class A | あ\n1 10:00 60 party B | い", "there is no kind party."),
            ("steps", "1 14:00 30 quiz A | あ | nothing", "Line 1: there is no quiz, module or section nothing."),
        ],
    )
    def test_a_plan_that_cannot_be_taken_says_where_and_keeps_every_line(
        self, trainer: Visitor, sample: Flask, field: str, typed: str, message: str
    ) -> None:
        form = {
            "code": "two-days",
            "title_en": "Two days",
            "title_ja": "2日間",
            "day_count": "2",
            "steps": "1 09:30 60 class A | あ",
            field: typed,
        }
        answer = trainer.post("/plans/new?lang=en", data=form)
        page = FormPage(answer.text)
        assert answer.status_code == 422
        assert message in page.error(field)
        kept = {name: page.value(name).strip() for name in form}
        assert kept == form
        with sample.app_context():
            assert [template.code for template in queries.list_templates()] == ["labeller-15"]

    def test_a_stored_plan_whose_quiz_opens_too_late_is_refused_at_its_field(
        self, trainer: Visitor, sample: Flask, unit: Unit
    ) -> None:
        with unit():
            (quiz,) = [step for step in queries.get_template("labeller-15").steps if step.quiz_id]
            quiz.starts = "17:30"
        answer = trainer.post("/cohorts/new?lang=en", data=TestCohortForm().form(sample))
        assert answer.status_code == 422
        assert FormPage(answer.text).error("template") == "A quiz is due at 17:00 on its day, so it must start earlier."

    def test_a_stored_plan_whose_quiz_is_retired_is_refused_at_its_field(
        self, trainer: Visitor, sample: Flask, unit: Unit
    ) -> None:
        with unit():
            quiz = quizzes.get_quiz("harassment-checkpoint")
            retire_quiz(quiz, is_back=False, revision=quiz.revision, by=sitting.person("qa@kijun.example"))
        answer = trainer.post("/cohorts/new?lang=en", data=TestCohortForm().form(sample))
        page = FormPage(answer.text)
        assert (answer.status_code, page.value("name_ja")) == (422, "東京C")
        assert page.error("template") == (
            "The quiz “Harassment checkpoint” of this plan is retired. Choose another plan."
        )


class TestCohortForm:
    def form(self, sample: Flask, **changes: Any) -> dict[str, Any]:
        with sample.app_context():
            tokyo, trainer = site("tokyo").id, sitting.person("trainer@kijun.example").code
        names = {"name_en": "Tokyo C", "name_ja": "東京C"}
        return {
            "code": "tokyo-c",
            **names,
            "site": tokyo,
            "template": "labeller-15",
            "go_live_on": "2026-12-21",
            "trainers": [trainer],
            **changes,
        }

    def test_the_trainer_who_makes_a_cohort_has_it_in_their_list(self, trainer: Visitor, sample: Flask) -> None:
        assert trainer.post("/cohorts/new", data=self.form(sample)).location == "/cohorts/tokyo-c"
        assert "Tokyo C" in trainer.get("/cohorts?lang=en").text
        assert "東京C" in trainer.get("/cohorts?lang=ja").text

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("code", "tokyo-a", "This code is taken. Choose another."),
            ("code", "東京", "Use small letters, digits and hyphens."),
            ("name_en", "", "Enter the name in both languages."),
            ("go_live_on", "", "Enter a date."),
            ("go_live_on", "2026-02-30", "Enter a date."),
            ("go_live_on", "2026-11-23", "Choose a working day of the site for the go-live."),
            ("go_live_on", "2026-11-13", "The go-live is past. Choose today or a later day."),
            ("go_live_on", "2026-12-20", "Choose a working day of the site for the go-live."),
            ("site", "999", "Choose one of the options."),
            ("template", "none", "Choose one of the options."),
            ("trainers", [], "Choose at least one trainer."),
            ("trainers", ["T9999"], "Choose one of the options."),
        ],
    )
    def test_the_message_stands_at_the_field_and_the_rest_is_kept(
        self, trainer: Visitor, sample: Flask, field: str, typed: Any, message: str
    ) -> None:
        form = self.form(sample, **{field: typed})
        answer = trainer.post("/cohorts/new?lang=en", data=form)
        page = FormPage(answer.text)
        assert (answer.status_code, page.error(field)) == (422, message)
        assert page.entered.get("trainers", []) == [code for code in form["trainers"] if code != "T9999"]
        kept = {name: str(value) for name, value in form.items() if name not in {field, "trainers"}}
        assert {name: page.value(name) for name in kept} == kept
        with sample.app_context():
            assert queries.find_cohort("tokyo-c") is None

    def test_a_plan_that_would_begin_in_the_past_is_made_once_that_is_confirmed(
        self, trainer: Visitor, sample: Flask
    ) -> None:
        """Of 15 days to Friday 4 December, Friday 13 November is the first; Monday 23 November is a holiday."""
        form = self.form(sample, go_live_on="2026-12-04")
        answer = trainer.post("/cohorts/new?lang=en", data=form)
        page = FormPage(answer.text)
        assert answer.status_code == 422
        assert page.error("confirmed_start") == (
            "The first training day would have been Fri 13 Nov: 1 day of the plan is over. "
            "The earliest go-live with the whole plan is Mon 7 Dec."
        )
        assert 'name="confirmed_start" value="2026-11-13"' in answer.text
        other_day = {**form, "go_live_on": "2026-12-03", "confirmed_start": "2026-11-13"}
        assert trainer.post("/cohorts/new", data=other_day).status_code == 422, "another first day than was confirmed"
        assert trainer.post("/cohorts/new", data={**form, "confirmed_start": "2026-11-13"}).status_code == 302

    def test_a_plan_that_begins_today_needs_no_word(self, trainer: Visitor, sample: Flask) -> None:
        assert trainer.post("/cohorts/new", data=self.form(sample, go_live_on="2026-12-07")).status_code == 302

    def test_an_administrator_gives_a_cohort_to_trainers_of_its_site(self, sample: Flask, enter: Enter) -> None:
        admin, trainer = enter("admin"), enter("trainer-b")
        codes = [code_of(sample, f"{name}@kijun.example") for name in ("trainer", "trainer-b")]
        page = FormPage(admin.get("/cohorts/new").text)
        assert page.entered.get("trainers") is None, "nobody is chosen beforehand"
        assert admin.post("/cohorts/new", data=self.form(sample, trainers=codes)).status_code == 302
        assert trainer.get("/cohorts/tokyo-c").status_code == 200
        form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T09:00", "due_at": "2026-11-18T17:00"}
        assert trainer.post("/cohorts/tokyo-c/people", data={"people": code_of(sample, MODERATOR)}).status_code == 302
        assert trainer.post("/cohorts/tokyo-c/quizzes", data=form).status_code == 302

    def test_a_trainer_of_another_site_is_refused_at_the_field(self, sample: Flask, enter: Enter) -> None:
        elsewhere = [code_of(sample, "trainer-c@northwind.example")]
        answer = enter("admin").post("/cohorts/new?lang=en", data=self.form(sample, trainers=elsewhere))
        page = FormPage(answer.text)
        assert (answer.status_code, page.error("trainers")) == (422, "Choose trainers at the cohort's site.")

    def test_a_trainer_is_chosen_beforehand_and_may_leave_the_cohort_to_another(
        self, trainer: Visitor, sample: Flask
    ) -> None:
        page = FormPage(trainer.get("/cohorts/new").text)
        assert page.entered["trainers"] == [code_of(sample, "trainer@kijun.example")]
        other = [code_of(sample, "trainer-b@kijun.example")]
        assert trainer.post("/cohorts/new", data=self.form(sample, trainers=other)).location == "/cohorts"

    def test_trainers_whose_names_are_not_seen_are_offered_by_code(self, sample: Flask, enter: Enter) -> None:
        page = enter("trainer-c@northwind.example").get("/cohorts/new").text
        assert code_of(sample, "trainer-d@northwind.example") in page
        assert "Helen Brandt" not in page
        assert code_of(sample, "trainer@kijun.example") not in page, "nobody of another vendor"
        assert "Helen Brandt" in enter("admin").get("/cohorts/new").text

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_a_go_live_beyond_every_calendar_is_refused(self, trainer: Visitor, sample: Flask, day: str) -> None:
        answer = trainer.post("/cohorts/new?lang=en", data=self.form(sample, go_live_on=day))
        assert answer.status_code == 422
        assert FormPage(answer.text).error("go_live_on") != ""


def test_the_same_quiz_is_not_given_twice_to_a_cohort_in_the_same_window(trainer: Visitor, sample: Flask) -> None:
    form = {"quiz": "harassment-checkpoint", "opens_at": "2026-11-18T09:00", "due_at": "2026-11-20T17:00"}
    assert trainer.post("/cohorts/tokyo-a/quizzes", data=form).status_code == 302
    answer = trainer.post("/cohorts/tokyo-a/quizzes?lang=en", data=form)
    assert answer.status_code == 422
    assert "They already have this quiz in this window." in answer.text
    form["due_at"] = "2026-11-20T17:30"
    assert trainer.post("/cohorts/tokyo-a/quizzes", data=form).status_code == 302
