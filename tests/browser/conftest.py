"""A real installation and a real browser: script/server's own module serves, Debian's Chromium looks.

The clock is the machine's. What a page says on its console, what fails to load and what axe finds is a fault of the
page, so every test ends by looking at it.
"""

from __future__ import annotations

import atexit
import http.client
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

import config
from lms.accounts.core.sample_accounts import login_of
from lms.accounts.models import WebSession
from lms.app import create_app
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.sessions import stored_id
from lms.quizzes import actions
from lms.quizzes.models import Quiz
from tests.conftest import ROOT
from tests.ports import free_port
from tests.quizzes.sitting import person

expect.set_options(timeout=15_000)  # whatever else the machine does meanwhile
CHROMIUM = "/usr/bin/chromium"
WITHOUT_WINDOW = "/usr/bin/chromium-headless-shell"
"""The same engine, which draws the page alone and no frame around it that nobody sees: a third less time."""
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--js-flags=--single-threaded --no-opt --no-maglev",  # no page lives long enough to earn what optimising costs
)
FINDINGS = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map((rule) =>
    rule.id + ": " + rule.nodes.map((node) => node.target.join(" ") + " (" + node.failureSummary + ")").join(", "))"""
"""What axe finds on the page: the rule, the elements, and what would mend them."""
STANDING = """() => ({language: document.documentElement.lang, hasAxe: typeof axe !== "undefined",
    tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth})"""
AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
SIZES = ((1280, 900), (390, 800), (320, 800))
"""A window at a desk, one in the hand, and one in the smallest hand, where the page must fit and axe is not asked."""
ACCOUNTS = ("joiner", "moderator", "trainer", "qa", "editor", "localizer", "vendor", "admin")
"""The sample's people who sign in with one click, one of each role and one between cohorts."""
MOST_BYTES = 100 * 1024
MOST_REQUESTS = 12
"""What the first visit of any page may cost."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first, so that nobody is left alone with one of them at the end."""
    items.sort(key=lambda item: not item.get_closest_marker("long_way"))


@dataclass
class Server:
    """A running installation: where it listens, and how its commands are called."""

    base: str
    environment: dict[str, str]

    @cached_property
    def app(self) -> Flask:
        """The installation's application in this process, to put something into its database."""
        folder = Path(self.environment["KIJUN_DATA"])
        settings = config.Development(
            data_folder=folder, secret_key=config.secret_key(folder), database_url=config.embedded_url(folder)
        )
        return create_app(settings)

    @contextmanager
    def unit(self) -> Iterator[None]:
        """A committed unit of work in the installation's database, at the time of now."""
        with clock.fixed(datetime.now(UTC)), self.app.app_context(), transaction.unit():
            yield

    def session_of(self, account: str) -> str:
        """The id of a session of one of the sample's people, as if they had signed in just now."""
        sid = secrets.token_urlsafe(32)
        with self.unit():
            begun = {"created_at": clock.now(), "seen_at": clock.now(), "browser": "Chrome", "system": "Linux"}
            db.session.add(WebSession(id_sha256=stored_id(sid), person_id=person(login_of(account)).id, **begun))
        return sid

    def give(self, quiz: str, account: str = "joiner") -> int:
        """Give a quiz once more to one of the sample's people, from now on; returns the assignment."""
        with self.unit():
            opens_at = clock.now()
            given = actions.assign(
                db.session.query(Quiz).filter_by(code=quiz).one(),
                [person(login_of(account)).id],
                **{"opens_at": opens_at, "due_at": opens_at + timedelta(days=2)},
                zone_name="Asia/Tokyo",
                by=None,
            )
            return given.id

    def flask(self, *words: str) -> str:
        """Run one of the product's commands on this installation."""
        command = [sys.executable, "-m", "flask", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout

    @property
    def password(self) -> str:
        """The common password of the sample's people."""
        return Path(self.environment["KIJUN_DATA"], "sample_password").read_text()

    def let_confirmations_lapse(self) -> None:
        """Make it an hour since anybody has entered a password."""
        path = Path(self.environment["KIJUN_DATA"], "kijun.sqlite")
        with closing(sqlite3.connect(path, timeout=10)) as database, database:
            database.execute("UPDATE web_sessions SET confirmed_at = datetime(created_at, '-1 hour')")


@cache
def axe() -> str:
    """The script that looks for what shuts people out."""
    return AXE.read_text()


@cache
def prepared() -> Path:
    """The data of an installation with the tests' small organisation, made once in a run and copied for each server."""
    folder = Path(tempfile.mkdtemp(prefix="kijun-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {**os.environ, "KIJUN_DATA": str(folder), "FLASK_APP": "wsgi", "LC_ALL": "C.UTF-8"}
    environment.pop("DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "tests.browser.small"], cwd=ROOT, env=environment, check=True)
    return folder


def serve(folder: Path, **settings: str) -> Iterator[Server]:
    """Serve an installation whose data lie in ``folder``, until the test is over.

    It has the tests' small organisation, unless it has a database of its own.
    """
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("KIJUN_", "DATABASE_URL"))},
        **{"KIJUN_DATA": str(folder), "PORT": str(port), "FLASK_APP": "wsgi", "LC_ALL": "C.UTF-8"},
        **settings,
    }
    if "DATABASE_URL" not in settings:
        shutil.copytree(prepared(), folder, dirs_exist_ok=True)
    command = [sys.executable, "-m", "lms.serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            wait_until_ready(process, port)
            yield Server(f"http://127.0.0.1:{port}", environment)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def wait_until_ready(process: subprocess.Popen[str], port: int) -> None:
    """Until /readyz answers; its own message when the server ends instead."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Kijun"):
            break
    else:
        pytest.fail(f"the server ended with status {process.wait()}")
    for _attempt in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            threading.Event().wait(0.05)  # the port is not open yet
        finally:
            connection.close()
    pytest.fail("the server does not answer")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small organisation, served as ``script/server`` serves a sample."""
    yield from serve(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A sample organisation of its own for tests that write, each under codes of its own."""
    yield from serve(tmp_path_factory.mktemp("writable"))


def environment() -> dict[str, str | float | bool]:
    """That of the machine: a PDF made in this process leaves it the fonts of PDFs alone, with which Chromium ends."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FONTCONFIG_")}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=WITHOUT_WINDOW, args=list(QUIET), env=environment())
        yield browser
        browser.close()


@dataclass
class Visit:
    """A person at a browser window: the page, and everything that went wrong on it."""

    page: Page
    server: Server
    language: str
    faults: list[str] = field(default_factory=list)
    has_script: bool = True
    refusals: set[int] = field(default_factory=set)
    """Status codes that the test brings about on purpose."""

    @property
    def base(self) -> str:
        """Where the installation listens."""
        return self.server.base

    def note(self, fault: str) -> None:
        """Note what went wrong, unless it is a refusal that the test wants to see."""
        if not any(f"status of {status} " in fault or fault.startswith(f"{status} ") for status in self.refusals):
            self.faults.append(fault)

    def note_failure(self, request: Request) -> None:
        """Note what could not be loaded, unless the visitor went on before it came."""
        if request.failure != "net::ERR_ABORTED":
            self.note(f"{request.failure} {request.url}")

    def open(self, path: str) -> None:
        """Go to a page of the installation."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, f"{path} answers {answer.status}"

    def sign_in(self, account: str) -> None:
        """Be signed in as one of the sample's people, by a session that was begun elsewhere; no page is open yet."""
        cookies = {"sid": self.server.session_of(account), "lang": self.language}
        self.page.context.add_cookies([{"name": name, "value": cookies[name], "url": self.base} for name in cookies])

    def click_to_sign_in(self, account: str) -> None:
        """Sign in with one click on the page for it; the person's start page is open then."""
        self.open(f"/sign-in?lang={self.language}")
        self.page.locator(f'button[value="{account}"]').click()
        self.page.wait_for_url(f"{self.base}/**")

    def check(self) -> None:
        """Nothing was said on the console, nothing failed to load, axe finds nothing, nothing scrolls sideways.

        Axe itself is a script that waits, which it cannot where pages have none.
        """
        self.page.wait_for_load_state("load")
        assert self.faults == []
        standing = self.page.evaluate(STANDING)
        assert standing["language"] == self.language
        assert standing["tooWide"] <= 0, f"{self.page.url} is {standing['tooWide']} px too wide"
        if not self.has_script:
            return
        if not standing["hasAxe"]:
            self.page.evaluate(axe())  # from outside the page, whose own policy would refuse it
        violations = self.page.evaluate(FINDINGS)
        assert violations == [], self.page.url

    def check_everywhere(self) -> None:
        """The page at a desk, in the hand, and in the smallest hand; it has its size again afterwards."""
        size = self.page.viewport_size
        assert size is not None
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            if width == SIZES[-1][0]:
                self.check_width()
            else:
                self.check()
        self.page.set_viewport_size(size)

    def write(self, **texts: str) -> None:
        """Fill fields by their names."""
        for name, text in texts.items():
            self.page.locator(f'main [name="{name}"]').fill(text)

    def send(self) -> None:
        """Send the page's form, and be on a page without faults."""
        with self.page.expect_navigation():
            self.page.locator("main form .btn-main[type=submit]").last.click()
        self.check_everywhere()

    def check_width(self) -> None:
        """The page does not scroll sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    def check_first_visit(self, path: str) -> None:
        """A page with all it needs is light when the browser has kept nothing yet."""
        self.page.context.new_cdp_session(self.page).send("Network.clearBrowserCache")
        meter = Meter(self)
        self.open(path)
        self.page.wait_for_load_state("networkidle")
        assert len(meter.fetched) <= MOST_REQUESTS, meter.fetched
        assert sum(meter.fetched.values()) <= MOST_BYTES, meter.fetched
        assert min(meter.fetched.values()) > 0, meter.fetched
        assert all(url.startswith(self.base) for url in meter.fetched)


class Meter:
    """Counts what a page fetches, as it comes over the line."""

    def __init__(self, visit: Visit) -> None:
        self.bytes: dict[str, float] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked: set[str] = set()
        self.cached: set[str] = set()
        session = visit.page.context.new_cdp_session(visit.page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda event: self.asked.add(event["requestId"]))
        session.on("Network.requestServedFromCache", lambda event: self.cached.add(event["requestId"]))
        session.on("Network.responseReceived", self.answered)
        session.on("Network.loadingFinished", self.loaded)

    def answered(self, event: dict[str, Any]) -> None:
        self.answers[event["requestId"]] = event["response"]

    def loaded(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]

    @property
    def fetched(self) -> dict[str, float]:
        """The bytes that came from the server, by address; not what the page before had asked for."""
        return {
            answer["url"]: self.bytes[key]
            for key, answer in self.answers.items()
            if key in self.asked & self.bytes.keys() - self.cached
            if answer["url"].startswith("http") and not answer.get("fromDiskCache")
        }


class Window:
    """Opens browser windows for people and closes them after the test."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []

    def __call__(self, server: Server, language: str, *, width: int = 1280, script: bool = True) -> Visit:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            locale="ja-JP" if language == "ja" else "en-GB",
            timezone_id="Asia/Tokyo",
            reduced_motion="reduce",
            java_script_enabled=script,
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        visit = Visit(context.new_page(), server, language, has_script=script)
        visit.page.on("console", lambda message: visit.note(f"console: {message.text}"))
        visit.page.on("pageerror", lambda error: visit.note(f"error: {error}"))
        visit.page.on("requestfailed", visit.note_failure)
        visit.page.on(
            "response",
            lambda answer: visit.note(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )
        return visit


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    opened = Window(browser)
    yield opened
    for context in opened.contexts:
        context.close()
