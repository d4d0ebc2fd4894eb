"""A report from the asking to the file: asked for on the analysis page, made by a worker, downloaded by who asked."""

from __future__ import annotations

import io
import json
import re

import pypdfium2
import pytest
from flask import Flask

from lms.accounts.models import Person
from lms.foundation import jobs, journal, pdf, transaction
from lms.foundation.db import db
from lms.kit.problems import Unavailable
from lms.reports.builders.analysis import PARTS
from lms.reports.models import ReportRun
from tests.analysis.page import AnalysisPage
from tests.analysis.rows import load_results
from tests.conftest import SignIn, Visitor

QUIZ = "harassment-checkpoint"
REFRESH = '<noscript><meta http-equiv="refresh"'


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(code_of(sample, "qa@kijun.example"))


def code_of(app: Flask, login: str) -> str:
    with app.app_context(), transaction.unit(write=False):
        return str(db.session.query(Person.code).filter_by(login=login).scalar())


def ask(visitor: Visitor, **form: str) -> str:
    """Ask for a report through the form; the address of its page."""
    answer = visitor.post(
        f"/reports/new/analysis?quiz={QUIZ}",
        data={"quiz": QUIZ, "cohort": "", "taken_in": "", "language": "ja", "parts": list(PARTS), **form},
    )
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def work_off(app: Flask) -> None:
    with app.app_context():
        assert jobs.Worker().work_off() >= 1


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return re.sub(r"\s+", "", "".join(one.get_textpage().get_text_range() for one in document))


def test_a_report_is_made_by_a_worker_and_downloaded(sample: Flask, qa: Visitor) -> None:
    address = ask(qa, comment="11月の研修の振り返り")
    waiting = qa.get(address)
    assert REFRESH in waiting.text
    assert qa.get(f"{address}/file").status_code == 409
    work_off(sample)
    ready = qa.get(address)
    assert REFRESH not in ready.text
    assert f"{address}/file" in ready.text
    file = qa.get(f"{address}/file")
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == 'attachment; filename="harassment-checkpoint-2026-11-16-ja.pdf"'
    assert "11月の研修の振り返り" in text_of(file.data)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_report_says_what_the_page_says(sample: Flask, qa: Visitor, language: str) -> None:
    page = qa.get(f"/analysis/{QUIZ}?lang={language}").text
    figures = re.search(r'<dl class="figs figs-b">.*?</dl>', page, re.S)
    assert figures is not None, "the key figures of the page"
    shown = [re.sub(r"<[^>]+>|\s+", "", one) for one in re.findall(r"<dd>(.*?)</dd>", figures[0], re.S)]
    address = ask(qa, language=language)
    work_off(sample)
    report = text_of(qa.get(f"{address}/file").data)
    attempts, pass_rate, mean, alpha = (re.match(r"[\d.]+%?", one) for one in shown[:4])
    for figure in (attempts, pass_rate, mean, alpha):
        assert figure is not None, shown
        assert figure[0] in report


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Harassment checkpoint: Tokyo A, taken in Japanese"),
        ("ja", "ハラスメント確認テスト：東京A、日本語で受験"),
    ],
)
def test_pages_are_headed_by_what_the_report_is_about(sample: Flask, qa: Visitor, language: str, title: str) -> None:
    address = ask(qa, cohort="tokyo-a", taken_in="ja")
    for _state in ("waiting", "done"):
        page = qa.get(f"{address}?lang={language}").text
        assert f"<h1>{title}</h1>" in page
        assert f">{title}</a>" in qa.get(f"/reports?lang={language}").text
        work_off(sample) if _state == "waiting" else None
    every = ask(qa)
    everybody = {"en": "Harassment checkpoint: all cohorts", "ja": "ハラスメント確認テスト：全クラス"}[language]
    assert f"<h1>{everybody}</h1>" in qa.get(f"{every}?lang={language}").text


def test_older_reports_stand_on_further_pages(sample: Flask, qa: Visitor) -> None:
    addresses = [ask(qa) for _time in range(52)]
    first, second = (
        re.findall(r'class="t"><a href="(/reports/[^"]+)"', qa.get(f"/reports?page={n}").text) for n in (1, 2)
    )
    assert (len(first), len(second)) == (50, 2)
    assert sorted([*first, *second]) == sorted(addresses)


def test_nobody_else_sees_the_report(sample: Flask, qa: Visitor, sign_in_as: SignIn) -> None:
    address = ask(qa)
    work_off(sample)
    other = sign_in_as(code_of(sample, "trainer@kijun.example"))
    assert other.get(address).status_code in {403, 404}
    assert other.get(f"{address}/file").status_code in {403, 404}


def test_the_export_stands_in_the_journal_without_names(sample: Flask, qa: Visitor) -> None:
    ask(qa)
    with sample.app_context(), transaction.unit(write=False):
        entry = db.session.query(journal.AuditEvent).filter_by(action="report.export").one()
        written = json.dumps(journal.content_of(entry), default=str, ensure_ascii=False)
    assert "Nora" not in written
    assert QUIZ in written


def test_a_failed_report_says_so_and_can_be_asked_for_again(
    sample: Flask, qa: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = ask(qa, cohort="tokyo-a")

    def give_up(_html: str, **_options: object) -> bytes:
        raise Unavailable("pdf.failed")

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "render", give_up)
        work_off(sample)
    page = qa.get(f"{address}?lang=en").text
    assert "The PDF could not be made" in page
    assert "cohort=tokyo-a" in page  # the choices are kept
    with sample.app_context(), transaction.unit(write=False):
        assert db.session.query(ReportRun).one().file_sha256 is None
    assert qa.post(f"{address}/again").location != address


def test_a_report_without_results_says_that_it_is_for_want_of_results(sample: Flask, qa: Visitor) -> None:
    """A class of which nobody has taken the quiz is refused by the form; it may become so before the report is made."""
    address = ask(qa, cohort="tokyo-a")
    with sample.app_context(), transaction.unit():
        run = db.session.query(ReportRun).one()
        run.request = {**run.request, "cohort": "nowhere"}
    work_off(sample)
    page = qa.get(f"{address}?lang=en").text
    assert "There are no results for these choices." in page
    assert "could not be made" not in page


def test_the_language_of_the_attempts_goes_along(sample: Flask, qa: Visitor) -> None:
    page = qa.get(f"/analysis/{QUIZ}?cohort=tokyo-a&language=ja&lang=en").text
    link = re.search(r'href="(/reports/new/analysis[^"]*)"', page)
    assert link is not None
    form = qa.get(link[1].replace("&amp;", "&")).text
    for name, value in (("cohort", "tokyo-a"), ("taken_in", "ja")):
        select = re.search(rf'<select[^>]*name="{name}".*?</select>', form, re.DOTALL)
        assert select is not None
        assert re.findall(r'<option selected value="(.*?)"', select[0]) == [value], select[0]
    address = ask(qa, language="en", cohort="tokyo-a", taken_in="ja")
    work_off(sample)
    file = qa.get(f"{address}/file")
    assert (
        'filename="harassment-checkpoint-tokyo-a-taken-in-ja-2026-11-16-en.pdf"' in file.headers["Content-Disposition"]
    )
    with sample.app_context():
        people = load_results(QUIZ).in_cohort("tokyo-a").in_language("ja").sheets
    assert f"Attempts{len(people)}firstattempts" in text_of(file.data)


@pytest.mark.parametrize(("name", "code"), [("site", "osaka"), ("vendor", "northwind")])
def test_a_place_goes_along(sample: Flask, qa: Visitor, name: str, code: str) -> None:
    shown = AnalysisPage(qa, **{name: code}).figures["Attempts"]
    assert shown != AnalysisPage(qa).figures["Attempts"]
    page = qa.get(f"/analysis/{QUIZ}?{name}={code}&lang=en").text
    link = re.search(r'href="(/reports/new/analysis[^"]*)"', page)
    assert link is not None
    form = qa.get(link[1].replace("&amp;", "&")).text
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', form, re.DOTALL)
    assert select is not None
    assert re.findall(r'<option selected value="(.*?)"', select[0]) == [code]
    address = ask(qa, language="en", **{name: code})
    work_off(sample)
    file = qa.get(f"{address}/file")
    assert f'filename="harassment-checkpoint-{code}-' in file.headers["Content-Disposition"]
    assert f"Numberofpeoplen={shown}" in text_of(file.data)
    assert re.search(r"<h1[^>]*>[^<]*, (Osaka|Northwind)</h1>", qa.get(f"{address}?lang=en").text)


def test_a_report_speaks_its_own_language_to_whoever_reads_it_on_screen(sample: Flask, qa: Visitor) -> None:
    address = ask(qa, language="en", cohort="tokyo-a")
    work_off(sample)
    page = qa.get(f"{address}/view?lang=ja").text
    article = page[page.index("<article") : page.index("</article>")]
    assert "95% CI" in article
    assert "信頼区間" not in article
    assert "結果レポート" in page


def test_a_quiz_that_does_not_exist_is_not_found(qa: Visitor) -> None:
    assert qa.get("/reports/new/analysis?quiz=nothing").status_code == 404
