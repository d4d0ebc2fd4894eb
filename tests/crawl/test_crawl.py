"""Every role, in both languages: every link leads somewhere, every form can be sent empty, every word is translated.

The application speaks marked languages here (``marks.py``), so that what never went through the catalogue stands out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Accommodation
from lms.followup.core.kinds import ActionKind
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Worker
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.notifications.builders import digest
from lms.notifications.models import Notice
from lms.reports import catalogue, rendering
from lms.reports.access import everybody
from lms.reports.core.scope import Request
from tests.conftest import MONDAY_AFTERNOON, Database, SignIn, Visitor
from tests.conventions.examples import ASKED, EMPTY, WRITTEN, World
from tests.conventions.test_access import STATES
from tests.crawl.data import Written
from tests.crawl.gaps import Gaps
from tests.crawl.marks import marked
from tests.crawl.page import Page
from tests.crawl.walk import Walk
from tests.followup.following import open_one
from tests.quizzes import sitting

AWAY = "yui.takahashi@kijun.example"
MOST = {"en": 2, "ja": 1}
"""How many pages of a kind: the second language shows the same ones, so the first of each is enough."""
NOBODY = "nobody"
ACCOUNTS = [*sorted(STATES), NOBODY]
SPARED = frozenset({"accounts.open_sample_account"})
"""Signs in as somebody whose own way is walked as well."""
UNSEEN = {
    "static_file": "every page that names one has it looked up",
    "favicon": "asked for by browsers",
    "livez": "asked by monitors",
    "readyz": "asked by monitors",
    "attempts.claim": "asked by script",
    "attempts.state": "asked by script",
    "assignments.preview": "asked by script",
    "campaigns.preview": "asked by script",
    "report_schedules.preview": "asked by script",
    "quizzes.paper": "asked by script; it holds what the pages of the questions hold",
    "confirmation.confirm": "only where a password was entered long ago: see below",
    "question.confirm": "drawn only where a question is held",
    "questions.release_waiting": "drawn only where questions of somebody else wait",
    "carrying_out.practise": "drawn only where the learner has a result to practise from",
    "system.cancel_job": "drawn only while a worker is at a job that has phases",
    "mail.send": "drawn only where a mail server is set",
    "cohorts.take_back": "drawn only where a cohort is called off, and no walk presses that",
    "reports.view": "drawn only when the worker has made the document: see below",
    "reports.download": "drawn only when the worker has made the file: see below",
    **dict.fromkeys(SPARED, "see SPARED"),
}
"""What no walk reaches, and why."""


@dataclass
class Crawl:
    """The walks of everybody in one language, each on a copy of its own of the same database."""

    app: Flask
    renew: Callable[[], None]
    sign_in_as: SignIn
    world: World
    language: str
    to_localize: int
    """A corrective action on the wording of a question."""
    faults: dict[str, list[str]] = field(default_factory=dict)
    untranslated: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def walk(self, account: str) -> None:
        """Walk everywhere as somebody; what they did stands in the trail, which the administrator reads then."""
        self.renew()
        written, gaps = self.written(), Gaps()
        self.visitor(account)  # somebody who is signed in at another place too
        walk = Walk(self.app, self.visitor(account), self.language, gaps.look, MOST[self.language], SPARED)
        walk.start("/sign-in" if account == NOBODY else "/", *self._out_of_the_way())
        trail = self.visitor("admin").get("/journal")
        gaps.look("/journal", trail, Page(trail.text))
        self.seen |= walk.seen
        self.faults |= {account: walk.faults} if walk.faults else {}
        found = gaps.but(self.written(written))
        self.untranslated |= {account: found} if found else {}

    def visitor(self, account: str) -> Visitor:
        """Somebody at a browser that has been told the language."""
        visitor: Visitor = self.app.test_client()  # type: ignore[assignment]
        if account != NOBODY:
            visitor = self.sign_in_as(self.world.codes[f"{account}@kijun.example"])
        visitor.set_cookie("lang", self.language)
        return visitor

    def _out_of_the_way(self) -> Iterator[str]:
        """What a walk would not come by, because it looks at a few pages of a kind only."""
        world = self.world
        yield f"/people/{world.codes[AWAY]}"
        yield f"/people/{world.codes[AWAY]}/more-time"
        yield f"/cohorts/tokyo-a/people/{world.learner_code}"
        yield f"/cohorts/tokyo-a/sessions/{world.sessions['tokyo-a']}"
        yield f"/people/lists/{world.people_list}"
        yield f"/calendar/{world.feed}.ics"
        yield f"/link/{world.link}"
        yield "/policies/HAR/versions/4.2"
        yield f"/policies/{ASKED}/versions/4.2"
        yield f"/policies/{WRITTEN}/versions/4.2/translation/insults"
        yield "/results/over-time"  # the list of results leads here once there is one
        yield f"/sites/{EMPTY}"
        yield f"/actions/{self.to_localize}"
        yield f"/production/imports/{world.imports[1]}"
        yield from (f"/reviews/{world.reviews[name][0]}" for name in ("reviews.rule_late", "reviews.decide_late"))

    def written(self, before: Written | None = None) -> Written:
        """The data there are by now, beside those of before."""
        written = before or Written()
        with self.app.app_context(), transaction.unit(write=False):
            written.take_in(db.session)
        return written


@pytest.fixture(params=["en", "ja"])
def crawl(
    request: pytest.FixtureRequest, sample: Flask, database: Database, sign_in_as: SignIn, world: World
) -> Iterator[Crawl]:
    if request.param == "en" and database.url.startswith("postgresql"):
        pytest.skip("one language is enough to see that PostgreSQL answers as SQLite does")

    def let_go() -> None:
        with sample.app_context():
            db.session.remove()
            db.engine.dispose()

    def renew() -> None:
        let_go()
        database.renew(template)

    with sample.app_context(), transaction.unit():
        granted = Accommodation(person_id=sitting.person(AWAY).id, more_percent=50, granted_at=clock.now())
        granted.first_on = MONDAY_AFTERNOON.date()
        db.session.add(granted)
        to_localize = open_one(ActionKind.LOCALIZE, question="HAR-014").id
    let_go()
    template = database.keep_as("kijun_crawl")
    with marked(sample):
        yield Crawl(sample, renew, sign_in_as, world, request.param, to_localize)


def test_everything_leads_on_answers_and_is_translated(crawl: Crawl) -> None:
    for account in ACCOUNTS:
        crawl.walk(account)
    assert crawl.faults == {}
    assert crawl.untranslated == {}
    every = {rule.endpoint for rule in crawl.app.url_map.iter_rules()}
    assert every - crawl.seen - set(UNSEEN) == set()
    assert crawl.seen & set(UNSEEN) == set()


def test_a_password_that_was_entered_long_ago_is_asked_for(crawl: Crawl) -> None:
    """What needs it is answered with a page that asks; an empty password is answered at its field."""
    crawl.renew()
    admin, gaps = crawl.visitor("admin"), Gaps()
    with clock.fixed(MONDAY_AFTERNOON + timedelta(minutes=STEP_UP_MINUTES, seconds=1)):
        asked = admin.post("/people/L0012/link")
        page = Page(asked.text)
        (form,) = (form for form in page.forms if form.action == "/confirm")
        refused = admin.post("/confirm", data=dict(form.emptied(form.buttons[0])), csrf=False)
    assert (asked.status_code, refused.status_code) == (403, 422)
    assert Page(refused.text).messages
    for answer in (asked, refused):
        gaps.look("/confirm", answer, Page(answer.text))
    assert gaps.but(crawl.written()) == {}


def test_pages_that_say_what_went_wrong_are_translated(crawl: Crawl) -> None:
    crawl.renew()
    joiner, gaps = crawl.visitor("joiner"), Gaps()
    answers = {
        404: joiner.get("/policies/NOTHING"),
        403: joiner.get("/people"),
        405: joiner.get("/sign-out"),
        400: joiner.post("/settings", csrf=False),
        409: crawl.visitor("qa").get(f"/reports/{crawl.world.report}/file"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        gaps.look(f"{status}", answer, Page(answer.text))
    assert gaps.but(crawl.written()) == {}


def test_the_page_of_a_finished_report_leads_to_its_file(crawl: Crawl) -> None:
    crawl.renew()
    with crawl.app.app_context():
        assert Worker().work_off() >= 1
    analyst, gaps = crawl.visitor("qa"), Gaps()
    address = f"/reports/{crawl.world.report}"
    answer = analyst.get(address)
    page = Page(answer.text)
    gaps.look(address, answer, page)
    assert f"{address}/file" in page.links
    gaps.look(f"{address}/view", shown := analyst.get(f"{address}/view"), Page(shown.text))
    file = analyst.get(f"{address}/file")
    assert (file.status_code, file.mimetype) == (200, "application/pdf")
    assert gaps.but(crawl.written()) == {}


def test_the_daily_mail_and_the_report_are_translated(crawl: Crawl) -> None:
    crawl.renew()
    gaps, written = Gaps(), crawl.written()
    with crawl.app.app_context(), transaction.unit():
        joiner = sitting.person()
        joiner.locale = crawl.language
        news = list(db.session.scalars(select(Notice).where(Notice.person_id == joiner.id)))
        assert news
        mail = digest.write(joiner, MONDAY_AFTERNOON.date(), news)
        about = {"quiz": "harassment-checkpoint"}
        request = Request("analysis", about, crawl.language, MONDAY_AFTERNOON, joiner.code, "Asia/Tokyo")
        document = catalogue.build(request, everybody())
        gaps.look_at_page("the report", Page(rendering.html(document)))
        for table in document.files.values():
            gaps.look_at_text("a table", "\n".join([str(table.title), *table.names]))
    gaps.look_at_page("the mail", Page(mail.html_body))
    for line in (mail.subject, *mail.plain_body.splitlines()):
        if "http://" not in line:
            gaps.look_at_text("the mail", line)
    assert gaps.but(written) == {}
