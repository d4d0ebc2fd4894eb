"""The new joiner: reads the policy, acknowledges it, takes the checkpoint, sees the section behind each miss."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit, Window, serve

SAVED = {"en": re.compile(r"Saved \d\d:\d\d:\d\d"), "ja": re.compile(r"\d\d:\d\d:\d\d に保存済み")}
WORDS = {
    "en": {
        "read": "I have read v4.2",
        "noted": "Noted: you have read v4.2.",
        "start": "Start",
        "next": "Next",
        "flag": "Flag",
        "review": "Review and finish",
        "submit": "Submit",
        "show": "Show",
        "right": "Right answer",
        "section": re.compile(r"Open section [\d.]+ in the policy"),
        "outcome": re.compile("Not yet passed|You passed"),
    },
    "ja": {
        "read": "v4.2 を読みました",
        "noted": "v4.2 を読んだことを記録しました。",
        "start": "テストを始める",
        "next": "次へ",
        "flag": "後で見直す",
        "review": "確認して提出する",
        "submit": "提出する",
        "show": "表示する",
        "right": "正答",
        "section": re.compile(r"ポリシーの [\d.]+ を開く"),
        "outcome": re.compile("未合格|合格です"),
    },
}
SECRETS = ("rationale", "fraction", "misconception", "is_key", "解説", "正答")
"""What belongs to the key: none of it may travel before the attempt is handed in."""


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A sample of its own, because a joiner takes the checkpoint once."""
    yield from serve(tmp_path_factory.mktemp("joiner"))


def button(visit: Visit, name: str | re.Pattern[str]) -> Any:
    return visit.page.get_by_role("button", name=name, exact=isinstance(name, str)).locator("visible=true").first


def link(visit: Visit, name: str | re.Pattern[str]) -> Any:
    return visit.page.get_by_role("link", name=name).locator("visible=true").first


def test_reading_the_policy_and_acknowledging_it(own_server: Server, window: Window, language: str) -> None:
    words = WORDS[language]
    visit = window(own_server, language)
    visit.sign_in("joiner")
    visit.open("/policies/HAR")
    sensitive = visit.page.locator("details").filter(has=visit.page.locator("summary")).first
    assert sensitive.get_attribute("open") is None, "sensitive text is closed until somebody opens it"
    sensitive.locator("summary").click()
    expect(sensitive.locator(".inside")).to_be_visible()
    visit.check()
    button(visit, words["read"]).click()
    expect(visit.page.get_by_text(words["noted"])).to_be_visible()
    expect(button(visit, words["read"])).to_have_count(0)
    visit.check()


def test_both_languages_side_by_side(own_server: Server, window: Window, language: str) -> None:
    visit = window(own_server, language)
    visit.sign_in("joiner")
    visit.open("/policies/HAR/side#s-unwanted-contact")
    for text in ("Repeated unwanted contact", "望まない連絡の繰り返し"):
        expect(visit.page.get_by_role("heading", name=text).first).to_be_visible()
    pair = visit.page.locator("#s-unwanted-contact").first
    expect(pair).to_be_in_viewport()
    visit.check()


def test_taking_the_checkpoint_with_the_keyboard(own_server: Server, window: Window, language: str) -> None:
    words = WORDS[language]
    visit = window(own_server, language, width=390 if language == "ja" else 1280)
    visit.sign_in("joiner")
    bodies: list[str] = []
    visit.page.on("response", lambda answer: bodies.append(answer.text()) if is_text(answer) else None)

    visit.page.locator(".page-head a.btn-main, .page a.btn-main").first.click()
    expect(visit.page.get_by_text("80%")).to_be_visible()  # the cut score
    visit.check()
    button(visit, words["start"]).focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/attempts/**")
    visit.check()

    status = visit.page.locator("[data-save]")
    position = visit.page.locator("form[data-attempt]")
    for number in range(1, 13):
        expect(position).to_have_attribute("data-position", str(number))
        if number == 3:  # left for later
            button(visit, words["flag"]).click()
            expect(button(visit, words["flag"])).to_have_attribute("aria-pressed", "true")
            expect(position).to_have_attribute("data-position", "3")
        else:
            for _part in range(visit.page.locator(".opts").count()):
                visit.page.locator("h1").first.click()  # no option is in focus, so the digit finds the next group
                with visit.page.expect_response("**/events") as answered:
                    visit.page.keyboard.press("1")
                assert answered.value.status == 200
                expect(status).to_have_text(SAVED[language])
        if number < 12:
            button(visit, words["next"]).click()
    visit.open(visit.page.url.removeprefix(visit.base))  # a reload finds what was saved
    expect(visit.page.locator(".opts input:checked").first).to_be_checked()
    visit.check()
    if language == "ja":
        visit.page.locator('button[popovertarget="qmap"]').locator("visible=true").first.click()
        visit.page.locator("#qmap").get_by_role("button", name=words["review"]).click()
    else:
        button(visit, words["review"]).click()
    visit.page.wait_for_url("**/review*")
    assert "11" in visit.page.content() or visit.page.locator(".st.is-pass").count() == 11
    visit.check()
    assert [secret for secret in SECRETS for body in bodies if secret in body] == []

    button(visit, words["submit"]).click()
    visit.page.wait_for_url("**/result")
    expect(visit.page.locator("h1")).to_have_text(words["outcome"])
    expect(visit.page.get_by_text(words["right"]).first).to_be_visible()
    visit.check()
    missed = visit.page.locator("article.miss").first
    quoted = missed.locator("blockquote p").first.inner_text()
    target = link(visit, words["section"])
    anchor = str(target.get_attribute("href")).partition("#")[2]
    target.click()
    section = visit.page.locator(f"#{anchor}")
    expect(section).to_be_in_viewport()
    assert squeezed(quoted) in squeezed(visit.page.locator("main").inner_text())
    visit.check()


def is_text(answer: Any) -> bool:
    return answer.ok and answer.request.resource_type in {"document", "fetch", "xhr"} and "/attempts/" in answer.url


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_taking_the_checkpoint_without_script(own_server: Server, window: Window) -> None:
    words = WORDS["en"]
    visit = window(own_server, "en", script=False)
    visit.open("/sign-in?lang=en")
    visit.page.locator('button[value="joiner"]').click()
    visit.open("/quizzes")
    visit.page.locator("main a").first.click()
    button(visit, words["start"]).click()
    for number in range(1, 13):
        for group in visit.page.locator(".opts").all():
            group.locator("label").first.click()
        if number < 12:
            button(visit, words["next"]).click()
            expect(visit.page.locator("form[data-attempt]")).to_have_attribute("data-position", str(number + 1))
    expect(visit.page.locator("[data-save]")).to_have_text(SAVED["en"])
    button(visit, words["review"]).click()
    expect(visit.page.locator(".st.is-pass")).to_have_count(12)
    button(visit, words["submit"]).click()
    expect(visit.page.locator("h1")).to_have_text(words["outcome"])
    assert visit.faults == []
