"""People who leave a cohort through pages: asked first, for a reason, out of it or into another one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import actions, queries
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.quizzes import queries as quizzes
from lms.quizzes.models import Assignee
from lms.sites import queries as sites
from tests.accounts.form_page import FormPage
from tests.cohorts.conftest import Enter, code_of
from tests.conftest import Visitor
from tests.quizzes import sitting

REASON = "Needs another start"


@pytest.fixture
def tokyo_b(sample: Flask) -> str:
    """A further cohort of the same plan, site and trainer, which goes live later."""
    with sample.app_context(), transaction.unit():
        site, trainer = sites.find_site("tokyo"), sitting.person("trainer@kijun.example")
        assert site is not None
        plan = queries.get_template("labeller-15")
        name = {"en": "Tokyo B", "ja": "東京B"}
        command = actions.NewCohort("tokyo-b", name, site, plan, date(2026, 12, 14), [trainer])
        return actions.create_cohort(command, by=trainer).code


@pytest.fixture
def page(sample: Flask) -> str:
    """Of the joiner, who has not begun the quiz of the cohort."""
    return f"/cohorts/tokyo-a/people/{code_of(sample, sitting.JOINER)}/leave"


def enrolments(sample: Flask) -> list[tuple[str, bool, str]]:
    with sample.app_context():
        query = select(Cohort.code, Enrolment).join(Enrolment.cohort).order_by(Enrolment.enrolled_at)
        rows = db.session.execute(query.where(Enrolment.person_id == sitting.person().id))
        return [(code, enrolment.left_at is not None, enrolment.left_reason) for code, enrolment in rows]


def held(sample: Flask, cohort: str) -> int:
    """How many quizzes of a cohort the joiner has."""
    with sample.app_context():
        found = queries.find_cohort(cohort)
        assert found is not None
        theirs = select(Assignee).where(Assignee.person_id == sitting.person().id)
        return len(db.session.scalars(theirs.where(Assignee.assignment_id.in_(queries.assignment_ids(found)))).all())


def confirm(visitor: Visitor, page: str, to: str = "") -> Any:
    """Fill in the form, and send on what its confirmation holds."""
    answer = visitor.post(f"{page}?lang=en", data={"to": to, "reason": f" {REASON} "})
    assert answer.status_code == 200
    entered = FormPage(answer.text).entered
    return visitor.post(page, data={name: values[0] for name, values in entered.items()} | {"confirmed": "1"})


def test_nothing_happens_before_it_is_confirmed(trainer: Visitor, sample: Flask, page: str, tokyo_b: str) -> None:
    answer = trainer.post(f"{page}?lang=en", data={"to": tokyo_b, "reason": REASON})
    assert "1 quiz of Tokyo A that has not been started will be withdrawn." in answer.text
    assert "1 quiz of Tokyo B will be assigned." in answer.text
    assert enrolments(sample) == [("tokyo-a", False, "")]


def test_who_is_taken_out_loses_what_is_not_begun_and_the_reason_stays(
    trainer: Visitor, sample: Flask, page: str
) -> None:
    assert confirm(trainer, page).location == "/cohorts/tokyo-a"
    assert enrolments(sample) == [("tokyo-a", True, REASON)]
    assert held(sample, "tokyo-a") == 0
    assert REASON in trainer.get("/cohorts/tokyo-a").text
    assert trainer.get(page).status_code == 404
    with sample.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "cohort.leave")).one()
        assert (event.object, event.detail) == ("tokyo-a", {"people": [sitting.person().code], "to": None})


def test_who_is_moved_gets_the_quizzes_of_the_new_cohort(
    trainer: Visitor, sample: Flask, page: str, tokyo_b: str
) -> None:
    assert confirm(trainer, page, tokyo_b).status_code == 302
    assert enrolments(sample) == [("tokyo-a", True, REASON), ("tokyo-b", False, "")]
    assert (held(sample, "tokyo-a"), held(sample, "tokyo-b")) == (0, 1)
    back = page.replace("tokyo-a", "tokyo-b")
    assert confirm(trainer, back, "tokyo-a").status_code == 302
    assert sorted(enrolments(sample)) == [("tokyo-a", False, ""), ("tokyo-b", True, REASON)]


def test_who_is_taken_out_is_reminded_of_no_quiz_that_they_have_no_more(
    trainer: Visitor, sample: Flask, page: str
) -> None:
    about_quizzes = select(Notice).where(Notice.kind == "quiz.given", Notice.read_at.is_(None))
    with sample.app_context(), transaction.unit():
        cohort, by = queries.find_cohort("tokyo-a"), sitting.person("trainer@kijun.example")
        assert cohort is not None
        day = timedelta(days=1)
        quiz = quizzes.get_quiz("harassment-checkpoint")
        given = actions.assign_quiz(cohort, quiz, opens_at=clock.now(), due_at=clock.now() + day, by=by)
        of_it = about_quizzes.where(Notice.about == str(given.id))
        told = {notice.person_id for notice in db.session.scalars(of_it)}
    confirm(trainer, page)
    with sample.app_context():
        assert told - {notice.person_id for notice in db.session.scalars(of_it)} == {sitting.person().id}


def test_what_is_begun_goes_on(trainer: Visitor, enter: Enter, sample: Flask, page: str) -> None:
    with sample.app_context():
        assignment = sitting.assignment_id(sitting.person())
    joiner = enter(sitting.JOINER)
    attempt = joiner.post(f"/quizzes/{assignment}/attempts").location
    assert confirm(trainer, page).status_code == 302
    assert joiner.get(attempt).status_code == 200
    assert held(sample, "tokyo-a") == 1


def test_a_reason_and_a_cohort_that_can_be_reached_are_asked_for(trainer: Visitor, sample: Flask, page: str) -> None:
    answer = trainer.post(page, data={"to": "osaka-b", "reason": " ", "confirmed": "1"})
    assert (answer.status_code, sorted(FormPage(answer.text).errors)) == (422, ["reason-error", "to-error"])
    assert enrolments(sample) == [("tokyo-a", False, "")]


def test_two_who_send_it_take_out_once(enter: Enter, sample: Flask, page: str) -> None:
    confirm(enter("trainer"), page)
    sent = {"to": "", "reason": "Again", "confirmed": "1"}
    assert enter("admin").post(page, data=sent).status_code == 404
    assert enrolments(sample) == [("tokyo-a", True, REASON)]
    assert enter("qa").post(page, data=sent).status_code == 403
