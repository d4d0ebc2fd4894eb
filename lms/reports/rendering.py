"""A document as HTML, PDF, workbook and CSV. Nothing here computes a figure; nothing else makes a file of a report."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from flask import render_template
from markupsafe import Markup

from lms.foundation import pdf, spreadsheets
from lms.foundation.locale import speaking
from lms.kit.figures import INDICATIVE
from lms.kit.tables import Kind, Text
from lms.reports import showing
from lms.reports.core.document import Block, Document

NUMERIC = frozenset(kind for kind in Kind if kind not in {Kind.TEXT, Kind.DAY, Kind.MOMENT})


def tools(document: Document, *, is_print: bool) -> dict[str, Any]:
    """What the templates of a document are given."""
    return {
        **showing.TOOLS,
        "document": document,
        "is_print": is_print,
        "numeric": NUMERIC,
        "indicative_under": INDICATIVE,
        "name_of": _name_of,
        "pairs": _pairs,
        "lines": _lines,
    }


def _name_of(block: Block) -> str:
    return type(block).__name__


def _pairs(facts: Sequence[tuple[Text, tuple[Text, ...]]]) -> list[tuple[Any, Any]]:
    return list(zip_longest(facts[::2], facts[1::2]))


def _lines(texts: Sequence[Text]) -> Markup:
    return Markup("<br>").join(showing.words(text) for text in texts)


def html(document: Document) -> str:
    """The document for print."""
    with speaking(document.languages[0]):
        return render_template("reports/print/document.html", **tools(document, is_print=True))


def screen(document: Document) -> Markup:
    """The document for a page, in its own language whatever that of the reader is."""
    with speaking(document.languages[0]):
        return Markup(render_template("reports/article.html", **tools(document, is_print=False)))  # noqa: S704 - escaped by the template


def csv_files(document: Document) -> dict[str, bytes]:
    """Every table of the document as CSV, by file name."""
    return {f"{name}.csv": spreadsheets.as_csv(table) for name, table in document.files.items()}


def attachments(document: Document) -> list[pdf.Attached]:
    """The tables as files inside the PDF."""
    return [
        pdf.Attached(f"{name}.csv", spreadsheets.as_csv(table), str(table.title), document.made_at)
        for name, table in document.files.items()
    ]


def as_pdf(document: Document, source: str = "", *, watch: pdf.Watch | None = None) -> bytes:
    """The PDF, with the tables inside as CSV; ``source`` is the document for print, where it has been made already."""
    return pdf.render(source or html(document), watch=watch, attached=attachments(document))


def as_xlsx(document: Document) -> bytes:
    """The workbook: a sheet for each table."""
    return spreadsheets.as_xlsx(list(document.files.values()), made_at=document.made_at)


def as_csv(document: Document) -> tuple[bytes, str]:
    """The tables as CSV: one as it is, several as an archive; and the ending of the file's name."""
    files = csv_files(document)
    if len(files) == 1:
        return next(iter(files.values())), "csv"
    return as_zip(document), "zip"


def as_zip(document: Document) -> bytes:
    """Every table as CSV, in one archive."""
    return spreadsheets.as_zip(csv_files(document), made_at=document.made_at)
