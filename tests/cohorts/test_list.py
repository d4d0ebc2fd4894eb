"""The list of cohorts: tracks, states, readiness, pages."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

import pytest
from flask import Flask

from lms.cohorts import actions, queries
from lms.cohorts.actions import gates
from lms.cohorts.core.readiness import GateKind
from lms.foundation import transaction
from lms.sites import queries as sites
from tests.cohorts.conftest import Enter
from tests.cohorts.pages import section, section_html, words
from tests.conftest import Visitor
from tests.quizzes import sitting


def listed(visitor: Visitor, query: str = "") -> list[str]:
    """The codes of the cohorts, in the order of the list."""
    page = visitor.get(f"/cohorts{query}").text
    return re.findall(r'<div class="gname"><a href="/cohorts/([a-z0-9-]+)"', page)


def make(sample: Flask, codes: Collection[str], go_live_on: date) -> None:
    with sample.app_context(), transaction.unit():
        site, trainer = sites.find_site("tokyo"), sitting.person("trainer@kijun.example")
        assert site is not None
        plan = queries.get_template("labeller-15")
        for code in codes:
            name = {"en": code, "ja": code}
            actions.create_cohort(actions.NewCohort(code, name, site, plan, go_live_on, [trainer]), by=None)


def test_cohorts_stand_by_go_live_and_are_found_by_state(enter: Enter, sample: Flask) -> None:
    make(sample, ["later"], date(2027, 2, 1))
    make(sample, ["earlier"], date(2026, 10, 30))
    admin = enter("admin")
    assert listed(admin)[-1] == "later"
    assert "later" in listed(admin, "?state=planned")
    assert "later" not in listed(admin, "?state=running")
    assert "tokyo-a" in listed(admin, "?state=running")
    assert "tokyo-a" not in listed(admin, "?state=past")
    assert "earlier" in listed(admin, "?state=past")
    assert set(listed(admin)) == {*listed(admin, "?state=running"), *listed(admin, "?state=planned")}
    assert listed(admin, "?state=nonsense&page=x") == listed(admin)


def test_the_list_counts_as_the_page_of_the_cohort_does(trainer: Visitor, sample: Flask) -> None:
    with sample.app_context(), transaction.unit():
        cohort = queries.find_cohort("tokyo-a")
        assert cohort is not None
        by, emma = sitting.person("trainer@kijun.example"), sitting.person("emma.lindqvist@kijun.example")
        for criterion in cohort.template.gates["gates"]:
            gates.waive(cohort, emma, GateKind(criterion["kind"]), "Has worked here before.", by=by)
    ready = section(trainer.get("/cohorts/tokyo-a?lang=en").text, "ready").split("Person")[0]
    of_page = re.findall(r"(Ready|On track|At risk) (\d+)", ready)
    page = section_html(trainer.get("/cohorts?lang=en").text, "board")
    row = next(part for part in page.split("<li>") if "/cohorts/tokyo-a" in part)
    assert re.findall(r"(Ready|On track|At risk) (\d+)", words(row)) == of_page
    assert ("Ready", "1") in of_page


def test_a_long_list_has_pages(enter: Enter, sample: Flask) -> None:
    make(sample, [f"c{n:02}" for n in range(51)], date(2027, 2, 1))
    admin = enter("admin")
    first, second = listed(admin, "?state=planned"), listed(admin, "?state=planned&page=2")
    assert len(first) == 50
    assert second
    assert not {*first} & {*second}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_track_says_its_days_in_words(trainer: Visitor, language: str) -> None:
    page = trainer.get(f"/cohorts?lang={language}").text
    assert {"en": "Mon 9 Nov to go-live Mon 30 Nov", "ja": "11月9日（月）～本番開始 11月30日（月）"}[language] in page
