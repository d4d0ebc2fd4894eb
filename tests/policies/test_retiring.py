"""Retiring a policy: it is asked of nobody, what cites it still finds it, and what was confirmed stays."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.notifications.models import Notice
from lms.policies import actions, queries
from lms.policies.actions.retiring import retire_module
from lms.policies.models import Acknowledgement
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.policies.test_import_page import ENGLISH, JAPANESE
from tests.policies.test_translation_page import code_of

PAGE = "/policies/SPM/retire"
RETIRE, RESTORE = {"change": "retire"}, {"change": "restore"}


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn, unit: Unit) -> Visitor:
    with unit():
        actions.import_policy(actions.check_files(ENGLISH.encode(), JAPANESE.encode()), publish=True)
    return sign_in_as(cast.editor)


@pytest.fixture
def learner(editor: Visitor, cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.learner)


def revision(app: Flask) -> int:
    with app.app_context():
        return queries.get_module("SPM").revision


def change(editor: Visitor, app: Flask, what: dict[str, str]) -> None:
    answer = editor.post(PAGE, data={**what, "revision": revision(app)})
    assert answer.location == "/policies/SPM/versions"


def open_notices(app: Flask, kind: str) -> int:
    with app.app_context():
        query = select(Notice).where(Notice.kind == kind, Notice.about == "SPM", Notice.read_at.is_(None))
        return len(list(db.session.scalars(query)))


def test_a_retired_policy_leaves_library_search_and_all_that_is_asked(
    editor: Visitor, learner: Visitor, app: Flask
) -> None:
    assert "/policies/SPM" in learner.get("/policies").text
    change(editor, app, RETIRE)
    for page in ("/policies", "/", "/search?q=bulk", "/policies/translation"):
        for visitor in (learner, editor):
            answer = visitor.get(page)
            assert answer.status_code in (200, 403)
            assert 'href="/policies/SPM' not in answer.text, page
    assert 'href="/policies/SPM"' in editor.get("/policies?state=retired").text
    assert 'href="/policies/SPM"' not in learner.get("/policies?state=retired").text
    with app.app_context():
        assert queries.load_in_force(clock.now()) == {}


def test_its_page_and_sections_are_read_by_link_and_say_that_it_is_retired(
    editor: Visitor, learner: Visitor, app: Flask
) -> None:
    change(editor, app, RETIRE)
    for page in ("/policies/SPM?lang=en", "/policies/SPM/side?lang=en"):
        text = learner.get(page).text
        assert 'id="s-not-allowed"' in text
        assert "Retired on" in text
        assert "I have read" not in text
    with app.app_context():
        assert "SPM/not-allowed" in queries.load_sections_in_force(clock.now()), "still citable"


def test_nothing_is_confirmed_or_published_while_it_is_retired(editor: Visitor, learner: Visitor, app: Flask) -> None:
    assert learner.post("/policies/SPM/acknowledge", data={"version": "1.0"}).status_code == 302
    change(editor, app, RETIRE)
    assert editor.post("/policies/SPM/acknowledge", data={"version": "1.0"}).status_code == 409
    editor.post("/policies/SPM/versions/1.0/copy")
    answer = editor.post("/policies/SPM/versions/1.1/publish?lang=en")
    assert (answer.status_code, "This policy is retired." in answer.text) == (409, True)
    with app.app_context():
        assert len(list(db.session.scalars(select(Acknowledgement)))) == 1, "what was confirmed stays"


def test_back_in_use_it_is_asked_of_those_alone_who_have_not_read_it(
    editor: Visitor, learner: Visitor, app: Flask, cast: Cast
) -> None:
    before = open_notices(app, "policy.to_read")
    learner.post("/policies/SPM/acknowledge", data={"version": "1.0"})
    change(editor, app, RETIRE)
    assert open_notices(app, "policy.to_read") == 0
    change(editor, app, RESTORE)
    assert open_notices(app, "policy.to_read") == before - 1
    assert "/policies/SPM" in learner.get("/policies").text


def test_the_journal_says_what_it_was_and_is(editor: Visitor, app: Flask, cast: Cast) -> None:
    change(editor, app, RETIRE)
    change(editor, app, RESTORE)
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "policy.retire"))
        assert [(event.actor, event.object, event.detail) for event in events] == [
            (cast.editor, "SPM", {"before": "in_use", "after": "retired"}),
            (cast.editor, "SPM", {"before": "retired", "after": "in_use"}),
        ]


def test_the_page_says_before_what_it_means(sample: Flask, sign_in_as: SignIn) -> None:
    page = sign_in_as(code_of(sample, "qa@kijun.example")).get("/policies/HAR/retire?lang=en")
    assert page.status_code == 403, "an editor's to do"
    page = sign_in_as(code_of(sample, "editor@kijun.example")).get("/policies/HAR/retire?lang=en").text
    first = '<a class="nowrap" href="/questions/HAR/HAR-001">'
    assert re.search(rf"\d+ questions cite its sections and stay as they are: {first}", page)
    assert "1 quiz goes on with these questions: Harassment checkpoint" in page
    assert "Nobody who is ready loses that." in page


def test_two_editors_at_once_the_second_is_told(editor: Visitor, app: Flask, unit: Unit, cast: Cast) -> None:
    shown = re.search(r'name="revision" value="(\d+)"', editor.get(PAGE).text)
    assert shown is not None
    change(editor, app, RETIRE)
    change(editor, app, RESTORE)
    answer = editor.post(f"{PAGE}?lang=en", data={**RETIRE, "revision": shown[1]})
    assert answer.status_code == 409
    assert "Somebody else changed this in the meantime." in answer.text
    assert "Nothing was changed." in answer.text
    with app.app_context():
        assert queries.get_module("SPM").retired_at is None
    assert editor.post(PAGE, data={**RESTORE, "revision": "x"}).status_code == 302, "it is in use already"
    assert editor.get("/policies/UNKNOWN/retire").status_code == 404


def test_an_attempt_still_pins_the_text_of_a_retired_policy(
    editor: Visitor, app: Flask, unit: Unit, cast: Cast
) -> None:
    with unit():
        module = queries.get_module("SPM")
        by = db.session.scalars(select(Person).where(Person.code == cast.editor)).one()
        retire_module(module, is_back=False, revision=module.revision, by=by)
    with app.app_context():
        module = queries.get_module("SPM")
        assert list(queries.load_in_force(clock.now(), {module.id})) == [module.id], "asked for by name it is there"


def test_a_plan_that_names_a_retired_policy_waits_for_it_no_more(sample: Flask, unit: Unit, sign_in_as: SignIn) -> None:
    joiner, trainer = (sign_in_as(code_of(sample, f"{name}@kijun.example")) for name in ("joiner", "trainer"))
    pages = [(joiner, "/?lang=en"), (trainer, "/cohorts/tokyo-a?lang=en")]
    assert all("Policies acknowledged" in visitor.get(page).text for visitor, page in pages)
    with unit():
        module = queries.get_module("HAR")
        by = db.session.scalars(select(Person).where(Person.login == "editor@kijun.example")).one()
        retire_module(module, is_back=False, revision=module.revision, by=by)
    assert not any("Policies acknowledged" in visitor.get(page).text for visitor, page in pages)
