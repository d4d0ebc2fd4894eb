"""The only door to PDF: HTML in, bytes out. The same HTML gives the same bytes.

The work is done in a child that is forked from a warm helper (the import of WeasyPrint is paid once), under limits of
processor time and memory, with a fetcher that opens nothing but the project's own static files, and with no font but
the project's.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from lms.foundation.assets import STATIC
from lms.foundation.scratch import Scratch
from lms.kit.problems import Unavailable

log = logging.getLogger("kijun.pdf")

FONTS = STATIC / "fonts"
REPORT_SHEET = STATIC / "css" / "report.css"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take; ``wall_seconds`` bounds the waiting."""

    cpu_seconds: int
    memory_bytes: int
    wall_seconds: int


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside a document. ``made_at`` is what the document says of its making, so it is an input as well."""

    name: str
    content: bytes
    description: str
    made_at: datetime


REPORT = Limits(cpu_seconds=120, memory_bytes=2 << 30, wall_seconds=140)
"""For our own reports, whose text people have written."""


LOOK_EVERY = 0.25
Watch = Callable[[int], None]
"""Is told every quarter of a second how many pages are laid out; what it raises ends the child at once."""


def render(
    html: str, *, limits: Limits = REPORT, watch: Watch | None = None, attached: Sequence[Attached] = ()
) -> bytes:
    """Render a document with files inside; raises ``Unavailable`` when it breaks or runs into its limits."""
    # The folder is ours, not the child's: a child that is stopped at its limits tidies nothing up.
    with Scratch("pdf") as scratch:
        return _render_within(scratch, html, limits, watch, attached)


def _render_within(scratch: str, html: str, limits: Limits, watch: Watch | None, attached: Sequence[Attached]) -> bytes:
    context = _helper()
    receiver, sender = context.Pipe(duplex=False)
    files = [(one.name, one.content, one.description, one.made_at) for one in attached]
    arguments = (html, REPORT_SHEET.read_text(), files, str(STATIC), scratch, limits.cpu_seconds, limits.memory_bytes)
    child = context.Process(target=_render_in_child, args=(sender, *arguments), daemon=True)
    child.start()
    sender.close()
    try:
        content = _watched(receiver, limits, watch)
        child.join(1)
        return content
    except EOFError as error:
        raise Unavailable("pdf.failed") from error
    finally:
        receiver.close()
        if child.is_alive():
            child.kill()
        child.join()


def _watched(receiver: Connection, limits: Limits, watch: Watch | None) -> bytes:
    """What the child sends: how many pages it has, again and again, and in the end the document."""
    pages, ends_at = 0, time.monotonic() + limits.wall_seconds
    while time.monotonic() < ends_at:
        if receiver.poll(LOOK_EVERY):
            said = receiver.recv_bytes()
            if not said.isdigit():
                return said
            pages = int(said)
        if watch is not None:
            watch(pages)
    raise Unavailable("pdf.failed")


@cache
def _helper() -> ForkServerContext:
    """The warm helper, started at first use. It sees the project's fonts only."""
    os.environ["FONTCONFIG_FILE"] = str(Path(_font_configuration().name) / "fonts.conf")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["lms.foundation.pdf_engine"])
    return context


@cache
def _font_configuration() -> Scratch:
    """A fontconfig file that names the project's folder and no other; it goes when this process ends."""
    folder = Scratch("fonts")
    Path(folder.name, "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{FONTS}</dir><cachedir>{folder.name}/cache</cachedir></fontconfig>"
    )
    return folder


def _render_in_child(connection: Connection, *document: Any) -> None:
    """Runs in the child: the engine stands ready in the helper and is never in a process that serves pages."""
    from lms.foundation.pdf_engine import render as render_document  # noqa: PLC0415 - see above

    render_document(connection, *document)
