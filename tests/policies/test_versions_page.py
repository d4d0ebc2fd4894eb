"""The versions of a policy: which is in force, which to come, and what an older draft would do when it is published."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from lms.policies import actions, queries
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, SignIn, Unit, Visitor
from tests.policies.test_import_page import ENGLISH, JAPANESE, send, versions

DAY = timedelta(days=1)


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.editor)


def store(number: str, days: int | None = None, *, publish: bool = True) -> None:
    text = ENGLISH.replace("title:", f"version: '{number}'\ntitle:")
    effective_at = None if days is None else MONDAY_AFTERNOON + days * DAY
    actions.import_policy(actions.check_files(text.encode(), None), effective_at=effective_at, publish=publish)


def row(page: str, number: str) -> str:
    """The line of a version in the list."""
    found = re.search(rf'<li class="list-item[^"]*">(?:(?!</li>).)*>v{re.escape(number)}</a>.*?</li>', page, re.DOTALL)
    assert found is not None, number
    return found[0]


def test_the_list_says_which_version_is_in_force_which_to_come_and_which_past(editor: Visitor, unit: Unit) -> None:
    with unit():
        store("1.0", -20)
        store("1.1", -10)
        store("1.2", 10)
        store("1.3", publish=False)
    page = editor.get("/policies/SPM/versions?lang=en").text
    said = {number: row(page, number) for number in ("1.0", "1.1", "1.2", "1.3")}
    assert "Past" in said["1.0"]
    assert "In force" in said["1.1"]
    assert "Upcoming" in said["1.2"]
    assert "Publish v1.3" in said["1.3"]
    assert "現行版" in row(editor.get("/policies/SPM/versions?lang=ja").text, "1.1")


def test_an_older_draft_is_published_only_after_a_warning(editor: Visitor, unit: Unit, app: Flask) -> None:
    with unit():
        store("2.0", -1)
        store("1.5", publish=False)
    address = "/policies/SPM/versions/1.5/publish?lang=en"
    asked = editor.post(address)
    assert asked.status_code == 409
    assert "v1.5 is older than v2.0, which is in force." in asked.text
    assert "it takes the place of v2.0" in asked.text
    assert ("SPM", "1.5", "draft") in versions(app)
    assert editor.post(address, data={"newer": "1.9"}).status_code == 409, "a confirmation of something else"
    assert editor.post(address, data={"newer": "2.0"}).status_code == 302
    assert ("SPM", "1.5", "published") in versions(app)


def test_an_older_draft_that_would_be_past_at_once_says_so(editor: Visitor, unit: Unit) -> None:
    with unit():
        store("2.0", -1)
        store("1.5", -3, publish=False)
    assert "it counts as past at once" in editor.post("/policies/SPM/versions/1.5/publish?lang=en").text


def test_a_draft_that_takes_effect_before_a_newer_one_comes_is_published_without_a_question(
    editor: Visitor, unit: Unit
) -> None:
    with unit():
        store("2.0", 10)
        store("1.5", publish=False)
    assert editor.post("/policies/SPM/versions/1.5/publish").status_code == 302


def test_importing_an_older_version_to_be_published_leaves_it_a_draft(editor: Visitor, unit: Unit, app: Flask) -> None:
    with unit():
        store("2.0", -1)
    page = send(editor, ENGLISH.replace("title:", "version: '1.5'\ntitle:"), publish="y")
    assert page.status_code == 200
    assert "Version 1.5 stays a draft: version 2.0 is newer and in force." in page.text
    assert ("SPM", "1.5", "draft") in versions(app)


def test_the_same_files_again_make_no_version_and_the_page_says_so(editor: Visitor, app: Flask) -> None:
    for _ in range(2):
        answer = send(editor, ENGLISH, JAPANESE, publish="y")
        assert answer.status_code == 302
    assert "Unchanged: SPM v1.0 already has this text." in editor.get(answer.location).text
    assert versions(app) == [("SPM", "1.0", "published")]
    changed = JAPANESE.replace("送らないでください", "送ってはいけません")
    assert send(editor, ENGLISH, changed).status_code == 302
    assert versions(app) == [("SPM", "1.0", "published"), ("SPM", "1.1", "draft")]


def test_the_same_files_publish_the_draft_that_they_made(editor: Visitor, app: Flask) -> None:
    send(editor, ENGLISH, JAPANESE)
    send(editor, ENGLISH, JAPANESE, publish="y")
    assert versions(app) == [("SPM", "1.0", "published")]


def test_sections_without_a_pair_are_listed_after_the_import_with_links(editor: Visitor) -> None:
    english = ENGLISH + "\n## Only English {#only-en}\nNot translated.\n"
    japanese = JAPANESE + "\n## 日本語だけの節 {#only-ja}\n英語版にはありません。\n"
    answer = send(editor, english, japanese)
    assert (answer.status_code, answer.location) == (302, "/policies/SPM/versions/1.0")
    page = editor.get(f"{answer.location}?lang=en").text
    assert "SPM v1.0 is imported." in page
    assert "2 sections do not match between the languages." in page
    for key, state in (("only-en", "Missing in Japanese"), ("only-ja", "Only in Japanese"), ("not-allowed", "Current")):
        found = re.search(rf'<li class="list-item"[^>]*>(?:(?!</li>).)*#s-{key}".*?</li>', page, re.DOTALL)
        assert found is not None, key
        assert state in found[0]
    assert editor.get("/policies/SPM/side?v=1.0").status_code == 200, "where the links lead"


def test_stale_sections_stand_in_the_list_beside_what_the_check_found(editor: Visitor) -> None:
    page = send(editor, ENGLISH, JAPANESE.replace("code: SPM", "source_version: '0.9'"))
    pairing = page.text.partition('id="pairing"')[2]
    assert "Stale" in pairing
    assert 'href="/policies/SPM/side?v=1.0#s-not-allowed"' in pairing


def test_a_version_without_japanese_has_nothing_to_pair(editor: Visitor) -> None:
    assert send(editor).location == "/policies/SPM/versions"
    page = editor.get("/policies/SPM/versions/1.0?lang=en").text
    assert "Missing in Japanese" not in page
    assert "do not match" not in page


def test_two_versions_of_one_policy_are_asked_for_at_once(unit: Unit) -> None:
    with unit():
        store("1.0", -2)
        module = queries.get_module("SPM")
        standings = queries.load_standings(queries.list_versions(module), MONDAY_AFTERNOON - 3 * DAY)
        assert [state.value for state in standings.values()] == ["coming"]
