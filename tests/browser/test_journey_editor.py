"""The policy editor: a policy written through pages, its head, and a second person who publishes it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Visit, Window

BODY = {
    "en": "Ten equal posts within one hour are spam.",
    "ja": "1時間以内に同じ投稿を10回することは、スパムです。",
}
PUBLISHED = {"en": "In force", "ja": "現行版"}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_one_person_writes_another_publishes(writable: Server, window: Window, language: str) -> None:
    code = f"SPAM-{language.upper()}"
    editor = window(writable, language)
    editor.sign_in("editor")
    write_section(editor, code)
    write_head(editor)
    editor.open(f"/policies/{code}/versions")
    with editor.page.expect_navigation():
        editor.page.locator('form[action$="/ask"] button').click()
    editor.check_everywhere()
    expect(editor.page.locator('form[action$="/publish"]')).to_have_count(0)  # somebody else can

    analyst = window(writable, language, width=390)
    analyst.sign_in("qa")
    analyst.open(f"/policies/{code}/versions")
    analyst.check_everywhere()
    writable.let_confirmations_lapse()
    analyst.refusals = {403}
    with analyst.page.expect_navigation():
        analyst.page.locator('form[action$="/publish"] button').click()
    analyst.check()
    analyst.page.locator("#step_up_password").fill(writable.password)
    with analyst.page.expect_navigation():
        analyst.page.locator("main .btn-main").click()
    expect(analyst.page.locator("main .list-item")).to_contain_text(PUBLISHED[language])
    analyst.check_everywhere()

    reader = window(writable, language)
    reader.sign_in("moderator")
    reader.open(f"/policies/{code}")
    expect(reader.page.locator("main")).to_contain_text(BODY[language])
    reader.check_everywhere()


def write_section(editor: Visit, code: str) -> None:
    """Make the policy and write its first section, with a look at the preview."""
    editor.open("/policies/new")
    editor.write(code=code, title_en="Spam", title_ja="スパム")
    editor.send()
    editor.write(title="Repeated posts")
    editor.send()
    editor.write(body_en=BODY["en"], title_ja="投稿の繰り返し", body_ja=BODY["ja"])
    editor.page.locator('[name="is_current"]').check()
    with editor.page.expect_navigation():
        editor.page.locator('button[value="preview"]').click()
    for language, body in BODY.items():
        expect(editor.page.locator(f"section[aria-labelledby=preview] [lang={language}]")).to_contain_text(body)
    editor.check_everywhere()
    editor.send()
    expect(editor.page.locator('[name="body_ja"]')).to_have_value(BODY["ja"])


def write_head(editor: Visit) -> None:
    """Change the head of the draft; a line that is no term stands at its field and loses nothing."""
    page: Page = editor.page
    editor.open("/".join(page.url.removeprefix(editor.base).split("/")[:5]) + "/head")
    editor.check_everywhere()
    terms = "post | Whatever a person publishes."
    editor.write(
        title_en="Spam and flooding", glossary_en=f"{terms}\nno term", glossary_ja="投稿 | とうこう | 公開した文章。"
    )
    editor.refusals = {422}
    editor.send()
    expect(page.locator("#glossary_en-error")).to_be_visible()
    expect(page.locator('[name="glossary_en"]')).to_have_value(f"{terms}\nno term")
    editor.write(glossary_en=terms)
    editor.send()
    expect(page.get_by_role("heading", level=1)).to_contain_text("スパム" if editor.language == "ja" else "flooding")
