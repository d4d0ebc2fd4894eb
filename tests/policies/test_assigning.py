"""A draft's translation is asked of a localizer by a day: who sees it where, who may do it, and what is kept of it."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.policies import actions
from lms.policies.models import TranslationAssignment
from tests.accounts.form_page import FormPage
from tests.at_once import all_at_once
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor
from tests.policies.test_translation_page import KEY, PAGE, fields

ASSIGN = f"{PAGE}-assignment"
DRAFT = b"---\ncode: SPM\ntitle: Spam\nversion: '1.1'\n---\n## Not allowed {#not-allowed}\nAt most 3 times.\n"


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn, unit: Unit) -> Visitor:
    """A draft without its Japanese, and the policy editor."""
    with unit():
        actions.import_policy(actions.check_files(DRAFT, None))
    return sign_in_as(cast.editor)


@pytest.fixture
def localizer(editor: Visitor, cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.localizer)


def order(cast: Cast, **changes: str) -> dict[str, str]:
    return {"assignee": cast.localizer, "due_on": "2026-11-20", "revision": "0", **changes}


def unread(app: Flask) -> list[Notice]:
    with app.app_context():
        query = select(Notice).where(Notice.kind == "policy.to_translate", Notice.read_at.is_(None))
        return list(db.session.scalars(query))


def test_the_localizer_finds_it_on_today_in_the_inbox_and_in_the_list(
    editor: Visitor, localizer: Visitor, cast: Cast, sign_in_as: SignIn
) -> None:
    assert "Nothing is assigned to you" in localizer.get("/policies/translation?assigned=me&lang=en").text
    assert editor.post(ASSIGN, data=order(cast)).location == PAGE
    today = localizer.get("/?lang=en").text
    assert re.search(
        rf'<a href="{PAGE}">Translate Spam v1.1</a>.*1 section to translate.*due Fri 20 Nov', today, re.DOTALL
    )
    assert "A policy for you to translate: Spam v1.1, due Fri 20 Nov 2026." in localizer.get("/notices?lang=en").text
    listed = localizer.get("/policies/translation?assigned=me&lang=en").text
    assert re.findall(r'<a href="(/policies/\w+/versions/[\d.]+/translation)">', listed) == [PAGE]
    assert f"Assigned to you by {cast.editor}, due Fri 20 Nov" in localizer.get(f"{PAGE}?lang=en").text
    assert "Assigned to me (0)" in editor.get("/policies/translation?lang=en").text
    with clock.fixed(MONDAY_AFTERNOON + timedelta(days=5)):
        assert "Overdue" in sign_in_as(cast.localizer).get("/?lang=en").text


def test_what_is_done_waits_for_nobody(editor: Visitor, localizer: Visitor, cast: Cast, app: Flask) -> None:
    editor.post(ASSIGN, data=order(cast))
    form = fields(localizer.get(f"{PAGE}/{KEY}").text) | {"title_ja": "禁止行為", "body_ja": "3回までです。"}
    assert localizer.post(f"{PAGE}/{KEY}", data={**form, "go": "current"}).status_code == 302
    assert "Translate Spam" not in localizer.get("/?lang=en").text
    assert unread(app) == []


def test_it_is_changed_and_taken_back_and_the_journal_says_so(
    editor: Visitor, localizer: Visitor, cast: Cast, app: Flask
) -> None:
    editor.post(ASSIGN, data=order(cast))
    form = FormPage(editor.get(PAGE).text)
    assert (form.value("assignee"), form.value("due_on"), form.value("revision")) == (cast.localizer, "2026-11-20", "1")
    editor.post(ASSIGN, data=order(cast, due_on="2026-11-24", revision="1"))
    editor.post(ASSIGN, data={"assignee": "", "revision": "2"})
    assert "Translate Spam" not in localizer.get("/?lang=en").text
    assert unread(app) == []
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "policy.assign"))
        told = [(event.actor, event.object, event.detail["before"], event.detail["after"]) for event in events]
    of = {day: {"assignee": cast.localizer, "due_on": f"2026-11-{day}"} for day in (20, 24)}
    nobody = {"assignee": None, "due_on": None}
    assert told == [(cast.editor, "SPM v1.1", *pair) for pair in ((nobody, of[20]), (of[20], of[24]), (of[24], nobody))]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("assignee", "L9999", "Choose one of the options."),
        ("due_on", "", "Enter a date."),
        ("due_on", "Friday", "Enter a date."),
        ("due_on", "2026-11-15", "Choose today or a later day."),
        ("due_on", "9999-01-01", "Choose today or a later day."),
    ],
)
def test_what_cannot_be_taken_says_so_at_its_field(
    editor: Visitor, cast: Cast, app: Flask, field: str, value: str, said: str
) -> None:
    answer = editor.post(f"{ASSIGN}?lang=en", data=order(cast, **{field: value}))
    assert answer.status_code == 422
    assert FormPage(answer.text).error(field) == said
    with app.app_context():
        assert db.session.scalars(select(TranslationAssignment)).all() == []


def test_who_assigns_what_somebody_else_has_assigned_sees_both(editor: Visitor, cast: Cast, app: Flask) -> None:
    editor.post(ASSIGN, data=order(cast))
    answer = editor.post(f"{ASSIGN}?lang=en", data=order(cast, due_on="2026-11-27"))
    assert answer.status_code == 409
    shown = re.sub(r"<[^>]+>", "", answer.text.split('id="behind"')[1].split("</section>")[0])
    assert re.search(r"Due\s*Saved now: 2026-11-20\s*You typed: 2026-11-27", shown)
    form = FormPage(answer.text)
    again = order(cast, due_on=form.value("due_on"), revision=form.value("revision"))
    assert editor.post(ASSIGN, data=again).status_code == 302


def test_a_draft_that_is_deleted_or_published_leaves_nothing_to_do(
    editor: Visitor, localizer: Visitor, cast: Cast, app: Flask, unit: Unit
) -> None:
    editor.post(ASSIGN, data=order(cast))
    assert editor.post("/policies/SPM/versions/1.1/discard").status_code == 302
    assert unread(app) == []
    with unit():
        actions.import_policy(actions.check_files(DRAFT, None))
    editor.post(ASSIGN, data=order(cast))
    editor.post("/policies/SPM/versions/1.1/publish")
    assert unread(app) == []
    assert "Translate Spam" not in localizer.get("/?lang=en").text
    assert editor.post(ASSIGN, data=order(cast, revision="1")).status_code == 409


def test_who_has_left_gets_no_other_day_and_the_assignment_stays(
    editor: Visitor, cast: Cast, app: Flask, unit: Unit
) -> None:
    editor.post(ASSIGN, data=order(cast))
    with unit():
        person = db.session.scalars(select(Person).where(Person.code == cast.localizer)).one()
        person.deactivated_at = clock.now()
    answer = editor.post(f"{ASSIGN}?lang=en", data=order(cast, due_on="2026-11-24", revision="1"))
    assert answer.status_code == 422
    assert FormPage(answer.text).error("assignee") == "This person no longer takes part. Choose somebody else."
    with app.app_context():
        assert [row.due_on.day for row in db.session.scalars(select(TranslationAssignment))] == [20]
    assert editor.post(ASSIGN, data={"assignee": "", "revision": "1"}).status_code == 302


def test_a_localizer_assigns_nobody(localizer: Visitor, cast: Cast) -> None:
    assert localizer.post(ASSIGN, data=order(cast)).status_code == 403
    assert ASSIGN not in localizer.get(PAGE).text


@pytest.mark.postgresql
def test_of_two_assignments_at_once_one_is_taken(editor: Visitor, cast: Cast, sign_in_as: SignIn, app: Flask) -> None:
    windows = [editor, sign_in_as(cast.editor)]
    calls = [partial(window.post, ASSIGN, data=order(cast, due_on=f"2026-11-2{n}")) for n, window in enumerate(windows)]
    answers = all_at_once(app, calls, after="FROM translation_assignments")
    assert sorted(answer.status_code for answer in answers) == [302, 409]
