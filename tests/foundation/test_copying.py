"""Every list of the product gives the rows that it shows as tab-separated text, under the rules of its page."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation.db import db
from tests.conftest import SignIn, Visitor

MODERATOR, TRAINER, QA, EDITOR, ADMIN = (
    f"{name}@kijun.example" for name in ("moderator", "trainer", "qa", "editor", "admin")
)
LISTS = [
    (ADMIN, "/people", "Code\tName\tRoles\tSite\tLanguage\tState"),
    (ADMIN, "/sites", "Site\tCode\tVendor\tTime zone\tHolidays\tRooms"),
    (ADMIN, "/sites/tokyo", "Room\tSeats\tState"),
    (ADMIN, "/vendors", "Vendor\tCode\tKind\tState\tSites in use"),
    (ADMIN, "/journal", "When\tWho\tWhat\tBefore and after"),
    (TRAINER, "/cohorts", "Cohort\tPeople\tGo-live\tReadiness"),
    (TRAINER, "/cohorts/tokyo-a", "Person\tState\t"),
    (TRAINER, "/cohorts/tokyo-a/roll-calls", "Session\tWhen\tState"),
    (TRAINER, "/plans", "Training plan\tCode\tTraining days"),
    (TRAINER, "/assignments", "Quiz\tFor\tOpens\tDue\tLearners\tTaken\tState"),
    (QA, "/questions", "Question bank\tCode\tQuestions"),
    (QA, "/questions/HAR", "ID\tSection\tQuestion\tType\tDifficulty\tState\tLanguages\tChanged"),
    (QA, "/quiz-design", "Quiz\tCode\tQuestions\tState"),
    (QA, "/analysis", "Quiz\tCode\tLearners\tLast finished"),
    (MODERATOR, "/policies", "Policy\tCode\tVersion\tEffective"),
    (EDITOR, "/policies/translation", "Policy\tCode\tVersion\tState"),
    (ADMIN, "/wellbeing/contacts", "Name\tSite"),
    (MODERATOR, "/quizzes", "Quiz\tQuestions\tDue"),
    (MODERATOR, "/notices", "Notice\tWhen\tState"),
]


@pytest.fixture
def visit(sample: Flask, sign_in_as: SignIn) -> dict[str, Visitor]:
    with sample.app_context():
        query = select(Person.login, Person.code).where(Person.login.in_({login for login, _path, _heads in LISTS}))
        codes = {row.login: row.code for row in db.session.execute(query)}
    return {login: sign_in_as(code) for login, code in codes.items()}


def test_every_list_gives_its_rows(visit: dict[str, Visitor]) -> None:
    for login, path, heads in LISTS:
        page = visit[login].get(f"{path}?lang=en")
        assert page.text.count("data-copy ") == 1, path
        assert 'href="?as=tsv" data-copy' in page.text, path
        answer = visit[login].get(f"{path}?as=tsv&lang=en")
        assert (answer.status_code, answer.mimetype) == (200, "text/plain"), path
        first, *rows = answer.text.splitlines()
        assert first.startswith(heads), path
        assert rows, path
        assert {row.count("\t") for row in rows} == {first.count("\t")}, path


def test_the_rows_are_those_of_the_filter_the_order_and_the_page(visit: dict[str, Visitor]) -> None:
    rows = visit[ADMIN].get("/people?role=qa&sort=-code&as=tsv&lang=en").text.splitlines()[1:]
    codes = [row.split("\t")[0] for row in rows]
    assert codes == sorted(codes, reverse=True)
    assert all("QA analyst" in row for row in rows)


def test_whoever_may_not_see_names_copies_none(visit: dict[str, Visitor]) -> None:
    rows = visit[QA].get("/people?as=tsv&lang=en").text.splitlines()[1:]
    assert sum(row.split("\t")[1] != "–" for row in rows) <= 1, "nobody's but the own"


def test_other_pages_and_refusals_stay_pages(visit: dict[str, Visitor]) -> None:
    assert visit[ADMIN].get("/people?as=csv").mimetype == "text/html"
    assert visit[ADMIN].get("/profile?as=tsv").mimetype == "text/html"
    assert visit[MODERATOR].get("/people?as=tsv").status_code == 403
    assert "\t" not in visit[MODERATOR].get("/people?as=tsv").text


def test_a_head_sorts_and_turns(visit: dict[str, Visitor]) -> None:
    def heads(query: str) -> list[tuple[str, str]]:
        page = visit[ADMIN].get(f"/sites?lang=en&{query}").text
        return re.findall(r'<th scope="col"[^>]*aria-sort="(\w+)"><a href="\?([^"]*)"', page)

    assert heads("") == [("ascending", "sort=-name&amp;page=1")]
    assert heads("sort=-name") == [("descending", "sort=name&amp;page=1")]
    assert heads("sort=nothing") == heads("")
    page = visit[ADMIN].get("/sites?lang=en").text
    assert 'href="?sort=-rooms&amp;page=1"' in page, "the greatest number first"
