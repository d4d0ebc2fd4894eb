"""Today with its timetable and gates, and a cohort's page with its week and readiness."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts import queries
from lms.cohorts.models import Attendance, Cohort, Enrolment, TrainingSession
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies.models import Acknowledgement, PolicyVersion
from lms.quizzes.models import Attempt, GradingRun
from lms.sites.models import Site
from lms.wellbeing.core.briefing import VERSION
from lms.wellbeing.models import BriefingConfirmation, SeeingPreference
from tests.cohorts.conftest import Enter
from tests.cohorts.pages import section, section_html, words
from tests.conftest import MONDAY_AFTERNOON, Unit
from tests.quizzes import sitting

EMMA = "emma.lindqvist@kijun.example"
STANDINGS = ["Behind", "At risk", "On track", "Ready"]


def agenda(page: str) -> list[tuple[str, str]]:
    """The sessions of the day as (time and title, phase)."""
    rows = re.findall(
        r"<li class=\"(\w+) k-\w+\".*?<time[^>]*>(.*?)</time>.*?<p class=\"t\">(.*?)</p>", page, re.DOTALL
    )
    return [(f"{at} {words(title)}", phase) for phase, at, title in rows]


def readiness(page: str) -> dict[str, list[str]]:
    """The table of readiness: name to the words of its cells, without the symbols."""
    table = re.search(r"<table class=\"tbl ready\"[^>]*>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert table is not None
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table[1], re.DOTALL)
    cell = re.compile(r"<td(?: class=\"r\")?>(.*?)</td>", re.DOTALL)
    spoken = re.compile(r"<span class=\"vh\">.*?</span>")
    return {words(name): [words(spoken.sub("", text)) for text in cell.findall(cells)] for name, cells in rows}


class TestToday:
    def test_the_timetable_of_the_day_in_the_times_of_the_site(self, enter: Enter) -> None:
        assert agenda(enter("joiner").get("/?lang=en").text) == [
            ("09:30 Check-in", "done"),
            ("10:00 Harassment 3: unwanted contact", "done"),
            ("13:00 Account safety 2: recovery requests", "now"),
            ("14:15 Harassment checkpoint", "next"),
            ("14:45 Quiet time", "next"),
            ("15:00 Spam: practice queue", "next"),
            ("16:30 Wellbeing check-in", "next"),
        ]

    def test_it_speaks_the_language_of_the_profile(self, enter: Enter) -> None:
        titles = [title for title, _phase in agenda(enter("joiner").get("/").text)]
        assert titles[:3] == ["09:30 朝会", "10:00 ハラスメント3：望まない連絡", "13:00 アカウントの安全2：復旧の申請"]

    @pytest.mark.parametrize(
        ("minutes", "phases"),
        [
            (-24 - 1, ["done", "done", "next"]),
            (-24, ["done", "done", "now"]),
            (36, ["done", "done", "done"]),
            (-24 - 90 - 30, ["done", "now", "next"]),
        ],
    )
    def test_a_session_runs_from_its_first_minute_and_is_over_with_its_last(
        self, enter: Enter, minutes: int, phases: list[str]
    ) -> None:
        joiner = enter("joiner")
        with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=minutes)):
            assert [phase for _title, phase in agenda(joiner.get("/").text)][:3] == phases

    @pytest.mark.parametrize(
        ("day", "heading"),
        [
            ("2026-11-06", "Your training starts on Mon 9 Nov"),
            ("2026-11-09", "Day 1 of 15 to go-live"),
            ("2026-11-14", "Day 5 of 15 to go-live"),
            ("2026-11-27", "Day 14 of 15 to go-live"),
            ("2026-11-30", "You are live"),
            ("2027-01-05", "You are live"),
        ],
    )
    def test_the_heading_counts_training_days(self, enter: Enter, day: str, heading: str) -> None:
        with clock.fixed(datetime.fromisoformat(f"{day}T03:00").replace(tzinfo=UTC)):
            page = enter("joiner").get("/?lang=en").text
        assert re.search(rf"<h1[^>]*>{heading}</h1>", page)

    def test_the_day_begins_at_midnight_of_the_site(self, enter: Enter) -> None:
        joiner = enter("joiner")
        with clock.fixed(datetime(2026, 11, 16, 14, 59, tzinfo=UTC)):
            assert agenda(joiner.get("/?lang=en").text)[1][0] == "10:00 Harassment 3: unwanted contact"
        with clock.fixed(datetime(2026, 11, 16, 15, 0, tzinfo=UTC)):
            assert agenda(joiner.get("/?lang=en").text)[1][0] == "10:00 Spam 3: coordinated posting"

    def test_a_day_off_has_no_sessions(self, enter: Enter) -> None:
        with clock.fixed(datetime(2026, 11, 15, 3, tzinfo=UTC)):
            page = enter("joiner").get("/?lang=en").text
        assert agenda(page) == []
        assert "No sessions today" in page

    def test_what_is_cancelled_is_not_shown(self, enter: Enter, unit: Unit) -> None:
        with unit():
            query = select(TrainingSession).join(TrainingSession.cohort).where(Cohort.code == "tokyo-a")
            found = [s for s in db.session.scalars(query) if s.title_text["en"] == "Spam: practice queue"]
            found[0].state = "cancelled"
        page = enter("joiner").get("/?lang=en").text
        assert "15:00 Spam: practice queue" not in [title for title, _phase in agenda(page)]
        assert len(agenda(page)) == 6

    def test_what_is_to_do_leads_to_it_and_goes_when_it_is_done(self, enter: Enter, sample: Flask) -> None:
        joiner = enter("joiner")
        with sample.app_context():
            assignment = sitting.assignment_id(sitting.person())
        page = joiner.get("/?lang=en").text
        todo = section(page, "todo")
        assert "Harassment checkpoint" in todo
        assert "due tomorrow 17:00" in todo
        assert "Harassment v4.2" in todo
        assert f'href="/quizzes/{assignment}"' in page
        joiner.post("/policies/HAR/acknowledge", data={"version": "4.2", "language": "ja"})
        assert "Harassment v4.2" not in section(joiner.get("/?lang=en").text, "todo")

    def test_a_learner_without_a_cohort_has_no_timetable_and_still_what_is_to_do(self, enter: Enter) -> None:
        page = enter("moderator").get("/?lang=en").text
        assert agenda(page) == []
        assert "Ready for go-live" not in page
        assert "Harassment checkpoint" in section(page, "todo")
        assert "Times in JST" in section(page, "todo"), "every deadline names its zone"

    def test_the_gates_count_what_the_database_holds(self, enter: Enter, sample: Flask) -> None:
        with sample.app_context():
            facts = facts_of(sitting.person(EMMA))
        gates = section(enter(EMMA).get("/?lang=en").text, "gates")
        assert f"{facts.percent}% · cut 80%" in gates
        assert f"{facts.present} of {facts.sessions} sessions" in gates
        assert "1 of 1" in gates
        assert "opens on day 13" in gates
        assert "2 of 5 met" in gates

    def test_who_stands_in_two_cohorts_sees_the_one_that_goes_live_next(self, enter: Enter, unit: Unit) -> None:
        with unit():
            template, joiner = queries.get_template("labeller-15"), sitting.person()
            tokyo = db.session.scalars(select(Site).where(Site.code == "tokyo")).one()
            for code, go_live_on in (("later", date(2026, 12, 21)), ("past", date(2026, 11, 2))):
                names = {"en": f"The {code} one", "ja": code}
                made = cohorts.create_cohort(cohorts.NewCohort(code, names, tokyo, template, go_live_on, []), by=None)
                db.session.add(Enrolment(cohort_id=made.id, person_id=joiner.id, enrolled_at=clock.now()))
        for day, shown in (("2026-11-30", "Tokyo A"), ("2026-12-01", "The later one"), ("2027-01-05", "The later one")):
            with clock.fixed(datetime.fromisoformat(f"{day}T03:00").replace(tzinfo=UTC)):
                assert f"cohort {shown}" in enter("joiner").get("/?lang=en").text

    def test_staff_see_their_cohorts_and_the_places_of_their_work(self, enter: Enter) -> None:
        page = enter("trainer").get("/?lang=en").text
        assert 'href="/cohorts/tokyo-a"' in page
        assert 'href="/cohorts/osaka-b"' in page
        assert 'href="/cohorts' not in enter("editor").get("/?lang=en").text
        assert 'href="/analysis"' in section_html(enter("qa").get("/?lang=en").text, "places")


class Facts:
    """What the rows say of a person, counted here by itself."""

    def __init__(self, percent: int, present: int, sessions: int, acknowledged: int) -> None:
        self.percent, self.present, self.sessions, self.acknowledged = percent, present, sessions, acknowledged

    def standing(self, days_left: int) -> str:
        """Of the gates that are open: quiz under 80 % (5 points a day), a policy not read, a session missed."""
        lacking = max(0, 80 - self.percent)
        needed = -(-lacking // 5) + (self.acknowledged < 1) + (self.present < 11)
        return "Behind" if needed > days_left else "At risk" if needed else "On track"


def facts_of(person: Person) -> Facts:
    runs = select(GradingRun).join(Attempt, Attempt.id == GradingRun.attempt_id).where(Attempt.person_id == person.id)
    (run,) = db.session.scalars(runs).all()
    counted = TrainingSession.kind.in_(["class", "shadowing", "nesting", "calibration"])
    of_cohort = select(Enrolment.cohort_id).where(Enrolment.person_id == person.id)
    sessions = select(func.count()).select_from(TrainingSession)
    roll = select(Attendance.status).join(TrainingSession, TrainingSession.id == Attendance.session_id)
    statuses = db.session.scalars(roll.where(Attendance.person_id == person.id, counted)).all()
    read = (
        select(func.count())
        .select_from(Acknowledgement)
        .join(PolicyVersion, PolicyVersion.id == Acknowledgement.version_id)
    )
    return Facts(
        percent=run.score_thousandths * 100 // run.max_thousandths,
        present=sum(status in {"present", "late"} for status in statuses),
        sessions=db.session.scalar(sessions.where(TrainingSession.cohort_id.in_(of_cohort), counted)) or 0,
        acknowledged=db.session.scalar(
            read.where(Acknowledgement.person_id == person.id, PolicyVersion.major == 4, PolicyVersion.minor == 2)
        )
        or 0,
    )


class TestCohortPage:
    def test_everybody_stands_as_their_rows_say(self, enter: Enter, sample: Flask) -> None:
        table = readiness(enter("trainer").get("/cohorts/tokyo-a?lang=en&people=all").text)
        with sample.app_context():
            query = select(Person).join(Enrolment, Enrolment.person_id == Person.id).join(Enrolment.cohort)
            members = db.session.scalars(query.where(Cohort.code == "tokyo-a")).all()
            taken = {person.name: facts_of(person) for person in members if person.login != sitting.JOINER}
        assert set(table) == {*taken, "青木 ひなた"}
        shown = {name: (row[0], row[1], row[3], row[4]) for name, row in table.items() if name in taken}
        assert shown == {
            name: (
                facts.standing(9),
                f"{facts.percent}%",
                f"{facts.acknowledged}/1",
                f"{facts.present}/{facts.sessions}",
            )
            for name, facts in taken.items()
        }
        assert {row[0] for row in shown.values()} == {"Behind", "At risk", "On track"}
        assert table["青木 ひなた"][1] == "not open yet", "nothing is graded"

    def test_a_quiz_that_was_due_and_is_not_taken_counts_nothing(self, enter: Enter) -> None:
        """The checkpoint of everybody is due on Tuesday at 17:00; the joiner has not taken it."""
        with clock.fixed(datetime(2026, 11, 17, 8, tzinfo=UTC)):
            table = readiness(enter("trainer").get("/cohorts/tokyo-a?lang=en&people=all").text)
        assert table["青木 ひなた"][:2] == ["Behind", "0%"]

    def test_only_quizzes_of_this_cohort_count(self, enter: Enter, sample: Flask, unit: Unit) -> None:
        """Emma has taken the checkpoint in Tokyo A; what a further cohort has not given does not count there."""
        with unit():
            template = queries.get_template("labeller-15")
            tokyo = db.session.scalars(select(Site).where(Site.code == "tokyo")).one()
            command = cohorts.NewCohort("tokyo-z", {"en": "Z"}, tokyo, template, date(2026, 12, 21), [])
            further = cohorts.create_cohort(command, by=None)
            emma = sitting.person(EMMA)
            db.session.add(Enrolment(cohort_id=further.id, person_id=emma.id, enrolled_at=clock.now()))
            db.session.flush()
            found = [
                queries.load_gates(c, [emma], 6, [], [], clock.now())[emma.id][0]
                for c in (further, queries.find_cohort("tokyo-a"))
            ]
        assert found[0].percent is None
        assert found[1].percent is not None

    def test_a_module_that_nobody_knows_is_never_acknowledged(self, enter: Enter, unit: Unit) -> None:
        with unit():
            template = queries.get_template("labeller-15")
            gates = [{"kind": "policies_acknowledged", "modules": ["HAR", "TYPO"]}]
            template.gates = {"gates": gates}
        table = readiness(enter("trainer").get("/cohorts/tokyo-a?lang=en&people=all").text)
        assert {row[1] for row in table.values()} == {"0/2", "1/2"}
        assert {row[0] for row in table.values()} == {"At risk"}

    def test_without_modules_named_every_policy_in_force_is_asked_for(self, enter: Enter, unit: Unit) -> None:
        with unit():
            queries.get_template("labeller-15").gates = {"gates": [{"kind": "policies_acknowledged"}]}
        table = readiness(enter("trainer").get("/cohorts/tokyo-a?lang=en&people=all").text)
        assert {tuple(row[:2]) for row in table.values()} == {("At risk", "0/1"), ("Ready", "1/1")}

    def test_the_wellbeing_briefing_is_a_gate_that_says_when_and_nothing_of_what_was_chosen(
        self, enter: Enter, unit: Unit
    ) -> None:
        with unit():
            queries.get_template("labeller-15").gates = {"gates": [{"kind": "briefing"}]}
            emma, joiner = sitting.person(EMMA), sitting.person(sitting.JOINER)
            db.session.execute(delete(BriefingConfirmation))
            at = datetime(2026, 11, 9, 0, 33, tzinfo=UTC)
            db.session.add(BriefingConfirmation(person_id=emma.id, version=VERSION, locale="en", confirmed_at=at))
            db.session.merge(SeeingPreference(person_id=emma.id, closed_from="medium", avoided=["threat"]))
            code, names = emma.code, (emma.name, joiner.name)
        trainer = enter("trainer")
        table = readiness(trainer.get("/cohorts/tokyo-a?lang=en&people=all").text)
        assert [table[name] for name in names] == [
            ["Ready", "Mon 9 Nov", "None"],
            ["At risk", "not confirmed", "Read the wellbeing briefing"],
        ]
        assert f"At risk {len(table) - 1}" in words(trainer.get("/cohorts?lang=en").text), "the list counts the same"
        page = trainer.get(f"/cohorts/tokyo-a/people/{code}?lang=en").text
        assert "Wellbeing briefing : met 9 Nov 2026" in section(page, "gates")
        assert "hreat" not in page, "what somebody wants to see is for nobody else"

    def test_who_needs_help_stands_first(self, enter: Enter) -> None:
        states = [
            row[0] for row in readiness(enter("trainer").get("/cohorts/osaka-b?lang=en&people=all").text).values()
        ]
        assert states == sorted(states, key=STANDINGS.index)
        assert len(set(states)) > 1

    def test_a_long_table_begins_with_who_needs_somebody_and_shows_the_others_when_asked(self, enter: Enter) -> None:
        trainer = enter("trainer")
        page = trainer.get("/cohorts/tokyo-a?lang=en").text
        shown, everybody = readiness(page), readiness(trainer.get("/cohorts/tokyo-a?lang=en&people=all").text)
        left_out = [everybody[name][0] for name in everybody if name not in shown]
        assert len(everybody) > len(shown) >= 15
        assert set(left_out) <= {"On track", "Ready"}
        assert f"Show {len(left_out)} more, all on track" in words(page)
        assert list(everybody)[: len(shown)] == list(shown)

    def test_the_page_says_how_far_it_is_to_go_live(self, enter: Enter) -> None:
        for day, said in (
            ("2026-11-02", "Starts on Mon 9 Nov"),
            ("2026-11-16", "9 working days to go-live"),
            ("2026-11-27", "1 working day to go-live"),
            ("2026-11-30", "Live since 30 Nov 2026"),
        ):
            with clock.fixed(datetime.fromisoformat(f"{day}T03:00").replace(tzinfo=UTC)):
                trainer = enter("trainer")
                assert re.search(rf"<h1>{said}</h1>", trainer.get("/cohorts/tokyo-a?lang=en").text)
                listed = words(trainer.get("/cohorts?lang=en").text)
                assert ("Starts on Mon 9 Nov" in listed) is (day == "2026-11-02")

    def test_a_cohort_shows_the_times_of_its_site_to_a_reader_elsewhere(self, enter: Enter, unit: Unit) -> None:
        with unit():
            trainer = sitting.person("trainer@kijun.example")
            trainer.site = db.session.scalars(select(Site).where(Site.code == "dublin")).one()
        page = enter("trainer").get("/cohorts/tokyo-a?lang=en").text
        assert "Times in JST" in page
        assert "09:30" in words(page)

    @pytest.mark.parametrize(
        ("login", "seen"),
        [
            ("trainer", {"tokyo-a", "osaka-b"}),
            ("trainer-b@kijun.example", {"tokyo-a"}),
            ("trainer-c@northwind.example", {"osaka-b"}),
            ("vendor", {"osaka-b"}),
            ("admin", {"tokyo-a", "osaka-b"}),
            ("qa", {"tokyo-a", "osaka-b"}),
        ],
    )
    def test_everybody_sees_the_cohorts_in_their_reach_only(self, enter: Enter, login: str, seen: set[str]) -> None:
        visitor = enter(login)
        assert set(re.findall(r"/cohorts/((?:tokyo|osaka)-\w)\"", visitor.get("/cohorts").text)) == seen
        opened = {code for code in ("tokyo-a", "osaka-b") if visitor.get(f"/cohorts/{code}").status_code == 200}
        assert opened == seen

    def test_a_trainer_sees_candidates_whom_they_do_not_train_by_code(self, enter: Enter, sample: Flask) -> None:
        with sample.app_context():
            moderator = sitting.person("moderator@kijun.example").code
        page = enter("trainer-b@kijun.example").get("/cohorts/tokyo-a").text
        assert f'value="{moderator}"' in section_html(page, "add")
        assert "石原" not in page
        assert "石原 修" in section_html(enter("admin").get("/cohorts/tokyo-a").text, "add")

    def test_qa_finds_every_cohort_from_today_and_sees_its_people_by_code(self, enter: Enter, sample: Flask) -> None:
        qa = enter("qa")
        with sample.app_context():
            query = select(Person).join(Enrolment, Enrolment.person_id == Person.id).join(Enrolment.cohort)
            people = {p.code: p.name for p in db.session.scalars(query.where(Cohort.code == "osaka-b"))}
        assert 'href="/cohorts/osaka-b"' in qa.get("/").text
        page = qa.get("/cohorts/osaka-b?lang=en&people=all").text
        table = readiness(page)
        assert set(table) == set(people)
        shown = [(STANDINGS.index(cells[0]), int(cells[1].rstrip("%")), code) for code, cells in table.items()]
        assert shown == sorted(shown), "an order by reading would tell names"
        assert not [name for name in people.values() if name in page]
        assert "<form" not in section_html(page, "ready")
        assert 'aria-labelledby="add"' not in page

    def test_a_vendor_manager_looks_and_changes_nothing(self, enter: Enter) -> None:
        manager = enter("vendor")
        page = manager.get("/cohorts/osaka-b?lang=en").text
        assert "<form" not in section_html(page, "ready")
        assert manager.post("/cohorts/osaka-b/sign-offs", data={"person": "L0035"}).status_code == 403
        assert manager.post("/cohorts/osaka-b/people", data={"people": "L0002"}).status_code == 403
