"""Who gets which report, of whom, and with which people in it; and that no report tells of few."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts.models import Person
from lms.campaigns.queries.board import Weakest
from lms.cohorts.models import Cohort, Enrolment
from lms.followup.core.kinds import ActionKind, FigureKind
from lms.followup.core.states import ActionState
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.sessions import STEP_UP_MINUTES
from lms.kit.problems import NotFound, Refused
from lms.kit.tables import plain
from lms.policies import queries as policies
from lms.quizzes.models import Attempt, GradingRun
from lms.reports import actions, catalogue
from lms.reports.access import everybody, reader_of
from lms.reports.builders import campaign, monthly
from lms.reports.builders.tracked import Action
from lms.reports.core.document import Document
from lms.reports.core.groups import without_small
from lms.reports.core.scope import People, Request
from lms.reports.queries.months import Taken
from tests.campaigns.making import CODE, PERIOD, make_campaign
from tests.conftest import SignIn, Visitor
from tests.quizzes import sitting
from tests.reports.test_run import code_of, work_off

KINDS = {
    "golive": {"cohort": "tokyo-a"},
    "acknowledgements": {"module": "HAR"},
    "campaign": {"campaign": CODE, "period": PERIOD},
}
WEAKEST = Weakest("HAR/unwanted-contact", people=12, percent=61)


@pytest.fixture(autouse=True)
def here(sample: Flask) -> Iterator[None]:
    with sample.app_context():
        with transaction.unit():
            make_campaign()
        yield


def made(kind: str, login: str, people: People = People.NAMES, **about: str) -> Document:
    """A report as somebody gets it."""
    with transaction.unit(write=False):
        person = sitting.person(login)
        asked = about or KINDS[kind]
        request = Request(kind, asked, "en", clock.now(), person.code, "Asia/Tokyo", people=people)
        return catalogue.build(request, reader_of(person, catalogue.REPORTS[kind].action))


def words(document: Document) -> str:
    return "\n".join(str(plain(cell)) for table in document.files.values() for row in table.rows for cell in row)


def codes_in(document: Document) -> set[str]:
    return set(re.findall(r"\b[LT]\d{4}\b", words(document)))


def people_of(login: str, *, by_vendor: bool = False) -> tuple[set[str], set[str]]:
    """The codes of everybody at somebody's vendor, and of all others."""
    with transaction.unit(write=False):
        vendor = sitting.person(login).vendor_id
        everyone = db.session.query(Person).all()
        return {one.code for one in everyone if one.vendor_id == vendor}, {
            one.code for one in everyone if one.vendor_id != vendor
        }


@pytest.mark.parametrize("kind", KINDS)
def test_an_analyst_gets_codes_and_never_names(kind: str) -> None:
    document = made(kind, "qa@kijun.example")
    assert len(codes_in(document)) > 5
    with transaction.unit(write=False):
        names = [person.name for person in db.session.query(Person) if person.login != "qa@kijun.example"]
    assert [name for name in names if name in words(document)] == []


def test_a_trainer_gets_the_names_of_their_cohort() -> None:
    with transaction.unit(write=False):
        joiner = sitting.person()
        name, code = joiner.name, joiner.code
    assert f"{name} ({code})" in words(made("golive", "trainer@kijun.example"))
    codes = made("golive", "trainer@kijun.example", People.CODES)
    assert name not in words(codes)
    assert code in codes_in(codes)


@pytest.mark.parametrize("kind", KINDS)
def test_without_people_nobody_is_told(kind: str) -> None:
    assert codes_in(made(kind, "qa@kijun.example", People.NONE)) == set()


def test_an_editor_gets_numbers_only() -> None:
    document = made("acknowledgements", "editor@kijun.example")
    assert codes_in(document) == set()
    assert {part.code for part in document.parts} == {"summary", "sites", "vendors"}


@pytest.mark.parametrize("kind", ["acknowledgements", "campaign"])
def test_a_vendor_manager_gets_their_own_people_only(kind: str) -> None:
    own, others = people_of("vendor@kijun.example")
    found = codes_in(made(kind, "vendor@kijun.example", People.CODES))
    assert found <= own
    assert found.isdisjoint(others)
    assert found, "they have people"


def test_a_vendor_managers_month_is_that_of_their_vendor() -> None:
    vendor = made("monthly", "vendor@kijun.example", month="2026-11")
    [names] = {tuple(str(row[0]) for row in vendor.files["vendors"].rows)}
    assert names == ("Northwind", "All together")
    of_all = made("monthly", "qa@kijun.example", month="2026-11")
    theirs = next(row for row in of_all.files["vendors"].rows if row[0] == "Northwind")
    assert theirs == vendor.files["vendors"].rows[0], "either report counts the same"


def test_a_foreign_cohort_is_not_there() -> None:
    with pytest.raises(NotFound):
        made("golive", "vendor@kijun.example", cohort="tokyo-a")
    with pytest.raises(NotFound):
        made("golive", "trainer-c@northwind.example", cohort="tokyo-a")


def test_who_may_not_any_more_gets_nothing() -> None:
    with pytest.raises(Refused):
        made("golive", "joiner@kijun.example")
    with pytest.raises(Refused):
        made("monthly", "editor@kijun.example", month="2026-11")


def test_everybody_has_their_own_transcript_and_nobody_elses(sample: Flask, sign_in_as: SignIn) -> None:
    joiner = sign_in_as(code_of(sample, "moderator@kijun.example"))
    address = ask(joiner, "transcript", person="")
    work_off(sample)
    page = joiner.get(f"{address}/view?lang=en").text
    article = page[page.index('<article class="report" lang="en">') : page.index("</article>")]
    assert code_of(sample, "moderator@kijun.example") in article
    other = code_of(sample, "joiner@kijun.example")
    refused = post(joiner, "transcript", person=other)
    assert refused.status_code == 422
    assert other in refused.text, "what was typed is kept"
    assert "is not" not in joiner.get(f"{address}?lang=en").text


def post(visitor: Visitor, kind: str, **about: str):  # type: ignore[no-untyped-def]
    parts = list(catalogue.REPORTS[kind].parts)
    return visitor.post(f"/reports/new/{kind}", data={"language": "en", "people": "none", "parts": parts, **about})


def ask(visitor: Visitor, kind: str, **about: str) -> str:
    answer = post(visitor, kind, **about)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_a_transcript_has_every_graded_attempt() -> None:
    with transaction.unit(write=False):
        query = db.session.query(Attempt.person_id, Attempt.id).join(GradingRun, GradingRun.attempt_id == Attempt.id)
        rows = query.filter(Attempt.purpose == "assessed", Attempt.closed_at.is_not(None)).distinct().all()
        person_id, graded = Counter(row[0] for row in rows).most_common(1)[0]
        code = db.session.get_one(Person, person_id).code
    document = made("transcript", "qa@kijun.example", People.CODES, person=code)
    assert len(document.files["attempts"].rows) == graded > 0


def test_a_transcript_says_that_its_person_appears_by_code() -> None:
    document = made("transcript", "joiner@kijun.example", People.NONE, person="")
    assert ("People shown", ("Codes",)) in document.facts


def test_each_language_names_the_weakest_section_of_a_run_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "load_weakest", lambda run_ids, _access: dict.fromkeys(run_ids, WEAKEST))
    with transaction.unit(write=False):
        request = Request("campaign", KINDS["campaign"], "en-ja", clock.now(), "system", "Asia/Tokyo")
        [*_others, row] = catalogue.build(request, everybody()).files["summary"].rows
    assert dict(row[0].texts)["ja"] == "最も正答率が低い節"
    assert dict(row[-1].texts)["en"].endswith("Repeated unwanted contact")
    assert dict(row[-1].texts)["ja"].endswith("望まない連絡の繰り返し")


@pytest.mark.parametrize(
    ("language", "named"),
    [("en", "3.2 Repeated unwanted contact · Osaka B"), ("ja", "3.2 望まない連絡の繰り返し　大阪B")],
)
def test_an_action_names_its_section_in_words(language: str, named: str) -> None:
    due = clock.now().date()
    about = ("", "HAR/unwanted-contact", {"en": "Osaka B", "ja": "大阪B"}, "P0001", due)
    action = Action(ActionKind.SECTION, *about, ActionState.OPEN, FigureKind.SECTION)
    with transaction.unit(write=False), force_locale(language):
        sections = policies.load_sections_in_force(clock.now())
        assert action.about(sections) == named
        assert action.about({}).startswith("HAR/unwanted-contact")


@pytest.mark.parametrize("kind", ["golive", "transcript", "acknowledgements", "campaign"])
def test_names_want_the_password_of_a_vendor_manager(sample: Flask, sign_in_as: SignIn, kind: str) -> None:
    vendor = sign_in_as(code_of(sample, "vendor@kijun.example"))
    assert vendor.get(f"/reports/new/{kind}").status_code == 200
    with clock.fixed(clock.now() + timedelta(minutes=STEP_UP_MINUTES, seconds=1)):
        assert vendor.get(f"/reports/new/{kind}").status_code != 200


def test_a_class_of_four_is_withheld_where_people_are_left_out() -> None:
    with transaction.unit():
        cohort = db.session.query(Cohort).filter_by(code="tokyo-a").one()
        enrolled = db.session.query(Enrolment).filter_by(cohort_id=cohort.id, left_at=None).all()
        for one in enrolled[4:]:
            one.left_at = clock.now()
    document = made("golive", "qa@kijun.example", People.NONE)
    assert {cell for row in document.files["gates"].rows for cell in row[1:]} == {"<5"}
    assert {plain(row[1]) for row in document.files["summary"].rows} == {"<5"}


def test_the_month_counts_what_plain_python_counts() -> None:
    document = made("monthly", "qa@kijun.example", month="2026-11")
    with transaction.unit(write=False):
        first, after = datetime(2026, 10, 31, 15, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC)
        rows = [
            (attempt.person.site.code, attempt.person_id, attempt.id)
            for attempt in db.session.query(Attempt).filter_by(purpose="assessed", attempt_no=1)
            if attempt.closed_at and first <= attempt.closed_at < after
        ]
        runs: dict[str, tuple[int, bool]] = {}
        for run in db.session.query(GradingRun):
            if run.published_at and run.run_no >= runs.get(run.attempt_id, (0, False))[0]:
                runs[run.attempt_id] = (run.run_no, run.passed)
    sizes = {site: len({person for each, person, _id in rows if each == site}) for site, _person, _id in rows}
    counted = [(site, runs[attempt][1]) for site, _person, attempt in rows if sizes[site] >= 5 and attempt in runs]
    total = document.files["sites"].rows[-1]
    assert total[2] == len(counted)
    assert abs(float(str(total[1])) - sum(passed for _site, passed in counted) / len(counted)) < 1e-9


NOON = datetime(2026, 11, 16, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.integers(0, 14), st.sampled_from("ABC"), st.sampled_from(("q1", "q2", "q3"))), max_size=60)
)
def test_no_table_of_a_month_tells_of_few(drawn: list[tuple[int, str, str]]) -> None:
    """Of any two tables, or of a vendor's report and that of all, what one has more is nobody or 5 people."""
    home = {person: (site, site if site != "C" else "B") for person, site, _quiz in drawn}
    taken = [
        Taken(f"{n}", person, quiz, home[person][0], home[person][1], NOON, n % 2 == 0)
        for n, (person, _site, quiz) in enumerate(drawn)
    ]
    shown = monthly._shown(taken)
    for group in (lambda one: one.site, lambda one: one.vendor, lambda one: one.quiz):
        assert_no_few(shown, [group(one) for one in shown])
    for vendor in {one.vendor for one in taken}:
        alone = monthly._shown([one for one in taken if one.vendor == vendor])
        assert alone == [one for one in shown if one.vendor == vendor]


def assert_no_few(shown: Sequence[Taken], names: Sequence[str]) -> None:
    people: dict[str, set[int]] = {}
    for one, name in zip(shown, names, strict=True):
        people.setdefault(name, set()).add(one.person)
    assert all(len(found) >= 5 for found in people.values())


def test_groups_are_pruned_until_none_is_small() -> None:
    seen = [(person, "A" if person < 6 else "B", "x" if person % 2 else "y") for person in range(12)]
    left = without_small(seen, lambda one: one[0], [lambda one: one[1], lambda one: (one[1], one[2])])
    assert left == [], "three of each letter in each class: nobody is left"


def test_months_are_counted_back_over_the_year() -> None:
    assert monthly.months_before("2026-02", 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_the_request_is_written_down(sample: Flask) -> None:
    with transaction.unit():
        run = actions.request_report(
            sitting.person("qa@kijun.example"), "golive", {"cohort": "tokyo-a"}, language="ja-en", people=People.CODES
        )
        assert run.request["title"]["en"] == "Tokyo A"
        assert actions.request_of(run).people is People.CODES
        assert actions.request_of(run).languages == ("ja", "en")


def test_everybody_is_what_a_command_reaches() -> None:
    with transaction.unit(write=False):
        request = Request("acknowledgements", {"module": "HAR"}, "en", clock.now(), "system", "Asia/Tokyo")
        document = catalogue.build(request, everybody())
    counts = Counter(len(row) for row in document.files["sites"].rows)
    assert counts == {6: len(document.files["sites"].rows)}
