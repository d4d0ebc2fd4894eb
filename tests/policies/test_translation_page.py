"""The page on which a policy is translated: what needs it, beside the source and its changes; saved, never blocked."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.policies import actions, queries
from lms.questions import actions as questions
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.policies.test_import_page import ENGLISH, JAPANESE

PAGE = "/policies/SPM/versions/1.1/translation"
KEY = "not-allowed"


@pytest.fixture
def editor(cast: Cast, sign_in_as: SignIn, unit: Unit) -> Visitor:
    """SPM v1.0 published, v1.1 a draft whose English has changed, and the policy editor."""
    with unit():
        actions.import_policy(actions.check_files(ENGLISH.encode(), JAPANESE.encode()), publish=True)
    editor = sign_in_as(cast.editor)
    assert editor.post("/policies/SPM/versions/1.0/copy").status_code == 302
    form = fields(editor.get(f"/policies/SPM/versions/1.1/sections/{KEY}").text)
    form["body_en"] = "Do not post the same text more than 3 times.\n\nA reply does not count."
    assert editor.post(f"/policies/SPM/versions/1.1/sections/{KEY}", data=form).status_code == 302
    return editor


@pytest.fixture
def localizer(editor: Visitor, cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.localizer)


def fields(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input[^>]*id="(\w+)"[^>]*value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]*id="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL))
    return {name: text for name, text in found.items() if name.startswith(("title_", "body_", "seen_"))}


def state(app: Flask) -> tuple[str, str]:
    """Freshness and Japanese text of the section in the draft."""
    with app.app_context():
        version = queries.get_version(queries.get_module("SPM"), "1.1")
        section = next(one for one in queries.load_sections([version.id])[version.id] if one.key == KEY)
        return section.freshness["ja"].value, section.bodies["ja"]


def test_the_library_puts_first_what_needs_somebody(localizer: Visitor, unit: Unit) -> None:
    with unit():
        english, japanese = (text.replace("SPM", "ACC").encode() for text in (ENGLISH, JAPANESE))
        actions.import_policy(actions.check_files(english, japanese), publish=True)
    page = localizer.get("/policies/translation?lang=en").text
    listed = re.findall(r'<a href="(/policies/\w+/versions/[\d.]+/translation)">', page)
    assert listed == [PAGE, "/policies/ACC/versions/1.0/translation"]
    assert "1 section to translate" in page


def test_a_stale_section_stands_first_with_what_changed_in_its_source(localizer: Visitor) -> None:
    page = localizer.get(f"{PAGE}?lang=en").text
    active = re.search(r'<form class="card unit active".*?</form>', page, re.DOTALL)
    assert active is not None
    assert "v1.0 → v1.1" in active[0]
    assert "<ins>" in active[0]
    assert "<del>" in active[0]
    assert 'name="body_ja"' in active[0]
    assert 'name="body_en"' not in page, "a localizer writes the translation alone"


def test_what_can_be_inserted_stands_there_to_be_copied_as_well(
    localizer: Visitor, editor: Visitor, unit: Unit
) -> None:
    """Terms that the text lacks, and the passages of the source with their marks; what is sensitive stays closed."""
    head = fields(editor.get("/policies/SPM/versions/1.1/head").text) | {"revision": "2"}
    glossary = {"glossary_en": "reply | An answer.", "glossary_ja": "返信 | へんしん | 答えです。"}
    assert editor.post("/policies/SPM/versions/1.1/head", data={**head, **glossary}).status_code == 302
    source = fields(editor.get(f"/policies/SPM/versions/1.1/sections/{KEY}").text)
    source["body_en"] += "\n\n::: sensitive kind=insult degree=mild form=text\nA quotation.\n:::"
    assert editor.post(f"/policies/SPM/versions/1.1/sections/{KEY}", data=source).status_code == 302
    page = localizer.get(f"{PAGE}/{KEY}?lang=en").text
    offered = re.findall(r'data-insert="([^"]*)" hidden', page)
    assert offered == ["passage-1", "passage-2", "passage-3", "term-1"]
    assert '<b lang="ja" id="term-1">返信</b>' in page
    taken = page.split('class="more passages"')[1].split("</ol>")[0]
    written = re.findall(r'<pre class="written" lang="en" id="passage-\d">(.*?)</pre>', taken, re.DOTALL)
    assert written[:2] == ["Do not post the same text more than 3 times.", "A reply does not count."]
    assert written[2].startswith("::: sensitive")
    assert re.search(r'<details class="veil">.*id="passage-3">::: sensitive', taken, re.DOTALL)


def test_saving_keeps_the_text_and_only_saying_so_makes_it_current(localizer: Visitor, app: Flask, cast: Cast) -> None:
    form = fields(localizer.get(f"{PAGE}/{KEY}").text) | {"body_ja": "同じ文章を4回以上投稿しないでください。"}
    answer = localizer.post(f"{PAGE}/{KEY}", data={**form, "go": "save", "body_en": "Anything goes."})
    assert answer.status_code == 302
    assert state(app) == ("stale", form["body_ja"])
    form = fields(localizer.get(f"{PAGE}/{KEY}").text)
    localizer.post(f"{PAGE}/{KEY}", data={**form, "go": "current"})
    assert state(app) == ("current", form["body_ja"])
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert (event.action, event.actor) == ("policy.write", cast.localizer)


def test_checks_warn_and_never_block(localizer: Visitor, app: Flask) -> None:
    form = fields(localizer.get(f"{PAGE}/{KEY}").text) | {"body_ja": "同じ文章を7回投稿しないでください."}
    checked = localizer.post(f"{PAGE}/{KEY}?lang=en", data={**form, "go": "check"})
    assert "Numbers differ" in checked.text
    assert "source 3, translation 7" in checked.text
    assert "Half-width punctuation" in checked.text
    assert form["body_ja"] in checked.text
    assert state(app)[1] != form["body_ja"], "nothing was saved"
    hints = localizer.post(f"{PAGE}-check/{KEY}?lang=en", data=form).text
    assert "Numbers differ" in hints
    assert localizer.post(f"{PAGE}/{KEY}", data={**form, "go": "current"}).status_code == 302
    assert state(app)[0] == "current"


def test_what_no_file_may_hold_is_said_at_its_field(localizer: Visitor, app: Flask) -> None:
    form = fields(localizer.get(f"{PAGE}/{KEY}").text) | {"body_ja": "本文\n\n## 見出し"}
    answer = localizer.post(f"{PAGE}/{KEY}?lang=en", data={**form, "go": "current"})
    assert answer.status_code == 422
    assert "body_ja-error" in answer.text
    assert "## 見出し" in answer.text
    assert state(app)[0] == "stale"


def test_two_people_at_one_section_lose_neither_text(localizer: Visitor, editor: Visitor, app: Flask) -> None:
    form = fields(localizer.get(f"{PAGE}/{KEY}").text)
    theirs = {**form, "body_ja": "先に保存した文章。", "go": "save"}
    assert editor.post(f"{PAGE}/{KEY}", data=theirs).status_code == 302
    answer = localizer.post(f"{PAGE}/{KEY}?lang=en", data={**form, "body_ja": "後の文章。", "go": "save"})
    assert answer.status_code == 409
    assert "先に保存した文章。" in answer.text
    assert "後の文章。" in answer.text
    assert state(app)[1] == "先に保存した文章。"
    localizer.post(f"{PAGE}/{KEY}", data={**fields(answer.text), "go": "save"})
    assert state(app)[1] == "後の文章。"


def test_a_source_that_changed_meanwhile_is_not_called_translated(
    localizer: Visitor, editor: Visitor, app: Flask
) -> None:
    form = fields(localizer.get(f"{PAGE}/{KEY}").text)
    source = fields(editor.get(f"/policies/SPM/versions/1.1/sections/{KEY}").text)
    editor.post(f"/policies/SPM/versions/1.1/sections/{KEY}", data={**source, "body_en": "Post it 5 times at most."})
    answer = localizer.post(f"{PAGE}/{KEY}?lang=en", data={**form, "go": "current"})
    assert answer.status_code == 409
    assert "Post it 5 times at most." in answer.text
    assert state(app)[0] == "stale"


def test_a_published_version_is_read_and_not_written(localizer: Visitor) -> None:
    page = localizer.get(f"/policies/SPM/versions/1.0/translation/{KEY}?lang=en").text
    assert "v1.0 is published and cannot be changed." in page
    assert "<textarea" not in page
    assert localizer.post(f"/policies/SPM/versions/1.0/translation/{KEY}", data={}).status_code == 409


def test_an_unknown_section_is_not_found(localizer: Visitor) -> None:
    assert localizer.post(f"{PAGE}/unknown", data={}).status_code == 404
    assert localizer.post(f"{PAGE}-check/unknown", data={}).status_code == 404
    assert localizer.get(f"{PAGE}/unknown").status_code == 404


def test_questions_of_a_section_are_named_and_linked_for_those_who_may_read_them(
    localizer: Visitor, editor: Visitor, unit: Unit, cast: Cast
) -> None:
    with unit():
        questions.create_bank("SPM", {"en": "Spam", "ja": "スパム"})
    new = {"code": "SPM-001", "type": "single", "section": f"SPM/{KEY}"}
    editor.post("/questions/SPM/new-question", data=new)
    assert "No question uses this section." in localizer.get(f"{PAGE}/{KEY}?lang=en").text, "a draft alone"


def test_the_sample_names_its_questions(sample: Flask, sign_in_as: SignIn) -> None:
    editor, localizer = (sign_in_as(code_of(sample, f"{name}@kijun.example")) for name in ("editor", "localizer"))
    page = "/policies/HAR/versions/4.2/translation?lang=en"
    assert '<a href="/questions/HAR/HAR-014">HAR-014</a>' in editor.get(page).text
    told = localizer.get(page).text
    assert "HAR-014" in told
    assert "/questions/" not in told


def code_of(app: Flask, login: str) -> str:
    with app.app_context():
        return str(db.session.scalar(select(Person.code).where(Person.login == login)))
