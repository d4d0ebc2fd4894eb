"""PDFs: read back as text, tagged, with the project's fonts alone; hostile documents reach nothing."""

from __future__ import annotations

import html as html_module
import io
import re
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import yaml
from flask import Flask
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject
from sqlalchemy import select

from lms.accounts.models import Person
from lms.analysis.queries import Filters, load_analysis
from lms.demo import content
from lms.foundation import clock, pdf, transaction
from lms.foundation.db import db
from lms.kit.problems import Unavailable
from lms.policies.core.markup import blocks
from lms.quizzes import queries as quizzes
from lms.reports import catalogue, rendering
from lms.reports.access import everybody
from lms.reports.core.document import Document
from lms.reports.core.scope import Request
from tests.analysis.rows import load_results
from tests.policies.core.xss_corpus import PAYLOADS

pytestmark = pytest.mark.sqlite  # what is printed is the same on both databases

HARD = "①②㈱髙﨑𠮷～≒「」【】“–—”…ー々〆𥔎葛飾辻祇園"
OUR_FONTS = re.compile(r"/[A-Z]{6}\+(Report|Noto-Sans-JP|BIZ-UDPGothic)(-|$)")


def page(body: str, lang: str = "ja") -> str:
    return f'<!doctype html><html lang="{lang}"><head><title>t</title></head><body>{body}</body></html>'


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def texts_of(reader: PdfReader) -> list[str]:
    """The text of each page, as the reader of a browser copies it."""
    document = pypdfium2.PdfDocument(reader.stream)
    return [one.get_textpage().get_text_range() for one in document]


def text_of(reader: PdfReader) -> str:
    return "\n".join(texts_of(reader))


def dense(text: str) -> str:
    """Without white space, which a line break may add or take."""
    return re.sub(r"\s+", "", text)


def fonts_of(reader: PdfReader) -> dict[str, DictionaryObject]:
    """Each font of the document by name, with its descriptor."""
    found = {}
    for one in reader.pages:
        for font in one["/Resources"].get("/Font", {}).values():
            for part in font.get_object().get("/DescendantFonts", [font]):
                part = part.get_object()
                found[str(part["/BaseFont"])] = part
    return found


def structure(reader: PdfReader) -> list[DictionaryObject]:
    """Every element of the structure tree."""
    found: list[DictionaryObject] = []

    def walk(node: Any) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(reader.root_object["/StructTreeRoot"])
    return found


def request(locale: str, cohort: str = "", taken_in: str = "") -> Request:
    return Request(
        kind="analysis",
        about={"quiz": "harassment-checkpoint", "cohort": cohort, "taken_in": taken_in},
        language=locale,
        made_at=clock.now(),
        made_by="Q0001",
        zone_name="Asia/Tokyo",
        comment=f"確認用の文字：{HARD}",
    )


def document(locale: str, cohort: str = "", taken_in: str = "") -> Document:
    return catalogue.build(request(locale, cohort, taken_in), everybody())


@pytest.fixture(scope="module", params=["en", "ja"])
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def report(sample: Flask, locale: str) -> tuple[str, PdfReader]:
    """The result analysis of the sample's checkpoint: its HTML and its PDF."""
    with sample.app_context(), transaction.unit(write=False):
        source = rendering.html(document(locale))
    return source, read(rendered(source))


@cache
def rendered(source: str) -> bytes:
    """Rendered once for all tests: the same HTML gives the same bytes."""
    return pdf.render(source)


def test_hard_characters_read_back_in_both_weights() -> None:
    reader = read(pdf.render(page(f"<p>{HARD}</p><p><b>{HARD}</b></p>")))
    assert dense(text_of(reader)).count(HARD) == 2


def test_every_text_of_the_report_reads_back(report: tuple[str, PdfReader]) -> None:
    source, reader = report
    body = source.split("<body>")[1]
    body = re.sub(r"<title>.*?</title>", "", body, flags=re.S)
    texts = {dense(html_module.unescape(one)) for one in re.split(r"<[^>]+>", body)}
    extracted = dense(text_of(reader))
    assert len(texts) > 100
    assert sorted(one for one in texts if one and one not in extracted) == []
    assert HARD in extracted


def test_only_the_projects_truetype_fonts(report: tuple[str, PdfReader]) -> None:
    _source, reader = report
    fonts = fonts_of(reader)
    assert fonts
    for name, font in fonts.items():
        assert OUR_FONTS.match(name), name
        assert font["/Subtype"] == "/CIDFontType2", name
        assert "/FontFile2" in font["/FontDescriptor"], name


def test_a_document_that_asks_for_other_fonts_does_not_get_them() -> None:
    asked = "<style>p { font-family: 'DejaVu Sans', 'Noto Sans CJK JP', monospace }</style><p>Text 文字</p>"
    for name in fonts_of(read(pdf.render(page(asked)))):
        assert OUR_FONTS.match(name), name


def test_tagged_with_language_title_and_bookmarks(report: tuple[str, PdfReader], locale: str) -> None:
    source, reader = report
    root = reader.root_object
    assert root["/Lang"] == locale
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF boolean
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert reader.metadata is not None
    assert reader.metadata.title == html_module.unescape(re.findall(r"<title>(.*?)</title>", source)[0])
    headings = [html_module.unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", source)]
    bookmarks = [entry.title for entry in flat(reader.outline)]
    assert [dense(one) for one in headings] == [dense(one) for one in bookmarks if dense(one) in map(dense, headings)]


def flat(outline: list[Any]) -> Iterator[Any]:
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry


def test_every_figure_has_its_text_and_every_table_its_heads(report: tuple[str, PdfReader]) -> None:
    source, reader = report
    elements = structure(reader)
    figures = [element for element in elements if element["/S"] == "/Figure"]
    assert figures
    assert all(element.get("/Alt") for element in figures)
    assert any(element["/S"] == "/H1" for element in elements)
    heads = [element for element in elements if element["/S"] == "/TH"]
    assert len(heads) >= source.count("<th ") > 50, "heads that are repeated on a page may stand there again"
    assert re.findall(r"<th(?![^>]* scope=)[ >]", source) == []
    scopes = Counter(element["/A"].get("/Scope") for element in heads)
    assert scopes.keys() == {"/Column", "/Row"}
    assert scopes["/Row"] == source.count('<th scope="row">')
    names = [element.get("/ID") for element in heads]
    assert all(names), "a cell finds its heads by their ids"
    assert len(set(names)) == len(names)
    named = [
        element["/A"]["/Headers"] for element in elements if element["/S"] == "/TD" and "/Headers" in element["/A"]
    ]
    assert {head for listed in named for head in listed} <= set(names)
    assert sum(bool(listed) for listed in named) > 100


def test_short_heads_of_narrow_columns_stand_in_one_line(report: tuple[str, PdfReader], locale: str) -> None:
    wanted = {"en": ("Facility", "Discrimination"), "ja": ("節番号", "正答率", "（日本語）", "識別力", "下位27%")}
    lines = text_of(report[1]).splitlines()
    assert [head for head in wanted[locale] if not any(head in line for line in lines)] == []


def test_pages_say_which_of_how_many_they_are(report: tuple[str, PdfReader]) -> None:
    _source, reader = report
    count = len(reader.pages)
    assert count >= 3
    for number, text in enumerate(texts_of(reader), start=1):
        assert f"{number}/{count}" in dense(text)


def test_no_page_is_all_but_empty(report: tuple[str, PdfReader]) -> None:
    _source, reader = report
    assert [number for number, text in enumerate(texts_of(reader), start=1) if len(text.splitlines()) < 12] == []


def test_the_period_of_one_day_is_said_once(report: tuple[str, PdfReader], locale: str) -> None:
    source, _reader = report
    period = re.findall(r'<table class="facts"><tr><th.*?</th><td>(.*?)</td>', source, re.DOTALL)
    assert period == [{"en": "13 Nov 2026", "ja": "2026年11月13日"}[locale]]


def test_the_same_request_gives_the_same_bytes(sample: Flask, locale: str) -> None:
    with sample.app_context(), transaction.unit(write=False):
        first, second = (rendering.html(document(locale)) for _time in range(2))
    assert pdf.render(first) == pdf.render(second)


def test_no_name_of_a_person_stands_in_the_report(report: tuple[str, PdfReader], sample: Flask) -> None:
    _source, reader = report
    extracted = dense(text_of(reader))
    with sample.app_context(), transaction.unit(write=False):
        people = list(db.session.scalars(select(Person)))
        told = {dense(word) for one in people for word in (one.name, one.reading, one.login) if word}
    assert len(told) > 150
    assert sorted(word for word in told if word in extracted) == []
    assert "@kijun.example" not in extracted


def test_the_questions_to_review_stand_with_their_choices(report: tuple[str, PdfReader], sample: Flask) -> None:
    source, _reader = report
    with sample.app_context(), transaction.unit(write=False):
        found = load_analysis(quizzes.get_quiz("harassment-checkpoint"), Filters())
        own = load_results("harassment-checkpoint")
    assert found is not None
    blocks_of = re.findall(r'<h3><span lang="..">([A-Z]+-\d+) .*?</h3>(.*?)</table>', source, re.DOTALL)
    shown = {
        code: re.findall(r'<th scope="row">(.*?)</th>.*?<td class="r">(\d+)%</td>', body, re.DOTALL)
        for code, body in blocks_of
    }
    assert list(shown) == [entry.item for entry in found.health if entry.needs_review and entry.item in found.options]
    assert "HAR-021" in shown
    for code, lines in shown.items():
        counts, keys = own.choosers(code), found.facts[code].keys
        assert [int(share) for _head, share in lines] == [counts[f"o{n}"] * 100 // 60 for n in range(1, len(lines) + 1)]
        assert [f"o{n}" for n, (head, _share) in enumerate(lines, 1) if "●" in head] == sorted(keys)


def test_questions_to_review_stand_in_both_languages_with_their_misconceptions(
    report: tuple[str, PdfReader], locale: str
) -> None:
    source, _reader = report
    other = "en" if locale == "ja" else "ja"
    file = content.BANKS / "HAR" / "questions" / "HAR-021.yaml"
    question = yaml.safe_load(file.read_text(encoding="utf-8"))
    shown = source.split(f'<h3><span lang="{locale}">HAR-021', 1)[1].split("</table>", 1)[0]
    assert f'lang="{other}">{question["prompt"][other]}</span></p>' in shown
    for option in question["options"]:
        assert option["text"][locale] in shown
        assert f'lang="{other}">{option["text"][other]}</span>' in shown
        assert option.get("misconception", {}).get(locale, "") in shown


def test_d27_stands_from_fifty_people_on(sample: Flask) -> None:
    with sample.app_context(), transaction.unit(write=False):
        own = load_results("harassment-checkpoint")
        everybody, few = (rendering.html(document("en", cohort)) for cohort in ("", "tokyo-a"))
    assert d27_of(few, "HAR-021") == "–"
    for item in own.items:
        assert (
            abs(float(d27_of(everybody, item).replace("−", "-")) - float(own.discrimination_27(item))) <= 0.005 + 1e-9
        )


def d27_of(source: str, item: str) -> str:
    return re.findall(r"<td.*?>(.*?)</td>", line_of(source, item), re.DOTALL)[5]


def line_of(source: str, item: str) -> str:
    """The cells of a question's line, which stands behind the verdicts."""
    return source.rsplit(f'<th scope="row"><a href="#item-{item}">{item}</a></th>', 1)[1].split("</tr>", 1)[0]


def test_no_hyphen_stands_for_a_minus(report: tuple[str, PdfReader]) -> None:
    source, _reader = report
    assert "−0." in source, "the sample has a negative discrimination"
    assert re.findall(r">\s*-\d", source) == []


def test_a_report_may_keep_to_one_language(sample: Flask) -> None:
    with sample.app_context(), transaction.unit(write=False):
        own = load_results("harassment-checkpoint").in_language("ja")
        source = rendering.html(document("en", taken_in="ja"))
    figures = re.findall(r'<span class="v">(.*?)</span>', source)
    assert figures[0] == str(len(own.sheets))
    assert figures[1] == f"{int(own.pass_rate() * 100)}%"
    assert '<th scope="row">Language</th><td>日本語</td>' in source
    assert catalogue.file_name_of(request("en", "tokyo-a", "ja"), "pdf") == (
        "harassment-checkpoint-tokyo-a-taken-in-ja-2026-11-16-en.pdf"
    )


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server of this machine that notes what is asked of it."""
    asked: list[str] = []

    class Note(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_arguments: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Note)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


HOSTILE = [
    '<img src="{url}/image.png" alt="x">',
    '<link rel="stylesheet" href="{url}/sheet.css">',
    "<style>@import url({url}/import.css); p {{ background: url({url}/background.png) }}</style><p>x</p>",
    "<style>@font-face {{ font-family: x; src: url({url}/font.ttf) }} p {{ font-family: x }}</style><p>x</p>",
    '<object data="{url}/object"></object><embed src="{url}/embed"><iframe src="{url}/frame"></iframe>',
    '<svg><image href="{url}/svg.png" width="9" height="9"/><use href="{url}/use.svg#a"/></svg>',
    '<link rel="attachment" href="{url}/attachment">',
    '<style>p::before {{ content: url("{url}/content") }} li {{ list-style: url({url}/bullet) }}</style><li>x</li>',
]


@pytest.mark.parametrize("body", HOSTILE)
def test_a_hostile_document_fetches_nothing(listener: tuple[str, list[str]], body: str) -> None:
    url, asked = listener
    pdf.render(page(body.format(url=url)))
    assert asked == []


@pytest.mark.parametrize("path", ["file:///etc/passwd", "file:///proc/self/environ", "../../../config.py"])
def test_a_hostile_document_reads_no_other_file(path: str) -> None:
    content = pdf.render(
        page(f'<link rel="attachment" href="{path}"><object data="{path}"></object><img src="{path}">')
    )
    assert b"/EmbeddedFile" not in content
    assert "root:" not in text_of(read(content))


def test_hostile_policy_text_is_inert_in_the_pdf() -> None:
    sections = "".join(f"<section>{block.html}</section>" for payload in PAYLOADS for block in blocks(payload))
    reader = read(pdf.render(page(sections)))
    assert "alert(1)" in text_of(reader)  # as text, which anybody may read
    objects = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    links = [one for one in objects if isinstance(one, DictionaryObject) and one.get("/Subtype") == "/Link"]
    actions = [link["/A"] for link in links if "/A" in link]
    assert {action["/S"] for action in actions} == {"/URI"}
    assert all(action["/URI"].startswith(("https://", "http://", "mailto:")) for action in actions), actions
    active = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/SubmitForm", "/GoToR", "/OpenAction", "/AA"}
    named = {str(name) for one in objects if isinstance(one, DictionaryObject) for pair in one.items() for name in pair}
    assert active.isdisjoint(named)


def test_a_document_beyond_its_limits_is_given_up() -> None:
    with pytest.raises(Unavailable):
        pdf.render(page("<p>x</p>" * 200_000), limits=pdf.Limits(cpu_seconds=2, memory_bytes=2 << 30, wall_seconds=20))
    assert pdf.render(page("<p>x</p>")).startswith(b"%PDF")


def test_nothing_stays_behind_of_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pdf.render(page("<p>x</p>"))
    with pytest.raises(Unavailable):
        pdf.render(page("<p>x</p>" * 100_000), limits=pdf.Limits(cpu_seconds=1, memory_bytes=2 << 30, wall_seconds=20))
    assert list(tmp_path.glob("kijun-pdf-*")) == []
