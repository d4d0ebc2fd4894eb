"""Sensitive text on the pages: a faulty mark is refused at import, and covers if it was stored all the same."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.policies import actions
from lms.policies.models import PolicyVersion, SectionRevision
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor
from tests.policies.core.marks import DISGUISED, LABEL, SECRET
from tests.policies.test_import_page import send

VIEWS = ["/policies/SPM?lang=en", "/policies/SPM?lang=ja", "/policies/SPM/side"]
POLICY = "---\ncode: SPM\n---\n## A {{#a}}\n{}\n"


def uncovered(page: str) -> str:
    """The page without what is closed at first."""
    return re.sub(r"<details(?! open).*?</details>", "", page, flags=re.DOTALL)


def test_a_file_with_another_form_of_the_mark_is_refused(cast: Cast, sign_in_as: SignIn, app: Flask) -> None:
    editor = sign_in_as(cast.editor)
    for block in DISGUISED:
        answer = send(editor, POLICY.format(block), publish="y")
        assert answer.status_code == 422, block
        assert "A sensitive block begins with" in answer.text, block
    with app.app_context():
        assert db.session.scalar(select(PolicyVersion.id)) is None


@pytest.mark.parametrize("path", VIEWS)
def test_what_was_stored_all_the_same_is_covered(cast: Cast, sign_in_as: SignIn, unit: Unit, path: str) -> None:
    learner: Visitor = sign_in_as(cast.learner)
    with unit():
        checked = actions.check_files(POLICY.format("text").encode(), POLICY.format("本文").encode())
        actions.import_policy(checked, effective_at=MONDAY_AFTERNOON - timedelta(days=1), publish=True)
    for block in DISGUISED:
        with unit():
            for revision in db.session.scalars(select(SectionRevision)):
                revision.body = block
        page = learner.get(path)
        assert page.status_code == 200
        assert SECRET in page.text
        assert SECRET not in uncovered(page.text), block


@pytest.mark.parametrize("path", VIEWS)
def test_links_of_a_section_work_before_inside_and_after_its_sensitive_block(
    cast: Cast, sign_in_as: SignIn, unit: Unit, path: str
) -> None:
    text = f"Read [one][g].\n\n::: sensitive {LABEL}\n[two][g]\n:::\n\n[three][g]\n\n[g]: https://site.example/guide\n"
    with unit():
        checked = actions.check_files(POLICY.format(text).encode(), POLICY.format(text).encode())
        actions.import_policy(checked, publish=True)
    page = sign_in_as(cast.learner).get(path).text
    for word in ("one", "two", "three"):
        assert f'<a href="https://site.example/guide" rel="noopener noreferrer">{word}</a>' in page
    assert "[g]" not in page
