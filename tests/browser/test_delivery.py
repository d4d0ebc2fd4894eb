"""Twenty answers, and a line that fails, a browser that is killed, an end: all arrive, none is called saved early."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from lms.foundation.db import db
from lms.questions.models import Question, QuestionState
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event
from lms.quizzes.core.rules import Rules
from lms.quizzes.models import Attempt
from tests.browser.conftest import CHROMIUM, QUIET, Server, Visit, Window, environment
from tests.browser.witness import Witness

SAVED = {"en": re.compile(r"Saved \d\d:\d\d:\d\d"), "ja": re.compile(r"\d\d:\d\d:\d\d に保存済み")}
AGAIN = {
    "en": "Not saved yet. It will be sent again automatically.",
    "ja": "まだ保存できていません。自動で送り直します。",
}
LATE = {"en": "8 answers came too late.", "ja": "解答8件が間に合いませんでした。"}
ALL = range(1, 21)
OPENED = """() => {
    for (const cover of document.querySelectorAll('details.veil')) cover.open = true;
    return document.querySelectorAll('[data-question] .opts').length;
}"""
"""Opens what is covered, and tells how many parts the question has."""
IS_KEPT = """async ([position, payload]) => {
    const of = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const db = await of(indexedDB.open('kijun-answers'));
    const rows = await of(db.transaction('events').objectStore('events').getAll());
    db.close();
    const newest = rows.filter((row) => row.position === position).sort((one, other) => other.seq - one.seq)[0];
    return JSON.stringify(newest?.payload) === JSON.stringify(payload);
}"""
"""Whether the browser's own database holds a payload as the newest at its position."""


@pytest.fixture(scope="module")
def quiz(writable: Server) -> str:
    """A quiz of twenty questions."""
    with writable.unit():
        usable = (
            db.session.query(Question).filter_by(state=QuestionState.IN_USE).order_by(Question.code).limit(len(ALL))
        )
        ids = [question.id for question in usable]
        rules = Rules(minutes=30, cut_percent=80)
        titles = {"en": "Twenty questions", "ja": "20問のテスト"}
        actions.publish_quiz(actions.PublishQuiz("twenty", titles, ids, rules), by=None)
    return "twenty"


@dataclass
class Sitting:
    """The joiner with the quiz before them, and a witness of every page."""

    visit: Visit
    witness: Witness = field(default_factory=Witness)
    address: str = ""

    def begin(self, quiz: str) -> None:
        """Open an attempt of their own."""
        self.sit_down()
        self.visit.open(f"/quizzes/{self.visit.server.give(quiz)}")
        with self.page.expect_response("**/paper*"):
            self.page.locator("main form .btn-main").click()
        ready(self.page)
        self.address = self.page.url.rpartition("/questions/")[0]

    def sit_down(self) -> None:
        self.witness.attend(self.page.context)
        self.visit.sign_in("joiner")

    @property
    def page(self) -> Page:
        return self.visit.page

    def answer(self, positions: Iterable[int], key: str = "1", page: Page | None = None) -> None:
        """Choose in each part of these questions, with the keyboard."""
        page = page or self.page
        for position in positions:
            page.locator(f'.qside .qmap .q[value="{position}"]').click()
            page.wait_for_selector(f'html[data-answers=kept] [data-question="{position}"]')
            for part in range(page.evaluate(OPENED)):
                page.locator(f"[data-question] .opts >> nth={part} >> input >> nth=0").focus()
                page.keyboard.press(key)
                chosen = page.locator(f"[data-question] .opts >> nth={part} >> input >> nth={int(key) - 1}")
                expect(chosen, f"question {position}").to_be_checked()

    def expect_waiting(self, count: int, page: Page | None = None) -> None:
        """So many answers have not been sent, as the page says."""
        expect((page or self.page).locator(".qside [data-count=wait]")).to_contain_text(f" {count}")

    def expect_kept(self, position: int) -> None:
        """What was chosen last is on the disk: a moment earlier nobody has said that it is kept."""
        self.page.wait_for_function(IS_KEPT, arg=[position, self.witness.chosen[position]])

    def expect_saved(self) -> None:
        """Nothing waits, and the page says saved."""
        self.page.wait_for_function("() => !onbeforeunload")
        expect(self.page.locator("[data-save]")).to_have_text(SAVED[self.visit.language])

    def read(self, *, late: bool = False) -> dict[int, dict[str, Any]]:
        """What the server holds as last chosen, by position."""
        attempt_id = self.address.rpartition("/")[2]
        with self.visit.server.unit():
            held: list[Event] = (queries.load_late_events if late else queries.load_events)(attempt_id)
        return {event.position: in_order(event.payload) for event in held}

    @property
    def chosen(self) -> dict[int, dict[str, Any]]:
        """What was chosen last, by position."""
        return {position: in_order(payload) for position, payload in self.witness.chosen.items()}


def in_order(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload whatever the order in which its options stand on the page."""
    return {name: sorted(value) if isinstance(value, list) else value for name, value in payload.items()}


def ready(page: Page) -> None:
    """The page saves by itself."""
    page.wait_for_selector("html[data-answers=kept]")


@pytest.fixture(params=["en", "ja"])
def sitting(request: pytest.FixtureRequest, writable: Server, window: Window, quiz: str) -> Sitting:
    sitting = Sitting(window(writable, request.param))
    sitting.begin(quiz)
    return sitting


def check_delivered(sitting: Sitting) -> None:
    """All twenty are in the answer log as they were chosen last, and none was called saved before that was told."""
    sitting.expect_saved()
    assert sorted(sitting.chosen) == list(ALL)
    assert sitting.read() == sitting.chosen
    check_honest(sitting)


def check_honest(sitting: Sitting) -> None:
    assert sitting.witness.said > 0
    assert sitting.witness.too_early == []


def test_the_line_is_cut(sitting: Sitting) -> None:
    sitting.answer(range(1, 8))
    sitting.page.context.set_offline(True)
    sitting.answer(range(8, 15))
    sitting.answer([3], key="2")
    expect(sitting.page.locator("[data-off]")).to_be_visible()
    sitting.page.context.set_offline(False)
    sitting.answer(range(15, 21))
    check_delivered(sitting)


def test_the_server_has_no_database_for_a_while(sitting: Sitting) -> None:
    sitting.answer(range(1, 8))
    sitting.page.route("**/events", lambda route: route.fulfill(status=503, headers={"Retry-After": "5"}, body="{}"))
    sitting.answer(range(8, 15))
    expect(sitting.page.locator("[data-save]")).to_have_text(AGAIN[sitting.visit.language])
    sitting.answer([3], key="2")
    sitting.page.unroute("**/events")
    sitting.answer(range(15, 21))
    check_delivered(sitting)


def test_the_server_has_committed_and_its_answer_is_lost(sitting: Sitting) -> None:
    sitting.answer(range(1, 8))
    sitting.expect_saved()
    lost: list[Route] = []
    is_back = False

    def lose_the_answer(route: Route) -> None:
        if is_back:
            return route.continue_()
        lost.append(route)
        route.fetch()
        return route.abort()

    sitting.page.route("**/events", lose_the_answer)
    sitting.answer(range(8, 15))
    sitting.answer([3], key="2")
    sitting.expect_waiting(8)
    assert lost
    assert sitting.read().keys() & set(range(8, 15)), "some are there already, and nobody was told"
    is_back = True
    sitting.answer(range(15, 21))
    check_delivered(sitting)


def test_two_windows(sitting: Sitting) -> None:
    old = sitting.page
    sitting.answer(range(1, 8))
    sitting.expect_saved()
    new = old.context.new_page()
    new.goto(old.url)
    ready(new)
    expect(old.locator("#behind")).to_be_visible()
    new.route("**/events", lambda route: route.abort())
    sitting.answer(range(8, 15), page=new)
    sitting.answer([3], key="2", page=new)
    sitting.expect_waiting(8, page=new)
    old.locator("#behind [data-take-over]").click()  # and it sends what the other could not
    expect(old.locator("#behind")).to_be_hidden()
    expect(new.locator("#behind")).to_be_visible()
    sitting.answer(range(15, 21))
    check_delivered(sitting)


def test_the_time_runs_out_without_a_line(sitting: Sitting) -> None:
    sitting.answer(range(1, 13))
    sitting.expect_saved()
    in_time = sitting.chosen
    sitting.page.context.set_offline(True)
    sitting.answer(range(13, 21))
    sitting.expect_waiting(8)
    with sitting.visit.server.unit():
        attempt = db.session.get_one(Attempt, sitting.address.rpartition("/")[2])
        attempt.deadline_at = datetime.now(UTC) - timedelta(minutes=2)
    sitting.page.context.set_offline(False)
    sitting.page.wait_for_url("**/result")
    expect(sitting.page.get_by_text(LATE[sitting.visit.language])).to_be_visible()
    assert sitting.read() == in_time
    assert sitting.read(late=True) == {n: sitting.chosen[n] for n in range(13, 21)}
    check_honest(sitting)


@dataclass
class Machine:
    """A browser of its own whose profile lies on the disk."""

    browser: Browser
    profile: Path
    context: BrowserContext | None = None

    def start(self, server: Server, language: str) -> Visit:
        self.context = self.browser.browser_type.launch_persistent_context(
            self.profile,
            executable_path=CHROMIUM,
            args=list(QUIET),
            env=environment(),
            viewport={"width": 1280, "height": 900},
            locale="ja-JP" if language == "ja" else "en-GB",
        )
        self.context.set_default_timeout(15_000)
        return Visit(self.context.pages[0], server, language)

    def kill(self) -> None:
        """At once, as when the power fails; its other processes end with the first."""
        assert self.context is not None
        with self.context.expect_event("close"):
            os.kill(self.find(), signal.SIGKILL)
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()

    def find(self) -> int:
        """The first process of this profile."""
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            words = place.read_bytes().decode(errors="replace").split("\0") if place.exists() else []
            if f"--user-data-dir={self.profile}" in words and not any(word.startswith("--type=") for word in words):
                return int(place.parent.name)
        raise AssertionError("the browser does not run")


@pytest.fixture
def machine(browser: Browser, tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(browser, tmp_path / "profile")
    yield machine
    if machine.context is not None:
        machine.context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_browser_is_killed(machine: Machine, writable: Server, quiz: str, language: str) -> None:
    sitting = Sitting(machine.start(writable, language))
    sitting.begin(quiz)
    sitting.answer(range(1, 8))
    sitting.expect_saved()
    sitting.page.context.set_offline(True)
    sitting.answer(range(8, 15))
    sitting.answer([3], key="2")
    sitting.expect_waiting(8)
    sitting.expect_kept(3)
    machine.kill()
    sitting.visit = machine.start(writable, language)
    sitting.sit_down()
    sitting.page.goto(f"{sitting.address}/questions/1")
    ready(sitting.page)
    sitting.answer(range(15, 21))
    check_delivered(sitting)


HONEST = "if (n) return [trouble ?? saving, Boolean(trouble)];"


@pytest.mark.parametrize("sitting", ["en"], indirect=True)
def test_a_page_that_says_saved_too_early_would_be_caught(sitting: Sitting) -> None:
    page = sitting.page

    def lie(route: Route) -> None:
        told = route.fetch().text()
        assert HONEST in told
        route.fulfill(body=told.replace(HONEST, ""), content_type="text/javascript")

    page.route("**/js/quiz.*", lie)
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.reload()
    ready(page)
    sitting.answer([1])
    expect(page.locator("[data-save]")).to_have_text(SAVED["en"])
    page.route("**/events", lambda _route: None)
    with page.expect_request("**/events"):
        sitting.answer([2])
    page.wait_for_function("() => onbeforeunload")
    assert sitting.witness.too_early != []
