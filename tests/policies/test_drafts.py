"""Writing policies through pages: new ones, copies, sections in two languages, and two people at one section."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.policies import actions, queries
from lms.policies.core.draft import Text, text_findings
from lms.policies.models import PolicyVersion
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.policies.test_import_page import ENGLISH, JAPANESE, error_at, versions

SECTION = "/policies/SPM/versions/1.1/sections/not-allowed"


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.editor)


@pytest.fixture
def draft(editor: Visitor, unit: Unit) -> None:
    """SPM v1.0 published, v1.1 a copy of it."""
    with unit():
        checked = actions.check_files(ENGLISH.encode(), JAPANESE.encode())
        actions.import_policy(checked, publish=True)
    assert editor.post("/policies/SPM/versions/1.0/copy").location == "/policies/SPM/versions/1.1"


def form_of(page: str) -> dict[str, str]:
    """What the section's form holds when it is opened."""
    found = dict(re.findall(r'<input[^>]*id="(\w+)"[^>]*value="([^"]*)"', page))
    for name, text in re.findall(r'<textarea[^>]*id="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = text
    return {name: text for name, text in found.items() if name.startswith(("title_", "body_", "seen_"))}


def texts(app: Flask, number: str = "1.1") -> dict[str, tuple[str | None, str]]:
    with app.app_context():
        version = queries.get_version(queries.get_module("SPM"), number)
        return {f"{row.section.key} {row.locale}": (row.title, row.body) for row in version.revisions}


def state(app: Flask) -> str:
    with app.app_context():
        version = queries.get_version(queries.get_module("SPM"), "1.1")
        return queries.load_sections([version.id])[version.id][0].freshness["ja"].value


def test_a_policy_is_made_written_and_published_through_pages(editor: Visitor, app: Flask) -> None:
    answer = editor.post("/policies/new", data={"code": "new", "title_en": "Novel", "title_ja": "新しい"})
    assert answer.location == "/policies/NEW/versions/1.0/add-section"
    for door in ("publish", "ask"):
        assert editor.post(f"/policies/NEW/versions/1.0/{door}").status_code == 409, "nothing to read yet"
    for title, level, after in (("What is allowed", "1", ""), ("Details", "2", "what-is-allowed"), ("First", "1", "")):
        answer = editor.post(answer.location, data={"title": title, "level": level, "after": after})
        key = answer.location.rpartition("/")[2]
        form = form_of(editor.get(answer.location).text)
        assert form["title_en"] == title
        sent = {**form, "body_en": f"Text of {title}.", "title_ja": "題", "body_ja": "本文です。", "is_current": "y"}
        assert editor.post(f"/policies/NEW/versions/1.0/sections/{key}", data=sent).status_code == 302
        answer.location = "/policies/NEW/versions/1.0/add-section"
    assert editor.post("/policies/NEW/versions/1.0/publish").status_code == 302
    page = editor.get("/policies/NEW?lang=en").text
    assert [page.index(text) for text in ("Text of First.", "Text of What is allowed.", "Text of Details.")] == sorted(
        page.index(text) for text in ("Text of First.", "Text of What is allowed.", "Text of Details.")
    )
    assert "Japanese matches English" in page
    with app.app_context():
        done = {entry.action for entry in db.session.scalars(select(AuditEvent).where(AuditEvent.object == "NEW v1.0"))}
    assert done >= {"policy.create", "policy.write", "policy.publish"}


def test_a_code_that_is_taken_or_none_is_refused_at_its_field(editor: Visitor, draft: None, app: Flask) -> None:
    for code, message in (("SPM", "There is already a policy"), ("a b", "Use capitals"), ("", "fill in")):
        page = editor.post("/policies/new?lang=en", data={"code": code, "title_en": "Novel"})
        assert page.status_code == 422
        assert message in error_at(page.text, "code")
        assert 'value="Novel"' in page.text
    assert len(versions(app)) == 2


def test_a_copy_has_the_texts_and_their_freshness_and_no_day_of_effect(draft: None, app: Flask) -> None:
    assert texts(app, "1.1") == texts(app, "1.0")
    assert state(app) == "current"
    with app.app_context():
        copied = db.session.scalars(select(PolicyVersion).where(PolicyVersion.minor == 1)).one()
        assert (copied.state, copied.effective_at, copied.front_matter.get("en", {})) == ("draft", None, {})


def test_changed_english_makes_the_japanese_stale_until_somebody_says_it_is_current(
    editor: Visitor, draft: None, app: Flask
) -> None:
    form = form_of(editor.get(SECTION).text)
    assert editor.post(SECTION, data={**form, "body_en": "Never send bulk mail."}).status_code == 302
    assert texts(app)["not-allowed en"][1] == "Never send bulk mail."
    assert state(app) == "stale"
    form = form_of(editor.get(SECTION).text)
    sent = {**form, "body_ja": "決して送らないでください。", "is_current": "y"}
    assert editor.post(SECTION, data=sent).status_code == 302
    assert state(app) == "current"
    assert texts(app, "1.0")["not-allowed en"][1] == "Do not send bulk mail.", "what is published stays"


def test_of_two_people_at_one_section_neither_loses_a_text(editor: Visitor, draft: None, app: Flask) -> None:
    opened = form_of(editor.get(SECTION).text)
    assert editor.post(SECTION, data={**opened, "body_en": "Theirs."}).status_code == 302
    page = editor.post(f"{SECTION}?lang=en", data={**opened, "body_en": "Mine."})
    assert page.status_code == 409
    assert "Somebody else saved this section in the meantime." in page.text
    assert '<pre class="written">Theirs.</pre>' in page.text
    again = form_of(page.text)
    assert again["body_en"] == "Mine."
    assert texts(app)["not-allowed en"][1] == "Theirs."
    assert editor.post(SECTION, data={**again, "body_en": "Both."}).status_code == 302
    assert texts(app)["not-allowed en"][1] == "Both."


def test_two_people_in_two_languages_do_not_meet(
    editor: Visitor, cast: Cast, sign_in_as: SignIn, draft: None, app: Flask
) -> None:
    localizer = sign_in_as(cast.localizer)
    opened = form_of(localizer.get(SECTION).text)
    assert "body_en" not in opened, "the source is there to be read"
    mine = form_of(editor.get(SECTION).text)
    editor.post(SECTION, data={**mine, "body_en": "New English."})
    sent = {**opened, "body_ja": "新しい本文です。", "title_en": "Taken", "body_en": "over"}
    assert localizer.post(SECTION, data=sent).status_code == 302
    assert texts(app)["not-allowed en"] == ("Not allowed", "New English.")
    assert texts(app)["not-allowed ja"][1] == "新しい本文です。"
    assert localizer.post(SECTION, data={**form_of(localizer.get(SECTION).text), "go": "remove"}).status_code == 302
    assert "not-allowed en" in texts(app), "who translates takes nothing out"


def test_a_translation_is_not_said_to_be_current_with_an_english_text_that_its_writer_has_not_seen(
    editor: Visitor, cast: Cast, sign_in_as: SignIn, draft: None, app: Flask
) -> None:
    localizer = sign_in_as(cast.localizer)
    opened = form_of(localizer.get(SECTION).text)
    editor.post(SECTION, data={**form_of(editor.get(SECTION).text), "body_en": "Send none at all."})
    sent = {**opened, "body_ja": "新しい本文です。", "is_current": "y"}
    page = localizer.post(f"{SECTION}?lang=en", data=sent)
    assert page.status_code == 409
    assert '<pre class="written">Send none at all.</pre>' in page.text
    assert form_of(page.text)["body_ja"] == "新しい本文です。"
    assert state(app) == "stale"
    assert localizer.post(SECTION, data={**sent, **form_of(page.text)}).status_code == 302
    assert state(app) == "current"


def test_a_text_that_somebody_has_just_saved_is_not_taken_out_unseen(editor: Visitor, draft: None, app: Flask) -> None:
    opened = form_of(editor.get(SECTION).text)
    editor.post(SECTION, data={**opened, "body_ja": "直したばかりです。"})
    page = editor.post(SECTION, data={**opened, "go": "remove"})
    assert page.status_code == 409
    assert "直したばかりです。" in page.text
    assert "not-allowed ja" in texts(app)
    assert editor.post(SECTION, data={**form_of(page.text), "go": "remove"}).status_code == 302
    assert texts(app) == {}


def test_the_last_text_of_a_section_is_not_emptied(
    cast: Cast, editor: Visitor, sign_in_as: SignIn, unit: Unit, app: Flask
) -> None:
    with unit():
        extra = JAPANESE + "\n## 追加 {#more}\n日本語だけの節です。\n"
        actions.import_policy(actions.check_files(ENGLISH.encode(), extra.encode()))
    address = "/policies/SPM/versions/1.0/sections/more"
    for visitor in (editor, sign_in_as(cast.localizer)):
        emptied = {**form_of(visitor.get(address).text), "title_ja": "", "body_ja": ""}
        page = visitor.post(f"{address}?lang=en", data=emptied)
        assert (page.status_code, "fill in" in error_at(page.text, "body_ja")) == (422, True)
    assert texts(app, "1.0")["more ja"] == ("追加", "日本語だけの節です。")


def test_a_new_section_stands_behind_the_introduction_and_no_deeper_than_its_place(
    editor: Visitor, unit: Unit, app: Flask
) -> None:
    with unit():
        text = ENGLISH.replace("## Not", "Welcome.\n\n## Not")
        actions.import_policy(actions.check_files(text.encode(), None))
    page = editor.get("/policies/SPM/versions/1.0/add-section").text
    assert "_intro" not in page
    for title, after in (("First", ""), ("Deep", "first"), ("Deeper", "deep")):
        form = {"title": title, "level": "4" if title == "First" else "3", "after": after}
        editor.post("/policies/SPM/versions/1.0/add-section", data=form)
    address = "/policies/SPM/versions/1.0/sections/first"
    assert outline(app) == [
        ("_intro", 1, None),
        ("first", 1, "1"),
        ("deep", 2, "1.1"),
        ("deeper", 3, "1.1.1"),
        ("not-allowed", 1, "2"),
    ]
    editor.post(address, data={**form_of(editor.get(address).text), "go": "remove"})
    assert outline(app) == [("_intro", 1, None), ("deep", 1, "1"), ("deeper", 2, "1.1"), ("not-allowed", 1, "2")]


def outline(app: Flask) -> list[tuple[str, int, str | None]]:
    with app.app_context():
        version = queries.get_version(queries.get_module("SPM"), "1.0")
        found = queries.load_sections([version.id])[version.id]
        return [(section.key, section.level, section.number) for section in found]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("text\n\n## Another", "Line 3: A heading begins here"),
        ("Head\n---\ntext", "Line 1: A heading begins here"),
        ("text\n::: sensitive kind=a\nx\n:::", "Line 2: A sensitive block needs"),
        ("::: sensitive kind=a degree=mild form=text\nx", "Line 1: A sensitive block is not closed"),
    ],
)
def test_a_text_that_no_file_could_hold_is_refused_at_its_field_and_kept(
    editor: Visitor, draft: None, app: Flask, body: str, message: str
) -> None:
    before = texts(app)
    page = editor.post(f"{SECTION}?lang=en", data={**form_of(editor.get(SECTION).text), "body_en": body})
    assert page.status_code == 422
    assert message in error_at(page.text, "body_en")
    assert body.partition("\n")[0] in form_of(page.text)["body_en"]
    assert texts(app) == before


def test_a_preview_shows_both_languages_and_saves_nothing(editor: Visitor, draft: None, app: Flask) -> None:
    before = texts(app)
    form = form_of(editor.get(SECTION).text)
    page = editor.post(f"{SECTION}?lang=en", data={**form, "body_en": "*New* <b>.", "go": "preview"})
    assert page.status_code == 200
    assert "<em>New</em> &lt;b&gt;." in page.text
    assert form_of(page.text)["body_en"] == "*New* &lt;b&gt;."
    assert texts(app) == before


def test_a_title_is_asked_for_and_an_empty_translation_is_none(editor: Visitor, draft: None, app: Flask) -> None:
    form = form_of(editor.get(SECTION).text)
    page = editor.post(f"{SECTION}?lang=en", data={**form, "title_en": " ", "title_ja": ""})
    assert error_at(page.text, "title_en")
    assert error_at(page.text, "title_ja")
    assert editor.post(SECTION, data={**form, "title_ja": "", "body_ja": ""}).status_code == 302
    assert "not-allowed ja" not in texts(app)


def test_a_section_is_taken_out_and_a_draft_deleted(editor: Visitor, draft: None, app: Flask) -> None:
    editor.post("/policies/SPM/versions/1.1/add-section", data={"title": "Not allowed", "level": "1", "after": ""})
    assert "not-allowed-1 en" in texts(app)
    opened = form_of(editor.get(SECTION).text)
    assert editor.post(SECTION, data={**opened, "go": "remove"}).status_code == 302
    assert set(texts(app)) == {"not-allowed-1 en"}
    assert editor.post("/policies/SPM/versions/1.1/discard").status_code == 302
    assert versions(app) == [("SPM", "1.0", "published")]


def test_a_policy_that_lost_its_only_draft_is_begun_again_under_its_code(editor: Visitor, app: Flask) -> None:
    editor.post("/policies/new", data={"code": "NEW", "title_en": "Novel"})
    assert editor.post("/policies/NEW/versions/1.0/discard").status_code == 302
    page = editor.get("/policies/NEW/versions").text
    assert 'href="/policies/new?code=NEW"' in page
    assert 'value="NEW"' in editor.get("/policies/new?code=NEW").text
    answer = editor.post("/policies/new", data={"code": "NEW", "title_en": "Once more"})
    assert answer.location == "/policies/NEW/versions/1.0/add-section"
    assert versions(app) == [("NEW", "1.0", "draft")]
    assert "Once more" in editor.get("/policies").text


@pytest.mark.parametrize("path", ["sections/not-allowed", "add-section", "discard"])
def test_what_is_published_is_not_written(editor: Visitor, draft: None, app: Flask, path: str) -> None:
    before = texts(app, "1.0")
    sent = {"title": "X", "level": "1", "after": "", "title_en": "X", "body_en": "x"}
    assert editor.post(f"/policies/SPM/versions/1.0/{path}", data=sent).status_code == 409
    assert texts(app, "1.0") == before


@pytest.mark.parametrize("key", ["none", "a%00b", "A" * 300])
def test_a_section_that_is_not_in_the_draft_is_not_found(editor: Visitor, draft: None, key: str) -> None:
    assert editor.get(f"/policies/SPM/versions/1.1/sections/{key}").status_code == 404


@pytest.mark.parametrize("role", ["learner", "trainer", "qa", "vendor_manager", "admin"])
def test_others_write_no_policy(cast: Cast, draft: None, sign_in_as: SignIn, app: Flask, role: str) -> None:
    visitor = sign_in_as(getattr(cast, role))
    assert visitor.get(SECTION).status_code in (403, 404)
    assert visitor.post("/policies/new", data={"code": "N", "title_en": "N"}).status_code in (403, 404)
    assert visitor.post("/policies/SPM/versions/1.1/discard").status_code in (403, 404)
    assert len(versions(app)) == 2


def test_what_is_written_can_be_exported_and_imported_again(editor: Visitor, draft: None, app: Flask) -> None:
    form = form_of(editor.get(SECTION).text)
    editor.post(SECTION, data={**form, "title_en": "A *b* {#c} `d`", "body_en": "One.\r\n\r\n- two\r\n"})
    assert texts(app)["not-allowed en"] == ("A *b* {#c} `d`", "One.\n\n- two")
    file = editor.get("/policies/SPM/versions/1.1/en.md").text
    (section,) = actions.check_files(file.encode(), None).source.sections
    assert (section.key, section.title, section.body) == ("not-allowed", "A *b* {#c} `d`", "One.\n\n- two")


def test_the_check_of_one_text_counts_lines_in_it() -> None:
    assert text_findings("a", Text("T", "one\n\ntwo")) == []
    assert [found.line for found in text_findings("_intro", Text("", "one\n\n# Two"))] == [3]


HEAD = "/policies/SPM/versions/1.1/head"
TERMS = {
    "glossary_en": "bulk mail | Many messages.\n",
    "glossary_ja": "大量送信 ｜ たいりょうそうしん ｜ 多くの送信です。",
}


def revision_of(page: str) -> str:
    found = re.search(r'name="revision"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_title_effect_and_glossary_of_a_draft_are_written_in_its_page(editor: Visitor, draft: None) -> None:
    sent = {"title_en": "Bulk", "title_ja": "大量", "effective": "2027-01-05T10:00 Asia/Tokyo", **TERMS}
    answer = editor.post(HEAD, data={**sent, "revision": revision_of(editor.get(HEAD).text)})
    assert answer.location == "/policies/SPM/versions/1.1"
    page = editor.get("/policies/SPM?v=1.1&lang=ja").text
    assert "たいりょうそうしん" in page
    assert "<title>大量 v1.1" in page
    for language, text in (("en", "effective: 2027-01-05T10:00 Asia/Tokyo"), ("ja", "reading: たいりょうそうしん")):
        assert text in editor.get(f"/policies/SPM/versions/1.1/{language}.md").text
    assert "大量送信 | たいりょうそうしん | 多くの送信です。" in editor.get(HEAD).text


@pytest.mark.parametrize(
    ("field", "entered", "message"),
    [
        ("title_en", " ", "fill in"),
        ("effective", "tomorrow", "is not a date and time"),
        ("glossary_en", "a | b\nno bar\na | b | c | d", "These lines give no term: 2, 3."),
        ("glossary_ja", " | definition", "These lines give no term: 1."),
    ],
)
def test_a_head_that_no_file_could_have_is_refused_at_its_field(
    editor: Visitor, draft: None, field: str, entered: str, message: str
) -> None:
    sent = {"title_en": "Kept", "revision": revision_of(editor.get(HEAD).text), field: entered}
    page = editor.post(f"{HEAD}?lang=en", data=sent)
    assert page.status_code == 422
    assert message in error_at(page.text, field)
    assert "Kept" not in editor.get("/policies/SPM?v=1.1").text


def test_a_policy_is_called_by_the_title_of_its_newest_version(editor: Visitor, draft: None) -> None:
    def name() -> str:
        return editor.get("/policies/SPM/versions?lang=en").text.partition("<h1>")[2].partition("</h1>")[0]

    assert name() == "Spam"
    editor.post(HEAD, data={"title_en": "Bulk", "revision": revision_of(editor.get(HEAD).text)})
    assert name() == "Bulk"
    editor.post("/policies/SPM/versions/1.1/discard")
    assert name() == "Spam"


def test_a_head_that_somebody_else_changed_meanwhile_is_not_lost(editor: Visitor, draft: None) -> None:
    seen = revision_of(editor.get(HEAD).text)
    assert editor.post(HEAD, data={"title_en": "Theirs", "revision": seen}).status_code == 302
    page = editor.post(f"{HEAD}?lang=en", data={"title_en": "Mine", "revision": seen})
    assert page.status_code == 409
    assert "Theirs" in page.text
    assert 'value="Mine"' in page.text
    assert editor.post(HEAD, data={"title_en": "Mine", "revision": revision_of(page.text)}).status_code == 302
