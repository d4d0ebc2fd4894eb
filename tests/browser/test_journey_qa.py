"""The QA analyst: from the analysis to the section behind a miss, and to the PDF with the page's figures."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit, Window

WORDS = {
    "en": {
        "export": "Export PDF",
        "create": "Create",
        "download": "Download the PDF",
        "finding": "Suspect key",
    },
    "ja": {
        "export": "PDFを書き出す",
        "create": "作成する",
        "download": "PDFをダウンロードする",
        "finding": "正答を要確認",
    },
}
SECTION = {"en": "Group targeting", "ja": "集団での嫌がらせ"}
ANALYSIS = "/analysis/harassment-checkpoint"


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_from_the_finding_to_the_question_and_the_section(server: Server, window: Window, language: str) -> None:
    visit = window(server, language)
    visit.sign_in("qa")
    visit.open(ANALYSIS)
    first = visit.page.locator("#items tbody tr").first
    expect(first).to_contain_text("HAR-021")
    expect(first).to_contain_text(WORDS[language]["finding"])
    expect(visit.page.locator("#detail")).to_contain_text(WORDS[language]["finding"])
    visit.page.locator("#items tbody tr").nth(1).locator("th a").click()
    expect(visit.page.locator("#detail")).to_contain_text("HAR-009")
    expect(visit.page.locator("#detail")).to_be_in_viewport()
    visit.check()
    missed = visit.page.locator("section[aria-labelledby=missed] li").first
    expect(missed).to_contain_text(SECTION[language])
    missed.get_by_role("link", name=SECTION[language]).first.click()
    expect(visit.page.locator("#s-group-targeting")).to_be_in_viewport()
    visit.check()


def test_filters_keep_to_one_cohort(server: Server, window: Window, language: str) -> None:
    visit = window(server, language)
    visit.sign_in("qa")
    visit.open(ANALYSIS)
    everybody = int(visit.page.locator(".figs dd").first.inner_text())
    visit.page.locator('select[name="cohort"]').select_option("osaka-b")
    visit.page.locator(".filters button, form button[type=submit]").locator("visible=true").first.click()
    visit.page.wait_for_url("**cohort=osaka-b**")
    assert 5 <= int(visit.page.locator(".figs dd").first.inner_text()) < everybody
    expect(visit.page.locator('select[name="cohort"]')).to_have_value("osaka-b")
    visit.check()


def test_exporting_the_pdf(server: Server, window: Window, language: str, tmp_path: Path) -> None:
    words = WORDS[language]
    visit = window(server, language)
    visit.sign_in("qa")
    visit.open(ANALYSIS)
    shown = figures(visit)
    assert len(shown) == 5 + 12, shown
    visit.page.get_by_role("link", name=words["export"]).click()
    visit.page.wait_for_url("**/reports/new**")
    visit.check()
    visit.page.get_by_label("コメント" if language == "ja" else "Comment").fill("髙﨑𠮷 ① ㈱ ≒")
    visit.page.get_by_role("button", name=words["create"]).click()
    link = visit.page.get_by_role("link", name=words["download"])
    expect(link).to_be_visible(timeout=60_000)  # the page looks again by itself
    visit.check()
    with visit.page.expect_download() as download:
        link.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name.endswith(f"-{language}.pdf")
    document = pypdfium2.PdfDocument(io.BytesIO(path.read_bytes()))
    text = squeezed("".join(one.get_textpage().get_text_range() for one in document))
    assert "髙﨑𠮷①㈱≒" in text
    assert SECTION[language].replace(" ", "") in text
    assert words["finding"].replace(" ", "") in text
    assert [figure for figure in shown if figure not in text] == []


def figures(visit: Visit) -> list[str]:
    """What page and report both show: the summary's figures with their names, and a line for each question."""
    summary = visit.page.locator(".figs > div").all()[:5]  # the sixth is the page's own
    named = [one.locator("dt").inner_text() + one.locator("dd").evaluate("dd => dd.firstChild.data") for one in summary]
    lines = [row.locator("th, td").all_inner_texts() for row in visit.page.locator("#items tbody tr").all()]
    return [squeezed(text) for text in (*named, *("".join(line[:7] + line[8:10]) for line in lines))]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
