"""A report says the same on screen, in print, as workbook and as CSV; and the same request gives the same bytes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from lms.foundation import pdf, transaction
from lms.kit.tables import Column, Figure, Kind, Piece, Spoken, Table
from lms.reports import catalogue, rendering
from lms.reports.access import everybody
from lms.reports.core import kept
from lms.reports.core.document import Document, Grid, Group, Look, Paragraph, Part, Points, Unequal, in_both
from lms.reports.core.scope import People, Request
from tests.campaigns.making import CODE, PERIOD, make_campaign
from tests.reports.equality import assert_equal_everywhere

pytestmark = pytest.mark.sqlite  # what is written is the same on both databases

MADE = datetime(2026, 11, 16, 9, 5, tzinfo=UTC)
ABOUT = {
    "analysis": {"quiz": "harassment-checkpoint"},
    "golive": {"cohort": "tokyo-a"},
    "transcript": {"person": "L0001"},
    "acknowledgements": {"module": "HAR", "version": ""},
    "campaign": {"campaign": CODE, "period": PERIOD},
    "monthly": {"month": "2026-11"},
}
LEAST = {"analysis": 300, "golive": 60, "transcript": 2, "acknowledgements": 20, "campaign": 20, "monthly": 40}
"""How many numbers a report has at least, so that a test which reads none does not pass."""


@pytest.fixture
def organisation(sample: Flask) -> Flask:
    """The sample with a campaign that runs."""
    with sample.app_context(), transaction.unit():
        make_campaign()
    return sample


def asked(kind: str, language: str, people: People = People.CODES) -> Request:
    return Request(kind, ABOUT[kind], language, MADE, "Q0001", "Asia/Tokyo", comment="=1+1", people=people)


def test_every_kind_is_tested() -> None:
    assert set(ABOUT) == set(catalogue.REPORTS)


@pytest.mark.parametrize("language", ["en", "ja-en"])
@pytest.mark.parametrize("kind", ABOUT)
def test_every_form_has_the_same_numbers(organisation: Flask, kind: str, language: str) -> None:
    with organisation.app_context(), transaction.unit(write=False):
        document = catalogue.build(asked(kind, language), everybody())
        source = rendering.html(document)
    content = rendering.as_pdf(document, source)
    assert assert_equal_everywhere(organisation, document, source, content) >= LEAST[kind]


@pytest.mark.parametrize("kind", ABOUT)
def test_the_same_request_gives_the_same_bytes(organisation: Flask, kind: str) -> None:
    made = []
    for _time in range(2):
        with organisation.app_context(), transaction.unit(write=False):
            document = catalogue.build(asked(kind, "ja"), everybody())
            made.append((document, rendering.html(document), rendering.as_xlsx(document), rendering.as_zip(document)))
    (first, source, *files), (second, again, *others) = made
    assert (source, files) == (again, others)
    assert kept.read(kept.written(first)) == first == second
    inside = rendering.attachments(first)
    assert pdf.render(source, attached=inside) == pdf.render(source, attached=inside)


def test_parts_that_were_not_chosen_are_left_out(sample: Flask) -> None:
    request = Request(
        "analysis", ABOUT["analysis"], "en", MADE, "Q0001", "Asia/Tokyo", parts=frozenset({"summary", "questions"})
    )
    with sample.app_context(), transaction.unit(write=False):
        document = catalogue.build(request, everybody())
    assert [part.code for part in document.parts] == ["summary", "questions"]
    assert list(document.files) == ["summary", "questions"]


def one(language: str, title: str, n: int = 3) -> Document:
    table = Table(title, (Column(title), Column("n", Kind.COUNT)), ((Piece(title, "is-pass"), n),))
    blocks = (Paragraph(title), Points(((title, ""),)), Grid("rows", table, Look.TABLE))
    return Document(title, "X-1", (language,), (), (Part("p", title, blocks),), MADE)


def test_two_languages_are_laid_over_each_other() -> None:
    both = in_both(one("en", "Rate"), one("ja", "率"))
    assert both.languages == ("en", "ja")
    assert both.kind == Spoken((("en", "Rate"), ("ja", "率")))
    assert both.title == "X-1", "what is the same in both is said once"
    assert both.files["rows"].names == ["Rate / 率", "n"]


def test_numbers_that_differ_between_the_languages_are_no_document() -> None:
    with pytest.raises(Unequal):
        in_both(one("en", "Rate", 3), one("ja", "率", 4))


def test_pieces_of_one_table_are_one_file() -> None:
    table = Table("A", (Column("n", Kind.COUNT),), ((1,),))
    grids = tuple(Grid("choices", table, group=Group("Choices", "Question", code)) for code in ("Q1", "Q2"))
    document = Document("k", "t", ("en",), (), (Part("p", "P", grids),), MADE)
    assert document.files["choices"].rows == (("Q1", 1), ("Q2", 1))
    assert document.files["choices"].title == "Choices"


def test_what_is_kept_is_read_again_as_it_was() -> None:
    cells = (
        date(2026, 11, 16),
        MADE.replace(tzinfo=None),
        Figure(0.5, Kind.SHARE),
        (Piece("a"), Piece("b", to="c")),
    )
    columns = (Column("d", Kind.DAY), Column("m", Kind.MOMENT), Column("f"), Column("p"))
    table = Table("T", columns, (cells, (None, None, "<5", "")))
    document = Document(
        "k", Spoken((("ja", "髙"),)), ("ja",), (("w", ("x",)),), (Part("p", "P", (Grid("t", table),)),), MADE
    )
    assert kept.read(kept.written(document)) == document
