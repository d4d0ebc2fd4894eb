"""Verdicts in the report of a quiz: with their evidence and what to do, and no table where there is none."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from lms.foundation import transaction
from lms.reports import rendering
from tests.analysis.classes import make_class_against_a_key
from tests.conftest import Unit
from tests.reports.test_pdf import document, line_of

pytestmark = pytest.mark.sqlite  # what is printed is the same on both databases


@pytest.fixture(params=["en", "ja"])
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_verdicts_stand_with_their_evidence_and_what_to_do(sample: Flask, unit: Unit, locale: str) -> None:
    with unit():
        make_class_against_a_key("able", 120, "HAR-021", "o3")
    with sample.app_context(), transaction.unit(write=False):
        source = rendering.html(document(locale, "able"))
    heading = {"en": ">Verdicts</h2>", "ja": ">診断</h2>"}[locale]
    table = source.split(heading, 1)[1].split("</table>", 1)[0]
    lines = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
    assert [place for place, _cells in lines] == ['<a href="#item-HAR-021">HAR-021</a>']
    what, evidence, to_do = re.findall(r"<td>(.+?)</td>", lines[0][1], re.DOTALL)
    assert {"en": "Key may be wrong", "ja": "正答に誤りの疑い"}[locale] in what
    assert {"en": " of 120 people", "ja": "120人"}[locale] in evidence
    assert {"en": "95% CI", "ja": "95%信頼区間"}[locale] in evidence
    assert {"en": "then regrade", "ja": "再採点"}[locale] in to_do


def test_without_a_verdict_there_is_no_table_of_them(sample: Flask, locale: str) -> None:
    """A key that is suspect is described where the figures of its question are."""
    with sample.app_context(), transaction.unit(write=False):
        source = rendering.html(document(locale))
    assert {"en": ">Verdicts</h2>", "ja": ">診断</h2>"}[locale] not in source
    line = line_of(source, "HAR-021")
    assert {"en": "Suspect key", "ja": "正答を要確認"}[locale] in line
    assert '−0.09<span class="mark" aria-hidden="true">▼</span>' in line
    assert "▼" not in line_of(source, "HAR-014")
