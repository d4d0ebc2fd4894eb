"""``flask reports render analysis``: the result analysis as a file, in either language."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from flask import Flask

from tests.analysis.rows import load_results
from tests.analysis.test_page import wilson
from tests.cli.conftest import Run, Write

QUIZ = "harassment-checkpoint"
ASKED = ("reports", "render", "analysis", "--quiz", QUIZ)


def words(path: Path) -> str:
    """The text of a PDF without its spaces: lines are broken where the page ends."""
    document = pypdfium2.PdfDocument(io.BytesIO(path.read_bytes()))
    return re.sub(r"\s+", "", "".join(page.get_textpage().get_text_range() for page in document))


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(
    ("locale", "title", "cohort"), [("en", "Harassmentcheckpoint", "TokyoA"), ("ja", "ハラスメント確認テスト", "東京A")]
)
def test_the_report_is_a_pdf_in_the_language_asked_for(
    run: Run, tmp_path: Path, locale: str, title: str, cohort: str
) -> None:
    path = tmp_path / f"{locale}.pdf"
    answer = run(*ASKED, "--locale", locale, "--output", path)
    assert (answer.code, answer.out) == (0, f"{path}\n")
    text = words(path)
    assert title in text
    assert cohort in text


@pytest.mark.usefixtures("sample")
def test_a_report_of_one_cohort_leaves_the_others_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "tokyo.pdf"
    assert run(*ASKED, "--cohort", "tokyo-a", "--locale", "en", "--output", path).code == 0
    assert "TokyoA" in words(path)
    assert "OsakaB" not in words(path)


@pytest.mark.usefixtures("sample")
def test_a_report_of_one_language_has_the_people_of_it(run: Run, sample: Flask, tmp_path: Path) -> None:
    path = tmp_path / "english.csv"
    assert run(*ASKED, "--taken-in", "en", "--locale", "en", "--output", path).code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    with sample.app_context():
        people = load_results(QUIZ).in_language("en").sheets
    assert {row["n"] for row in rows} == {str(len(people))}


@pytest.mark.usefixtures("sample")
def test_the_workbook_has_the_key_figures_with_their_intervals(run: Run, sample: Flask, tmp_path: Path) -> None:
    path = tmp_path / "analysis.xlsx"
    assert run(*ASKED, "--locale", "en", "--output", path).code == 0
    with zipfile.ZipFile(path) as workbook:
        sheet = workbook.read("xl/worksheets/sheet1.xml").decode()
    with sample.app_context():
        own = load_results(QUIZ)
    low, high = wilson(sum(sheet.passed_ever for sheet in own.sheets), 60)
    values = [float(value) for value in re.findall(r"<v>([^<]*)</v>", sheet)]
    for figure in (float(own.pass_rate()), low, high, float(own.mean()), own.alpha()):
        assert any(abs(value - figure) < 1e-4 for value in values), figure


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("ending", ["xlsx", "csv", "docx"])
def test_a_pdf_is_never_written_under_the_name_of_another_format(run: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"analysis.{ending}"
    answer = run(*ASKED, "--locale", "en", "--output", path)
    head = path.read_bytes()[:4] if path.exists() else b""
    assert head != b"%PDF"
    assert answer.code == 0 if head else answer.err


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("option", [("--quiz", "nowhere"), ("--cohort", "nowhere")])
def test_an_unknown_quiz_or_cohort_is_one_sentence_and_no_file(
    run: Run, tmp_path: Path, option: tuple[str, str]
) -> None:
    path = tmp_path / "x.pdf"
    answer = run(*ASKED, *option, "--locale", "en", "--output", path)
    assert (answer.code, answer.out) == (1, "")
    assert len(answer.err.splitlines()) == 1
    assert "page" not in answer.err, "a command has no page"
    assert not path.exists()
    assert run(*ASKED, *option, "--locale", "en", "--output", path, lang="ja").speaks_japanese


def test_on_an_empty_installation_there_is_nothing_to_report(run: Run, app: Flask, tmp_path: Path) -> None:
    answer = run(*ASKED, "--locale", "ja", "--output", tmp_path / "x.pdf")
    assert (answer.code, answer.out) == (1, "")
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--locale", "ja"],
        ["--output", "x.pdf"],
        ["--locale", "fr", "--output", "x.pdf"],
        ["--locale", "ja", "--output", "."],
    ],
)
def test_wrong_usage_is_exit_code_2(run: Run, options: list[str]) -> None:
    answer = run(*ASKED, *options)
    assert (answer.code, answer.out) == (2, "")


def test_another_kind_of_report_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    answer = run("reports", "render", "novel", "--quiz", QUIZ, "--locale", "ja", "--output", tmp_path / "x.pdf")
    assert answer.code == 2


@pytest.mark.usefixtures("sample")
def test_a_place_that_cannot_be_written_is_one_sentence(run: Run, write: Write) -> None:
    answer = run(*ASKED, "--locale", "en", "--output", write("file", "") / "x.pdf")
    assert answer.code in (1, 2)
    assert answer.err
