"""Whoever asked for a second look hears how it ended: in the inbox and in the daily mail, until they have read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts import granting
from lms.accounts import queries as people
from lms.accounts.core.roles import Role
from lms.demo import content
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.outbox import Mail
from lms.notifications import actions as notifications
from lms.notifications.models import Notice
from lms.policies import actions as policies
from lms.policies.models import PolicyVersion
from lms.questions import drafts
from lms.questions import queries as questions
from lms.questions.models import Question
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit
from tests.notifications.conftest import Told
from tests.quizzes import sitting

MODERATOR, QA, EDITOR, ADMIN = (
    "moderator@kijun.example",
    "qa@kijun.example",
    "editor@kijun.example",
    "admin@kijun.example",
)


@pytest.fixture
def proposed(unit: Unit, told: Told) -> str:
    """The login of a second administrator; the first has proposed a role, which waits for them."""
    with unit():
        admin = sitting.person(ADMIN)
        command = accounts.NewPerson("second@kijun.example", "Robin", "", admin.site, "en", (Role.ADMIN,))
        other = accounts.create_person(command, by=None)
        other.password_hash = admin.password_hash
        granting.give_or_propose(sitting.person(MODERATOR), Role.EDITOR, by=admin)
        return other.login


def decide(*, is_confirmed: bool, by: str) -> None:
    proposal = people.find_proposal(sitting.person(MODERATOR), Role.EDITOR)
    assert proposal is not None
    granting.decide_role(proposal, is_confirmed=is_confirmed, by=sitting.person(by))


def changed(code: str) -> Question:
    """A question with a draft that a QA analyst has sent."""
    qa, row = sitting.person(QA), find(code)
    content_, draft = drafts.working_copy(row)
    drafts.save_draft(row, replace(content_, tags=("changed",)), seen=drafts.token(row, draft), by=qa)
    assert drafts.release(row, by=qa).version is None
    return row


def find(code: str) -> Question:
    return questions.find_question(code) or pytest.fail(f"no {code}")


@pytest.mark.parametrize(("is_confirmed", "kind"), [(True, "role.given"), (False, "role.declined")])
def test_a_decision_about_a_role_is_told_to_who_proposed_it(
    is_confirmed: bool, kind: str, unit: Unit, told: Told, proposed: str, sample: Flask
) -> None:
    with unit():
        decide(is_confirmed=is_confirmed, by=proposed)
    assert told(kind) == {ADMIN}
    with sample.app_context():
        [notice] = db.session.scalars(select(Notice).where(Notice.kind == kind))
        assert notice.facts == {
            "role": "editor",
            "code": sitting.person(MODERATOR).code,
            "by": sitting.person(proposed).code,
        }


def test_what_somebody_takes_back_themselves_is_told_to_nobody(unit: Unit, told: Told, proposed: str) -> None:
    with unit():
        decide(is_confirmed=False, by=ADMIN)
    assert told("role.dropped") == told("role.declined") == set()


def test_a_role_that_waits_for_somebody_who_leaves_is_told_as_dropped(unit: Unit, told: Told, proposed: str) -> None:
    with unit():
        granting.withdraw_proposals(sitting.person(MODERATOR), by=sitting.person(proposed))
    assert told("role.dropped") == {ADMIN}


def test_who_proposes_anew_has_understood_the_answer(unit: Unit, told: Told, proposed: str) -> None:
    with unit():
        decide(is_confirmed=False, by=proposed)
    with unit():
        granting.give_or_propose(sitting.person(MODERATOR), Role.EDITOR, by=sitting.person(ADMIN))
    assert (told("role.declined"), told("role.declined", read=True)) == (set(), {ADMIN})


def test_a_publication_is_told_to_who_asked_for_it(unit: Unit, told: Told) -> None:
    read = policies.check_files(*((content.POLICIES / "HAR" / f"{name}.md").read_bytes() for name in ("en", "ja")))
    with unit():
        version = policies.import_policy(read, code="NEW")
        policies.ask_for_publication(version, by=sitting.person(EDITOR))
        version_id = version.id
    assert told("policy.decided") == set()
    with unit():
        policies.publish_version(db.session.get_one(PolicyVersion, version_id), by=sitting.person(QA))
    assert told("policy.decided") == {EDITOR}


def test_a_question_in_use_is_told_to_who_wrote_it(unit: Unit, told: Told, sample: Flask) -> None:
    with unit():
        changed("HAR-014"), changed("HAR-002")
    with unit():
        for code in ("HAR-014", "HAR-002"):
            assert drafts.release(find(code), by=sitting.person(EDITOR)).version is not None
    assert told("question.released") == {QA}
    with sample.app_context():
        [_one] = db.session.scalars(select(Notice).where(Notice.kind == "question.released"))


def test_a_draft_that_somebody_else_discards_or_retires_is_told(unit: Unit, told: Told) -> None:
    with unit():
        changed("HAR-014"), changed("HAR-002")
    with unit():
        row = find("HAR-014")
        drafts.discard(row, seen=drafts.token(row, drafts.working_copy(row)[1]), by=sitting.person(EDITOR))
        drafts.retire(find("HAR-002"), by=sitting.person(EDITOR))
    assert told("question.declined") == told("question.retired") == {QA}
    assert told("question.waits") == set(), "nothing waits that is retired"


def test_it_stands_in_the_daily_mail_and_rests_once_read(
    unit: Unit, told: Told, proposed: str, sample: Flask, sign_in_as: SignIn
) -> None:
    with unit():
        decide(is_confirmed=False, by=proposed)
        code = sitting.person(ADMIN).code
    morning = MONDAY_AFTERNOON + timedelta(hours=19)
    with sample.app_context(), clock.fixed(morning):
        notifications.write_digests()
        with transaction.unit(write=False):
            mail = db.session.scalars(select(Mail).where(Mail.recipient == ADMIN)).one()
            assert "The role that you proposed was declined by" in mail.plain_body
            notice_id = db.session.scalars(select(Notice.id).where(Notice.kind == "role.declined")).one()
    visitor = sign_in_as(code)
    page = visitor.get("/notices?lang=ja").text
    assert "申請した役割は付与されませんでした" in page
    assert visitor.post(f"/notices/{notice_id}/open").status_code == 303
    assert (told("role.declined"), told("role.declined", read=True)) == (set(), {ADMIN})
