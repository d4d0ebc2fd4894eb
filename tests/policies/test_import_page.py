"""Importing a policy through its page: what is taken, what is refused at its place, and that hostile text is inert."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.policies.models import PolicyVersion, SectionRevision
from tests.cast import Cast
from tests.conftest import ROOT, SignIn, Visitor
from tests.policies.core.xss_corpus import PAYLOADS

ENGLISH = "---\ncode: SPM\ntitle: Spam\n---\n## Not allowed {#not-allowed}\nDo not send bulk mail.\n"
JAPANESE = "---\ncode: SPM\ntitle: スパム\n---\n## 禁止すること {#not-allowed}\n送らないでください。\n"
LOADED = {"href", "src", "action", "formaction", "data", "poster", "background", "xlink:href", "srcset"}
FORBIDDEN = {"iframe", "object", "embed", "base", "style", "marquee", "math", "video", "audio", "xmp", "template"}


class Page(HTMLParser):
    """Collects what could run or load something on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.active: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in FORBIDDEN or (tag == "script" and not values.get("src", "").startswith("/static/")):
            self.active.append(tag)
        if tag in {"img", "link", "form"} and re.search(r"evil|javascript|^x|track", " ".join(values.values())):
            self.active.append(tag)
        if tag == "meta" and "http-equiv" in values:
            self.active.append("meta")
        for name, value in values.items():
            target = re.sub(r"[\x00-\x20]", "", value).lower()
            if name.startswith("on") or (name == "style" and "position" in target):
                self.active.append(f"{tag} {name}")
            if name in LOADED and target.startswith(("javascript:", "vbscript:", "data:text", "file:", "//evil")):
                self.active.append(f"{tag} {name}={value}")

    handle_startendtag = handle_starttag


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.editor)


def send(
    visitor: Visitor,
    english: str | bytes | None = ENGLISH,
    japanese: str | bytes | None = None,
    **fields: str,
) -> Any:
    """Send the import form; a file of None was not chosen."""
    form: dict[str, object] = dict(fields)
    for name, content in (("english", english), ("japanese", japanese)):
        if content is not None:
            raw = content.encode() if isinstance(content, str) else content
            form[name] = (io.BytesIO(raw), f"{name}.md")
    return visitor.post("/policies/import?lang=en", data=form, content_type="multipart/form-data")


def versions(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        found = db.session.scalars(select(PolicyVersion).order_by(PolicyVersion.id))
        return [(version.module.code, version.number, version.state) for version in found]


def error_at(page: str, field: str) -> str:
    """The message at a field."""
    found = re.search(rf'<p class="err" id="{field}-error">(.*?)</p>', page, re.DOTALL)
    return found[1] if found else ""


def test_a_pair_becomes_a_draft_that_publish_brings_to_its_readers(
    editor: Visitor, cast: Cast, sign_in_as: SignIn, app: Flask
) -> None:
    answer = send(editor, ENGLISH, JAPANESE)
    assert (answer.status_code, answer.location) == (302, "/policies/SPM/versions")
    assert versions(app) == [("SPM", "1.0", "draft")]
    reader = sign_in_as(cast.learner)
    assert reader.get("/policies/SPM").status_code == 404
    assert "SPM v1.0 is imported." in editor.get(answer.location).text
    assert editor.post("/policies/SPM/versions/1.0/publish").status_code == 302
    assert "送らないでください。" in reader.get("/policies/SPM?lang=ja").text
    assert editor.post("/policies/SPM/versions/1.0/publish").status_code == 409


def test_publish_at_once_does_both(editor: Visitor, app: Flask) -> None:
    assert send(editor, publish="y").status_code == 302
    assert versions(app) == [("SPM", "1.0", "published")]


def test_the_code_that_was_typed_serves_a_file_that_has_none(editor: Visitor, app: Flask) -> None:
    assert send(editor, "## A\ntext\n", code=" ABC-1 ").status_code == 302
    assert versions(app) == [("ABC-1", "1.0", "draft")]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_downloaded_can_be_uploaded_and_is_the_same_again(editor: Visitor, app: Flask, language: str) -> None:
    send(
        editor, (ROOT / "lms/demo/policies/HAR/en.md").read_bytes(), (ROOT / "lms/demo/policies/HAR/ja.md").read_bytes()
    )
    address = "/policies/HAR/versions/4.2/{}.md"
    first = {name: editor.get(address.format(name)) for name in ("en", "ja")}
    assert first[language].headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert f'filename="HAR-4.2.{language}.md"' in first[language].headers["Content-Disposition"]
    assert send(editor, first["en"].data, first["ja"].data).status_code == 302
    assert editor.get(address.format(language)).data == first[language].data
    assert versions(app) == [("HAR", "4.2", "draft")]


def test_without_a_file_the_message_stands_at_its_field_and_the_rest_is_kept(editor: Visitor, app: Flask) -> None:
    page = send(editor, None, code="SPM", publish="y")
    assert page.status_code == 422
    assert "Choose the English file." in error_at(page.text, "english")
    assert 'value="SPM"' in page.text
    assert re.search(r'<input[^>]*checked[^>]*name="publish"', page.text)
    assert versions(app) == []


@pytest.mark.parametrize("code", ["spam!", "A" * 41, "a b", "ＳＰＭ", "../x"])
def test_a_code_that_will_not_do_is_refused_at_its_field_and_kept(editor: Visitor, app: Flask, code: str) -> None:
    page = send(editor, "## A\ntext\n", code=code)
    assert page.status_code == 422
    assert error_at(page.text, "code")
    assert f'value="{code}"' in page.text
    assert versions(app) == []


def test_a_file_without_code_asks_for_one_at_its_field(editor: Visitor, app: Flask) -> None:
    page = send(editor, "## A\ntext\n")
    assert page.status_code == 422
    assert "the file does not state it" in error_at(page.text, "code")
    assert versions(app) == []


@pytest.mark.parametrize("code", ["a/b", "A" * 300, "har pol", ".."])
def test_a_code_in_the_file_that_no_address_can_carry_is_refused(editor: Visitor, app: Flask, code: str) -> None:
    page = send(editor, f"---\ncode: {code}\n---\n## A\ntext\n")
    assert page.status_code == 422
    assert versions(app) == []


@pytest.mark.parametrize(
    ("english", "message"),
    [
        (b"", "There is no section and no text."),
        ("## 目的\n本文です。\n".encode("cp932"), "The file is not UTF-8"),
        (ENGLISH + "## Again {#not-allowed}\n", "appears twice"),
        (ENGLISH.replace("title: Spam", "version: four"), "is not a version"),
        (ENGLISH + "::: sensitive kind=insult degree=mild form=text\nopen", "is not closed"),
        ("---\na: " + "[" * 3000 + "\n---\n## A\ntext\n", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "The file is not UTF-8"),
    ],
)
def test_a_faulty_file_is_answered_with_what_the_check_found_and_stores_nothing(
    editor: Visitor, app: Flask, english: str | bytes, message: str
) -> None:
    page = send(editor, english, JAPANESE, code="SPM")
    assert page.status_code == 422
    assert message in page.text
    assert "Nothing was changed." in page.text
    assert 'value="SPM"' in page.text
    assert versions(app) == []


def test_a_finding_has_its_line(editor: Visitor) -> None:
    page = send(editor, ENGLISH + "\n## Again {#not-allowed}\n")
    assert "Line 8" in page.text


def test_a_fault_in_the_japanese_file_says_that_it_is_in_that_one(editor: Visitor, app: Flask) -> None:
    page = send(editor, ENGLISH, JAPANESE + "## また {#not-allowed}\n")
    assert page.status_code == 422
    findings = page.text.partition('id="findings"')[2]
    assert "appears twice" in findings
    assert "Japanese" in findings
    assert versions(app) == []


def test_a_published_number_is_refused_with_a_sentence_and_its_text_stays(editor: Visitor, app: Flask) -> None:
    numbered = ENGLISH.replace("title: Spam", 'title: Spam\nversion: "1.0"')
    assert send(editor, numbered, publish="y").status_code == 302
    page = send(editor, numbered.replace("Do not", "Do"), publish="y")
    assert page.status_code == 422
    assert "Version 1.0 is published and cannot be changed." in page.text
    with app.app_context():
        assert db.session.scalars(select(SectionRevision.body)).all() == ["Do not send bulk mail."]


def test_byte_order_mark_and_crlf_are_taken(editor: Visitor, app: Flask) -> None:
    assert send(editor, b"\xef\xbb\xbf" + ENGLISH.replace("\n", "\r\n").encode()).status_code == 302
    assert versions(app) == [("SPM", "1.0", "draft")]


def test_what_has_errors_is_left_out_when_asked_and_the_page_lists_it(editor: Visitor, app: Flask) -> None:
    faulty = ENGLISH + "\n## Bad {#bad}\n\n - ::: sensitive\n\n## Good {#good}\ntext\n"
    assert send(editor, faulty, JAPANESE).status_code == 422
    assert versions(app) == []
    page = send(editor, faulty, JAPANESE, skip_errors="y", publish="y")
    assert page.status_code == 200
    assert "SPM v1.0 is imported as a draft, without what was left out." in page.text
    assert "Section “bad” was left out, in both languages." in page.text
    assert 'href="/policies/SPM/versions"' in page.text
    assert versions(app) == [("SPM", "1.0", "draft")]


def test_where_nothing_is_left_the_tick_changes_nothing(editor: Visitor, app: Flask) -> None:
    page = send(editor, ENGLISH.replace("title: Spam", "version: four"), skip_errors="y")
    assert page.status_code == 422
    assert "is not a version" in page.text
    assert versions(app) == []


def test_with_the_tick_and_without_errors_all_is_as_without_it(editor: Visitor, app: Flask) -> None:
    assert send(editor, ENGLISH, JAPANESE, skip_errors="y", publish="y").status_code == 302
    assert versions(app) == [("SPM", "1.0", "published")]


def test_sections_that_are_not_current_are_named_after_the_import(editor: Visitor) -> None:
    page = send(editor, ENGLISH, JAPANESE.replace("code: SPM", "source_version: '0.9'"))
    assert page.status_code == 200
    assert "not current: not-allowed." in page.text


@pytest.mark.parametrize("role", ["learner", "trainer", "qa", "localizer", "vendor_manager", "admin"])
def test_only_editors_import_and_publish(
    editor: Visitor, cast: Cast, sign_in_as: SignIn, app: Flask, role: str
) -> None:
    assert send(editor).status_code == 302
    visitor = sign_in_as(getattr(cast, role))
    assert visitor.get("/policies/import").status_code in (403, 404)
    assert send(visitor, ENGLISH.replace("SPM", "OWN"), publish="y").status_code in (403, 404)
    assert visitor.post("/policies/SPM/versions/1.0/publish").status_code in (403, 404)
    assert versions(app) == [("SPM", "1.0", "draft")]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_inert_on_every_page_that_shows_it(editor: Visitor, payload: str) -> None:
    title, heading = json.dumps(payload), payload.split("\n")[0]
    text = f"---\ncode: XSS\ntitle: {title}\n---\n## {heading} {{#a}}\n{payload}\n\n## Behind\n\n{payload}\n"
    answer = send(editor, text, text, publish="y")
    assert answer.status_code in (302, 422)
    pages = [answer.text, editor.get("/policies").text]
    if answer.status_code == 302:
        for path in ("?lang=en", "?lang=ja", "/side", "/versions"):
            page = editor.get(f"/policies/XSS{path}")
            assert page.status_code == 200
            pages.append(page.text)
    assert [Page(page).active for page in pages] == [[] for _ in pages]


def test_the_corpus_is_hostile_where_nobody_cleans_it() -> None:
    assert sum(bool(Page(payload).active) for payload in PAYLOADS) >= 35


def test_most_of_the_corpus_is_stored_and_so_really_shown(editor: Visitor, app: Flask) -> None:
    """Refusing the hostile text would make it inert too: a policy about attacks must be able to quote them."""
    taken = 0
    for payload in PAYLOADS:
        taken += send(editor, f"---\ncode: XSS\n---\n## A\n\n{payload}\n").status_code == 302
    assert taken >= len(PAYLOADS) - 1
