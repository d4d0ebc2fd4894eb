"""Publishing takes two where there are two: an editor asks, another editor or a QA analyst publishes."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit.problems import Refused
from lms.policies import actions, queries
from lms.policies.models import PolicyVersion
from tests.cast import Cast, make_cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor

TEXT = b"---\ncode: SPM\n---\n# Spam\n\n## Repeated posts\n\nTen times within an hour.\n"
PAGE = "/policies/SPM/versions"


@pytest.fixture
def cast(unit: Unit) -> Cast:
    """The cast; a policy editor and a QA analyst who can sign in."""
    with unit():
        made = make_cast()
        for code in (made.editor, made.qa):
            person(code).password_hash = "not verified here"
        return made


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.editor)


@pytest.fixture
def qa(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.qa)


@pytest.fixture
def alone(unit: Unit, cast: Cast) -> None:
    """The QA analyst has left: nobody but the editor could publish."""
    with unit():
        person(cast.qa).deactivated_at = clock.now()


@pytest.fixture(autouse=True)
def draft(unit: Unit, cast: Cast) -> None:
    with unit():
        actions.import_policy(actions.check_files(TEXT, None), by=person(cast.editor))


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()


def ask(visitor: Visitor, **form: str) -> Any:
    return visitor.post(f"{PAGE}/1.0/ask", data=form)


def publish(visitor: Visitor) -> Any:
    return visitor.post(f"{PAGE}/1.0/publish")


def upload(visitor: Visitor, text: bytes, **form: str) -> str:
    data = {"english": (BytesIO(text), "spam.md"), **form}
    return str(visitor.post("/policies/import", data=data, follow_redirects=True).text)


def state(app: Flask) -> str:
    with app.app_context():
        return str(db.session.scalars(select(PolicyVersion)).one().state)


def journal(app: Flask) -> list[tuple[str, str, dict[str, Any]]]:
    """The entries about publishing, without the instant."""
    with app.app_context():
        query = select(AuditEvent).where(AuditEvent.action.startswith("policy.")).order_by(AuditEvent.id)
        return [
            (event.action, event.actor, {key: said for key, said in event.detail.items() if key != "effective_at"})
            for event in db.session.scalars(query)
            if event.action != "policy.import"
        ]


def test_one_asks_and_another_publishes(editor: Visitor, qa: Visitor, cast: Cast, app: Flask) -> None:
    assert "Ask to publish v1.0" in editor.get(PAGE).text
    assert "Publish v1.0" not in editor.get(PAGE).text + qa.get(PAGE).text
    ask(editor)
    own, others = editor.get(PAGE).text, qa.get(PAGE).text
    assert f"Can be published by {cast.qa}." in own
    assert "Publish v1.0" not in own
    assert f"Publication requested by {cast.editor}" in others
    assert "Publish v1.0" in others
    for visitor in (editor, qa):
        assert "v1.0 is waiting for publication" in visitor.get("/policies").text
    assert publish(qa).status_code == 302
    assert state(app) == "published"
    assert "waiting for publication" not in qa.get("/policies").text
    assert journal(app) == [
        ("policy.ask", cast.editor, {}),
        ("policy.publish", cast.qa, {"prepared_by": cast.editor}),
    ]


def test_whoever_asked_does_not_publish(editor: Visitor, cast: Cast, app: Flask) -> None:
    for _ in range(2):
        answer = publish(editor)
        assert answer.status_code == 403
        assert f"Somebody else has to confirm what you prepared: {cast.qa}." in answer.text
        ask(editor)
    assert state(app) == "draft"


def test_a_qa_analyst_publishes_only_what_was_asked_for(qa: Visitor, app: Flask) -> None:
    answer = publish(qa)
    assert (answer.status_code, "Nobody has asked" in answer.text) == (403, True)
    assert ask(qa).status_code == 403
    assert state(app) == "draft"


@pytest.mark.usefixtures("alone")
def test_the_only_one_publishes_alone_and_the_journal_says_so(editor: Visitor, cast: Cast, app: Flask) -> None:
    assert "Publish v1.0" in editor.get(PAGE).text
    assert publish(editor).status_code == 302
    assert journal(app) == [("policy.publish", cast.editor, {"without_second_person": True})]


def test_a_second_editor_publishes_what_the_first_asked_for(
    editor: Visitor, sign_in_as: SignIn, unit: Unit, cast: Cast, app: Flask
) -> None:
    with unit():
        command = accounts.NewPerson("e2@site.example", "E", "", person(cast.editor).site, "en", (Role.EDITOR,))
        second = accounts.create_person(command, by=None).code
    ask(editor)
    assert publish(sign_in_as(second)).status_code == 302
    assert state(app) == "published"


def test_a_request_is_void_once_the_draft_has_changed(editor: Visitor, qa: Visitor, cast: Cast, app: Flask) -> None:
    """What is published is what was asked for."""
    ask(editor)
    upload(editor, TEXT.replace(b"code: SPM", b'code: SPM\nversion: "1.0"').replace(b"Ten", b"Five"))
    assert publish(qa).status_code == 403
    assert "waiting for publication" not in qa.get("/policies").text
    ask(editor)
    assert publish(qa).status_code == 302
    assert state(app) == "published"


def test_a_draft_that_waits_can_be_discarded(editor: Visitor, qa: Visitor) -> None:
    ask(editor)
    assert editor.post(f"{PAGE}/1.0/discard").status_code == 302
    assert "waiting for publication" not in qa.get("/policies").text


def test_a_request_can_be_taken_back_by_whoever_made_it(
    editor: Visitor, qa: Visitor, unit: Unit, cast: Cast, app: Flask
) -> None:
    ask(editor)
    ask(editor, change="take back")
    assert publish(qa).status_code == 403
    assert [entry[0] for entry in journal(app)] == ["policy.ask", "policy.take_back"]
    assert ask(editor, change="take back").status_code == 409
    with unit():
        actions.ask_for_publication(queries.list_versions(queries.get_module("SPM"))[0], by=person(cast.localizer))
    assert ask(editor, change="take back").status_code == 409


def test_published_at_once_asks_and_says_who_can(editor: Visitor, qa: Visitor, cast: Cast) -> None:
    page = upload(editor, TEXT.replace(b"SPM", b"NEW"), publish="y")
    assert f"Somebody else has to publish it: {cast.qa}." in page
    assert "v1.0 is waiting for publication" in qa.get("/policies").text


@pytest.mark.usefixtures("alone")
def test_published_at_once_is_a_draft_without_a_fresh_password(editor: Visitor, app: Flask) -> None:
    with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=16)):
        page = upload(editor, TEXT, code="SPM", publish="y")
        assert "publishing it asks for your password" in page
        assert state(app) == "draft"
        assert publish(editor).status_code == 403
    assert "publishing it asks" not in upload(editor, TEXT, code="SPM", publish="y")
    assert state(app) == "published"


def test_today_shows_it_to_whoever_can_publish(editor: Visitor, qa: Visitor, sign_in_as: SignIn, cast: Cast) -> None:
    ask(editor)
    assert "Publish Spam v1.0" in qa.get("/").text
    for visitor in (editor, sign_in_as(cast.admin)):
        assert "Waiting for you" not in visitor.get("/").text


def test_the_action_itself_refuses_too(unit: Unit, cast: Cast) -> None:
    with unit():
        version = queries.list_versions(queries.get_module("SPM"))[0]
        with pytest.raises(Refused):
            actions.publish_version(version, by=person(cast.editor))
        actions.publish_version(version, by=None)
