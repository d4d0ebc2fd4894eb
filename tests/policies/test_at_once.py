"""Two who write one draft at once: the second waits for the first, and sees what it has written.

SQLite lets one writer in at a time, so this can happen on PostgreSQL alone.
"""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.policies import actions
from tests.at_once import all_at_once
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.policies.test_drafts import form_of

pytestmark = pytest.mark.postgresql

DRAFT = "/policies/SPM/versions/1.0"


@pytest.fixture
def windows(cast: Cast, sign_in_as: SignIn, unit: Unit) -> list[Visitor]:
    """Two windows of an editor, with a draft to write."""
    with unit():
        actions.import_policy(actions.check_files(b"---\ncode: SPM\ntitle: Spam\n---\n## A\ntext\n", None))
    return [sign_in_as(cast.editor) for _ in range(2)]


def test_a_draft_is_published_once(windows: list[Visitor], app: Flask) -> None:
    def publish(window: Visitor) -> int:
        return window.post(f"{DRAFT}/publish").status_code

    answers = all_at_once(app, [lambda window=window: publish(window) for window in windows], after="policy_versions")
    assert sorted(answers) == [302, 409]
    with app.app_context():
        entries = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "policy.publish")).all()
        assert len(entries) == 1


def test_of_two_heads_neither_is_lost(windows: list[Visitor], app: Flask) -> None:
    def save(window: Visitor, title: str) -> tuple[int, str]:
        answer = window.post(f"{DRAFT}/head?lang=en", data={"title_en": title, "revision": "1"})
        return answer.status_code, answer.text

    calls = [
        lambda window=window, title=title: save(window, title)
        for window, title in zip(windows, ("One", "Other"), strict=True)
    ]
    answers = dict(zip(("One", "Other"), all_at_once(app, calls, after="policy_versions"), strict=True))
    assert sorted(status for status, _text in answers.values()) == [302, 409]
    [kept] = [title for title, (status, _text) in answers.items() if status == 302]
    [refused] = [text for status, text in answers.values() if status == 409]
    assert f'<span class="muted">Saved now: </span>{kept}</p>' in refused


def test_of_two_texts_of_one_section_neither_is_lost(windows: list[Visitor], app: Flask) -> None:
    address = f"{DRAFT}/sections/a"
    opened = form_of(windows[0].get(address).text)

    def save(window: Visitor, body: str) -> tuple[int, str]:
        answer = window.post(address, data={**opened, "body_en": body})
        return answer.status_code, answer.text

    bodies = ("The one.", "The other.")
    calls = [lambda window=window, body=body: save(window, body) for window, body in zip(windows, bodies, strict=True)]
    answers = dict(zip(bodies, all_at_once(app, calls, after="FROM section_revisions"), strict=True))
    assert sorted(status for status, _text in answers.values()) == [302, 409]
    [kept] = [body for body, (status, _text) in answers.items() if status == 302]
    [refused] = [text for status, text in answers.values() if status == 409]
    assert f'<pre class="written">{kept}</pre>' in refused
