"""Runs inside the warm helper and its children only: WeasyPrint with the project's fonts and a closed fetcher."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import resource
import signal
import tempfile
from collections.abc import Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

VARIANT = "pdf/ua-1"
PROGRESS = logging.getLogger("weasyprint.progress")
DIES_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of Linux."""


class ClosedFetcher(URLFetcher):
    """Opens files below one folder and nothing else: no network, no other file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder.resolve()

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc:
            raise ValueError(f"refused: {parts.scheme}")
        path = Path(unquote(parts.path)).resolve()
        if not path.is_relative_to(self.folder):
            raise ValueError("refused: outside the folder")
        return URLFetcherResponse(url, path.read_bytes())


class PageCount(logging.Handler):
    """Tells through a connection how many pages are laid out: the engine says of each that it begins it."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.connection = connection

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, str) and record.msg.endswith("Page %d") and isinstance(record.args, tuple):
            try:
                self.connection.send_bytes(str(record.args[0]).encode())
            except OSError:  # nobody waits for the document any more
                os._exit(1)


def watch_over(connection: Connection) -> None:
    """Let a child tell of its pages, and not outlive whoever waits for its document."""
    PROGRESS.setLevel(logging.INFO)
    PROGRESS.propagate = False
    PROGRESS.handlers = [PageCount(connection)]
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)


def name_scopes(_document: Any, written: Any) -> None:
    """Say of every table head whether it is of its column (in the head of the table) or of its row.

    WeasyPrint names heads by ids, and writes no Scope.
    """
    by_reference = {one.reference: one for one in written.objects}
    for head in written.objects:
        if isinstance(head, dict) and head.get("S") == "/TH":
            part = by_reference[by_reference[head["P"]]["P"]]
            head["A"]["Scope"] = "/Column" if part["S"] == "/THead" else "/Row"


def render(
    connection: Connection,
    html: str,
    style_sheet: str,
    attached: Sequence[tuple[str, bytes, str, datetime]],
    folder: str,
    scratch: str,
    cpu_seconds: int,
    memory_bytes: int,
) -> None:
    """Render one document under its limits and send the bytes back, before them the pages so far as digits.
    No document is sent when it fails.

    ``attached`` are files of the document by name, content, description and date. ``folder`` is what the document may
    read, ``scratch`` where the engine keeps its temporary files.
    """
    tempfile.tempdir = scratch
    watch_over(connection)
    gc.disable()  # a document is boxes that all live to its end: looking for dead ones takes a third of the time
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    fetcher = ClosedFetcher(Path(folder))
    fonts = FontConfiguration()
    base = Path(folder).as_uri() + "/"
    sheet = CSS(string=style_sheet, base_url=base, url_fetcher=fetcher, font_config=fonts)
    document = HTML(string=html, base_url=base, url_fetcher=fetcher)
    files = [
        Attachment(string=content, name=name, description=told, created=made_at, modified=made_at)
        for name, content, told, made_at in attached
    ]
    connection.send_bytes(
        document.write_pdf(
            finisher=name_scopes,
            stylesheets=[sheet],
            attachments=files,
            font_config=fonts,
            pdf_variant=VARIANT,
            pdf_tags=True,
            custom_metadata=True,
        )
    )
