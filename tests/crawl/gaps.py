"""What pages say that was neither translated nor written by anybody."""

from __future__ import annotations

import csv
import io
import re

from werkzeug.test import TestResponse

from tests.crawl.data import Written
from tests.crawl.marks import unmarked
from tests.crawl.page import Page

SPOKEN_LINES = re.compile(r"(?m)^(?:SUMMARY|DESCRIPTION|LOCATION|NAME|X-WR-CALNAME)[^:\r\n]*:(.*)")
"""What a calendar shows of a feed."""


class Gaps:
    """Looks at answers, and remembers what has no mark."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool], str] = {}

    def look(self, address: str, answer: TestResponse, page: Page | None) -> None:
        """Take in what an answer says: a page, the heads of a table, the entries of a calendar."""
        if page is not None:
            self.look_at_page(address, page)
        elif answer.mimetype == "text/csv":
            for head in next(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))):
                self._note(address, head)
        elif answer.mimetype == "text/calendar":
            for line in SPOKEN_LINES.findall(re.sub(r"\r?\n[ \t]", "", answer.text)):
                self._note(address, line)

    def look_at_page(self, address: str, page: Page) -> None:
        for said in page.said:
            self._note(address, said.text, is_stated=bool(said.stated) or said.where == "em")

    def look_at_text(self, address: str, text: str) -> None:
        self._note(address, text)

    def _note(self, address: str, text: str, *, is_stated: bool = False) -> None:
        for piece in unmarked(text):
            self._found.setdefault((piece, is_stated), address)

    def but(self, written: Written) -> dict[str, str]:
        """What is no data either: each piece with an address where it stands."""
        return {
            piece: address
            for (piece, is_stated), address in self._found.items()
            if not written.knows(piece, is_stated=is_stated)
        }
