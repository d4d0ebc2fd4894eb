"""The new joiner: reads the policy, acknowledges it, takes the checkpoint, sees the section behind each miss."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Response, expect

from tests.browser.conftest import Server, Visit, Window, serve

SAVED = {"en": re.compile(r"Saved \d\d:\d\d:\d\d"), "ja": re.compile(r"\d\d:\d\d:\d\d に保存済み")}
WORDS = {
    "en": {
        "read": "I have read v4.2",
        "noted": "Recorded: you have read v4.2.",
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
FACTS = {"en": ["12", "30 minutes", "80%", "0 of 2", "JST"], "ja": ["12", "30分", "80%", "2", "日本時間"]}
"""What the start page says: questions, minutes, cut score, attempts, window."""
SECRETS = ("rationale", "fraction", "misconception", "is_key", "解説", "正答")
"""What belongs to the key: none of it may travel before the attempt is handed in."""
FLAGGED = 3
"""The question that is left for later."""


@pytest.fixture(scope="module", params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def own_server(language: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A sample for each language, because a joiner takes the checkpoint once."""
    yield from serve(tmp_path_factory.mktemp("joiner"))


def button(visit: Visit, name: str | re.Pattern[str]) -> Locator:
    return visit.page.get_by_role("button", name=name, exact=isinstance(name, str)).locator("visible=true").first


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
    visit.open("/policies/HAR")
    visit.page.locator('.views a[href*="/side"]').click()
    visit.page.wait_for_url("**/side*")
    english = visit.page.get_by_role("heading", name="Repeated unwanted contact").first
    japanese = visit.page.get_by_role("heading", name="望まない連絡の繰り返し").first
    english.scroll_into_view_if_needed()
    visit.page.evaluate("document.fonts.ready")
    left, right = english.bounding_box(), japanese.bounding_box()
    assert left is not None
    assert right is not None
    assert (left["y"], left["x"] < right["x"]) == (right["y"], True), "the same section stands beside itself"
    visit.check()


def test_taking_the_checkpoint_with_the_keyboard(own_server: Server, window: Window, language: str) -> None:
    visit = window(own_server, language, width=390 if language == "ja" else 1280)
    visit.click_to_sign_in("joiner")
    bodies: list[str] = []
    visit.page.on("response", lambda answer: bodies.append(answer.text()) if is_text(answer) else None)
    start(visit)
    for number in range(1, 13):
        expect(question(visit, number)).to_be_visible()
        if number == FLAGGED:
            flag(visit)
        else:
            answer_by_digit(visit)
        if number < 12:
            button(visit, WORDS[language]["next"]).click()
    visit.check_first_visit(visit.page.url.removeprefix(visit.base))
    expect(visit.page.locator(".opts input:checked").first).to_be_checked()  # a reload finds what was saved
    visit.check()
    review(visit)
    assert len(bodies) > 12
    assert [secret for secret in SECRETS for body in bodies if secret in body] == []
    button(visit, WORDS[language]["submit"]).click()
    read_the_result(visit)


def start(visit: Visit) -> None:
    """From the start page, whose figures are those of the quiz, to the first question."""
    visit.page.locator(".page a.btn-main").first.click()
    facts = visit.page.locator("dl.kv dd")
    for number, text in enumerate(FACTS[visit.language]):
        expect(facts.nth(number)).to_contain_text(text)
    visit.check()
    button(visit, WORDS[visit.language]["start"]).focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/attempts/**")
    visit.check()


def flag(visit: Visit) -> None:
    """Leave the question for later, and stay on it."""
    button(visit, WORDS[visit.language]["flag"]).click()
    expect(button(visit, WORDS[visit.language]["flag"])).to_have_attribute("aria-pressed", "true")
    expect(question(visit, FLAGGED)).to_be_visible()


def question(visit: Visit, number: int) -> Locator:
    """A question as it is shown; the others are not in the page."""
    return visit.page.locator(f'form[data-attempt] [data-question="{number}"]')


def uncover(visit: Visit) -> None:
    """Open what is covered on the page."""
    for cover in visit.page.locator("details.veil:not([open]) > summary").all():
        cover.click()


def answer_by_digit(visit: Visit) -> None:
    """Choose the first option of each part; the page says when the server has it. What is covered is opened first."""
    uncover(visit)
    for _part in range(visit.page.locator(".opts").count()):
        visit.page.locator("h1").first.click()  # no option is in focus, so the digit finds the next part
        with visit.page.expect_response("**/events") as answered:
            visit.page.keyboard.press("1")
        assert answered.value.status == 200
        expect(visit.page.locator("[data-save]")).to_have_text(SAVED[visit.language])
        expect(visit.page.locator("[data-save].is-risk")).to_have_count(0)


def review(visit: Visit) -> None:
    """The server counts what it has: eleven answers, and the flagged question without one."""
    words = WORDS[visit.language]
    if visit.page.viewport_size == {"width": 390, "height": 900}:
        visit.page.locator('button[popovertarget="qmap"]').locator("visible=true").first.click()
        visit.page.locator("#qmap").get_by_role("button", name=words["review"]).click()
    else:
        button(visit, words["review"]).click()
    visit.page.wait_for_url("**/review*")
    rows = visit.page.locator("main .list-item")
    expect(rows).to_have_count(12)
    expect(rows.locator(".is-pass")).to_have_count(11)
    expect(rows.nth(FLAGGED - 1).locator(".is-info, .is-none")).to_have_count(2)
    visit.check()


def read_the_result(visit: Visit) -> None:
    """The outcome in words, and from a missed question to its section in the policy."""
    words = WORDS[visit.language]
    visit.page.wait_for_url("**/result")
    visit.check_first_visit(visit.page.url.removeprefix(visit.base))
    expect(visit.page.locator("h1")).to_have_text(words["outcome"])
    expect(visit.page.get_by_text(words["right"]).filter(visible=True).first).to_be_visible()
    visit.check()
    quoted = visit.page.locator("article.miss blockquote p").first.inner_text()
    target = visit.page.locator("article.miss").first.get_by_role("link", name=words["section"])
    anchor = str(target.get_attribute("href")).partition("#")[2]
    target.click()
    section = visit.page.locator(f"#{anchor}")
    expect(section).to_be_in_viewport()
    assert squeezed(quoted) in squeezed(section.inner_text())
    visit.check()


def is_text(answer: Response) -> bool:
    return answer.ok and answer.request.resource_type in {"document", "fetch", "xhr"} and "/attempts/" in answer.url


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_taking_the_checkpoint_without_script(writable: Server, window: Window) -> None:
    words = WORDS["en"]
    address = f"/quizzes/{writable.give('harassment-checkpoint')}"
    visit = window(writable, "en", script=False)
    visit.click_to_sign_in("joiner")
    visit.open("/quizzes")
    visit.page.locator(f'main a[href="{address}"]').first.click()
    button(visit, words["start"]).click()
    for number in range(1, 13):
        uncover(visit)
        for group in visit.page.locator(".opts").all():
            group.locator("label").first.click()
        if number < 12:
            button(visit, words["next"]).click()
            expect(question(visit, number + 1)).to_be_visible()
    expect(visit.page.locator("[data-save]")).to_have_text(SAVED["en"])
    button(visit, words["review"]).click()
    expect(visit.page.locator(".st.is-pass")).to_have_count(12)
    button(visit, words["submit"]).click()
    expect(visit.page.locator("h1")).to_have_text(words["outcome"])
    assert visit.faults == []
