"""The question editor in a browser: checks while one types, options by buttons, and use by a second person."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit, Window

NUMBERS = count(1)
TEXTS = {
    "prompt.en": "Which post is an insult?",
    "prompt.ja": "侮辱に当たる投稿はどれですか。",
    "options.o1.text.en": "One that says somebody is worthless",
    "options.o1.text.ja": "人の価値を否定する投稿",
    "options.o1.rationale.en": "It denies a person’s worth.",
    "options.o1.rationale.ja": "人の価値を否定しています。",
    "options.o2.text.en": "One that states a fact",
    "options.o2.text.ja": "事実を述べる投稿",
}
MISSING = {"en": "A text is missing in Japanese.", "ja": "日本語の文がありません。"}
IN_USE = {"en": "In use", "ja": "使用中"}


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[390, 1280])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def author(writable: Server, window: Window, language: str, width: int) -> Visit:
    """The QA analyst with a new question of a bank of their own in the editor."""
    visit = window(writable, language, width=width)
    visit.sign_in("qa")
    code = f"ED-{next(NUMBERS)}"
    visit.open("/questions/new")
    visit.write(code=code, title_en="Editor", title_ja="エディター")
    visit.send()
    visit.open(f"/questions/{code}/new-question")
    visit.page.locator('[name="section"]').select_option(index=1)
    visit.send()
    return visit


def press(visit: Visit, change: str) -> None:
    with visit.page.expect_navigation():
        visit.page.locator(f'button[value="{change}"]').click()


def save(visit: Visit) -> None:
    with visit.page.expect_navigation():
        visit.page.locator("main form .page-head .btn").first.click()


def test_a_question_is_written_checked_and_put_into_use_by_a_second_person(
    author: Visit, writable: Server, window: Window, language: str, width: int
) -> None:
    page, main = author.page, author.page.locator("main .btn-main[type=submit]")
    editor = page.url
    expect(main).to_have_attribute("aria-disabled", "true")
    for change in ("remove.options.o4", "remove.options.o3"):
        press(author, change)
    expect(page.locator(".optrow")).to_have_count(2)
    page.locator('[name="key.options"][value="o1"]').check()
    author.write(**TEXTS | {"prompt.ja": ""})
    expect(page.locator("#checks-found")).to_contain_text(MISSING[language])  # by script, while one types
    author.write(**{"prompt.ja": TEXTS["prompt.ja"]})
    expect(page.locator("#checks-found")).to_have_attribute("data-errors", "0")
    expect(main).not_to_have_attribute("aria-disabled", "true")
    author.check_everywhere()
    author.send()
    expect(page.locator("main .page-head")).not_to_contain_text(IN_USE[language])

    second = window(writable, language, width=width)
    second.sign_in("editor")
    second.open(editor.removeprefix(writable.base))
    expect(second.page.locator('[name="prompt.ja"]')).to_have_value(TEXTS["prompt.ja"])
    second.check_everywhere()
    second.send()
    expect(second.page.locator("main .page-head")).to_contain_text(IN_USE[language])


def test_what_somebody_else_saved_stands_at_the_field_and_no_text_is_lost(
    author: Visit, writable: Server, window: Window, language: str, width: int
) -> None:
    other = window(writable, language, width=width)
    other.sign_in("editor")
    other.open(author.page.url.removeprefix(writable.base))
    for visit, text in ((other, "Theirs?"), (author, "Mine?")):
        visit.write(**{"prompt.en": text})
        visit.refusals = {409}
        save(visit)
    expect(author.page.locator("main .notice").first).to_be_focused()
    expect(author.page.locator('[name="prompt.en"]')).to_have_value("Mine?")
    expect(author.page.locator(".theirs")).to_contain_text("Theirs?")
    author.check_everywhere()
    save(author)
    expect(author.page).to_have_url(re.compile(r"/edit$"))
    expect(author.page.locator('[name="prompt.en"]')).to_have_value("Mine?")
    author.check()
