"""Each outside thing has one door: only its module calls commit, reads the clock, makes randomness, makes PDF."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LMS = Path(__file__).resolve().parent.parent.parent / "lms"
DOORS = {
    r"\.commit\(": {"foundation/transaction.py"},
    r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(": {"foundation/clock.py"},
    r"^\s*(import|from) random\b": set(),
    r"^\s*(import|from) weasyprint\b": {"foundation/pdf_engine.py"},
    r"^\s*(import|from) xlsxwriter\b": {"foundation/spreadsheets.py"},
    r"\|\s*safe\b": set(),
    r"^\s*(import|from) (pickle|requests|subprocess)\b": {"foundation/serving.py"},
    r"^\s*(import|from) smtplib\b": {"foundation/mailer.py"},
    r"^@(lru_)?cache\b.*\ndef .*-> (Executable|Select|Any)\b": set(),  # statements are kept by ``built_once``
}


@pytest.mark.parametrize("pattern", DOORS)
def test_only_its_door(pattern: str) -> None:
    expression = re.compile(pattern, re.MULTILINE)
    found = {
        path.relative_to(LMS).as_posix()
        for path in LMS.rglob("*")
        if path.suffix in {".py", ".html"} and expression.search(path.read_text())
    }
    assert found <= DOORS[pattern], f"{pattern} stands outside its door: {sorted(found - DOORS[pattern])}"
