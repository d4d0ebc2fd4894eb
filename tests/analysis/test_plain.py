"""The figures of the page against those that a script of the standard library makes of the answer log and the keys.

The script runs in a process that cannot import the product, and grades the answers itself: where key, grading, matrix
or formula is wrong, the two differ, however alike page, report and tables are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.analysis.page import QUIZ, AnalysisPage, numbers
from tests.analysis.test_kept import regrade_as_right
from tests.analysis.test_page import NUMBERS, near
from tests.conftest import SignIn, Unit, Visitor, sqlite_path
from tests.quizzes import sitting

pytestmark = pytest.mark.sqlite  # the script reads its file

SCRIPT = Path(__file__).with_name("plain.py")


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def plain(app: Flask) -> dict[str, Any]:
    database = str(sqlite_path(app.config["SQLALCHEMY_DATABASE_URI"]))
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), database, QUIZ], capture_output=True, text=True, check=True
    )
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def differing(own: dict[str, Any], page: AnalysisPage) -> set[str]:
    """What the page and the script do not agree about."""
    figures, found = page.figures, set()
    if figures["Attempts"] != str(own["n"]) or not near(figures["Reliability, alpha"], own["alpha"], 2):
        found.add("test")
    if numbers(figures["Mean score"])[0] != int(own["mean"] * 100 + 1e-9):
        found.add("mean")
    for code, row in page.questions.items():
        counts = own["chosen"][code]
        percents = [counts.get(f"o{n}", 0) * 100 // own["n"] for n in range(1, len(row.chosen) + 1)]
        if not near(row.facility, own["facility"][code], 2) or not near(row.discrimination, own["rest"][code], 2):
            found.add(code)
        if row.chosen and row.chosen != percents:
            found.add(f"{code} options")
    for section, of_cohort in own["sections"].items():
        shown = [numbers(cell)[0] for cell in page.heat[NUMBERS[section]][:-1]]
        if shown != [int(of_cohort[cohort] * 100 + 1e-9) for cohort in sorted(of_cohort)]:
            found.add(section)
    return found


def test_page_and_answer_log_agree(qa: Visitor, sample: Flask) -> None:
    own, page = plain(sample), AnalysisPage(qa)
    assert (own["n"], set(own["facility"])) == (60, set(page.questions))
    assert differing(own, page) == set()


def test_a_grade_that_the_log_does_not_bear_out_is_seen(qa: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        regrade_as_right("HAR-021")
    assert {"test", "HAR-021", "HAR/group-targeting"} <= differing(plain(sample), AnalysisPage(qa))
