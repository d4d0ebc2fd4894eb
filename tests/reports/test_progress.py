"""A report while it is made: the bar, cancelling, the child that renders, and the end of its time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask

from lms.foundation import clock, jobs, pdf, storage, transaction
from lms.foundation.db import db
from lms.foundation.jobs import Stopped
from lms.reports import actions
from lms.reports.models import ReportRun
from tests.conftest import SignIn, Visitor
from tests.reports.test_run import ask, code_of, work_off

ROWS = "<tr><td>a</td><td>b</td></tr>" * 400
LONG = f'<!doctype html><html lang="en"><head><title>t</title></head><body><table>{ROWS}</table></body></html>'


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(code_of(sample, "qa@kijun.example"))


def run_of(app: Flask, address: str) -> ReportRun:
    with app.app_context(), transaction.unit(write=False):
        run = db.session.query(ReportRun).filter_by(public_id=address.rpartition("/")[2]).one()
        db.session.refresh(run, ["job"])
        db.session.expunge_all()
        return run


def test_pages_are_told_while_the_child_lays_them_out() -> None:
    told: list[int] = []
    content = pdf.render(LONG, watch=told.append)
    assert content.startswith(b"%PDF")
    assert told == sorted(told)
    assert told[-1] > 5


def test_who_watches_may_end_the_child() -> None:
    def stop(pages: int) -> None:
        if pages >= 2:
            raise Stopped

    with pytest.raises(Stopped):
        pdf.render(LONG, watch=stop)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Laying out page 3", "The report is being made: 25%")), ("ja", ("3ページ目をレイアウト中", "25%"))],
)
def test_the_page_says_how_far_it_is(sample: Flask, qa: Visitor, language: str, words: tuple[str, ...]) -> None:
    address = ask(qa)
    with sample.app_context(), transaction.unit():
        job = db.session.query(ReportRun).one().job
        assert job is not None
        job.state, job.lease_until = "running", clock.now() + timedelta(minutes=1)
        job.phase, job.parts_done, job.parts_total = "pages", 3, 10
    for page in (qa.get(f"{address}?lang={language}").text, qa.get(f"/reports?lang={language}").text):
        bar = re.search(r'<progress value="(\d+)" max="100" aria-label="[^"]+', page)
        assert bar is not None
        assert bar[1] == "35"
        for word in words:
            assert word in page


def test_a_report_that_waits_is_cancelled_and_made_again(sample: Flask, qa: Visitor) -> None:
    address = ask(qa, cohort="tokyo-a", comment="Kept")
    assert qa.post(f"{address}/cancel").status_code == 302
    page = qa.get(f"{address}?lang=en").text
    assert "This report was cancelled." in page
    assert "Cancelled" in qa.get("/reports?lang=en").text
    again = qa.post(f"{address}/again").location
    assert run_of(sample, again).request == run_of(sample, address).request
    work_off(sample)
    assert run_of(sample, again).stage == "done"
    assert run_of(sample, address).stage == "cancelled"


def test_one_that_is_rendered_is_cancelled_and_its_child_ended(
    sample: Flask, qa: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ask(qa)
    render, ended = pdf.render, []

    def cancel_at_a_page(html: str, *, watch: pdf.Watch, attached: Sequence[pdf.Attached]) -> bytes:
        qa.post(f"{address}/cancel")
        monkeypatch.setattr(jobs, "WRITE_EVERY", 0.0)
        try:
            return render(html, watch=watch, attached=attached)
        except Stopped:
            ended.append(True)
            raise

    monkeypatch.setattr(pdf, "render", cancel_at_a_page)
    work_off(sample)
    assert ended == [True]
    assert run_of(sample, address).stage == "cancelled"
    assert qa.post(f"{address}/cancel").status_code == 409


def test_nobody_else_cancels_or_repeats_it(sample: Flask, qa: Visitor, sign_in_as: SignIn) -> None:
    address = ask(qa)
    for login in ("trainer@kijun.example", "admin@kijun.example"):
        other = sign_in_as(code_of(sample, login))
        assert {other.post(f"{address}/{what}").status_code for what in ("cancel", "again")} <= {403, 404}
    assert run_of(sample, address).stage == "waiting"


def test_a_report_expires_and_can_be_made_again(sample: Flask, qa: Visitor) -> None:
    address, twin = ask(qa), ask(qa)
    work_off(sample)
    run = run_of(sample, address)
    assert run.expires_at == clock.now() + timedelta(days=90)
    assert "Kept until 14 Feb 2027" in qa.get(f"{address}?lang=en").text
    digest = str(run.file_sha256)
    assert run_of(sample, twin).file_sha256 == digest, "the same bytes are kept once"

    with sample.app_context(), transaction.unit():  # the twin was asked for later and is kept for longer
        longer = db.session.query(ReportRun).filter_by(public_id=twin.rpartition("/")[2]).one()
        longer.expires_at = clock.now() + timedelta(days=100)
    with clock.fixed(clock.now() + timedelta(days=91)), sample.app_context():
        with transaction.unit():
            actions.expire()
        assert storage.path_of(digest).exists(), "another report is this file"
    with clock.fixed(clock.now() + timedelta(days=101)), sample.app_context():
        with transaction.unit():
            actions.expire()
        assert not storage.path_of(digest).exists()
    page = qa.get(f"{address}?lang=en").text
    assert "This report has expired." in page
    assert qa.get(f"{address}/file").status_code == 409
    again = qa.post(f"{address}/again").location
    work_off(sample)
    assert qa.get(f"{again}/file").status_code == 200


def test_a_file_whose_row_is_about_to_be_written_is_spared(sample: Flask) -> None:
    with sample.app_context(), transaction.unit():
        digest = storage.save(b"of a report that is being made")
        actions.expire()
        assert storage.path_of(digest).exists()
    with clock.fixed(clock.now() + timedelta(days=2)), sample.app_context(), transaction.unit():
        actions.expire()
        assert not storage.path_of(digest).exists()
