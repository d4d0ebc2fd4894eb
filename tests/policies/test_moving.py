"""Moving sections of a draft: up and down by buttons, with what is below them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.policies import actions, queries
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.policies.test_import_page import ENGLISH, JAPANESE

VERSION = "/policies/SPM/versions/1.1"
KEY = "not-allowed"


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn, unit: Unit) -> Visitor:
    """SPM v1.0 published, v1.1 a copy of it, and the policy editor."""
    with unit():
        actions.import_policy(actions.check_files(ENGLISH.encode(), JAPANESE.encode()), publish=True)
    editor = sign_in_as(cast.editor)
    assert editor.post("/policies/SPM/versions/1.0/copy").location == VERSION
    return editor


def places(app: Flask) -> list[tuple[str, int]]:
    with app.app_context():
        version = queries.get_version(queries.get_module("SPM"), "1.1")
        return [(entry.section.key, entry.level) for entry in version.outline]


def test_sections_are_moved_in_a_draft_with_what_is_below_them(editor: Visitor, app: Flask) -> None:
    for title, level, after in (("Appeals", "1", KEY), ("Who", "2", "appeals")):
        editor.post(f"{VERSION}/add-section", data={"title": title, "level": level, "after": after})
    assert places(app) == [(KEY, 1), ("appeals", 1), ("who", 2)]
    moved = editor.post(f"{VERSION}/move/appeals?lang=en", data={"step": "up"})
    assert moved.location == f"{VERSION}?moved=appeals&step=up"
    assert places(app) == [("appeals", 1), ("who", 2), (KEY, 1)]
    page = editor.get(f"{moved.location}&lang=en").text
    assert "Section 2 is 1 now." in page
    assert re.search(r'value="up" aria-label="Move Appeals up" autofocus', page), "the next step needs no search"
    editor.post(f"{VERSION}/move/who", data={"step": "down"})
    assert places(app) == [("appeals", 1), (KEY, 1), ("who", 2)], "the last one goes to the next parent"
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert event.detail == {"section": "who", "before": "1.1", "after": "2.1"}


def test_what_has_no_other_place_stays_and_nobody_moves_what_is_published(editor: Visitor, app: Flask) -> None:
    editor.post(f"{VERSION}/move/{KEY}?lang=en", data={"step": "up"})
    assert "The section cannot move further up." in editor.get(f"{VERSION}?lang=en").text
    assert places(app) == [(KEY, 1)]
    assert editor.post(f"{VERSION}/move/unknown", data={"step": "up"}).status_code == 404
    assert editor.post(f"/policies/SPM/versions/1.0/move/{KEY}", data={"step": "up"}).status_code == 409
    assert "/move/" not in editor.get("/policies/SPM/versions/1.0").text
