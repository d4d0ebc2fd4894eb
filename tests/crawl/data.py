"""What people have written into the database: it is shown as it stands, and translated by nobody."""

from __future__ import annotations

import json
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from babel import Locale
from sqlalchemy import JSON, select
from sqlalchemy.orm import Session

import config
from lms.foundation.db import Base
from lms.sites.core import holiday_calendar

NAMES = {
    *("code", "name", "login", "reading", "key", "object", "actor", "subdivision", "recipient", "phone", "address"),
    *("reason", "note", "left_reason", "comment", "excuse"),
    *("queue", "case_ref", "decision", "right_decision", "file_name", "sha256"),
}
"""Columns of words that people or their files have given to things; so is what ends with ``_text``."""
TEXTS = {"body", "title", "front_matter", "plain_body", "subject"}
"""Columns of longer texts, of which a page may show a part."""
FILE = "sheet"
"""The column of a file that waits for its import: its cells."""
REQUEST = "request"
"""The column of what was asked for as a report: its title, as it was said then."""
CODES = {"type", "kind", "difficulty", "state", "language", "locale", "fraction"}
"""What stands in a document under these names is a code, to be shown as a word."""
HEAVY = 14
"""How much a part of a text must say to be known for one anywhere."""
SAME_FOR_ALL = {
    *("Kijun", "English", "日本語", "EN", "JA", "Language", "言語"),
    *("CSV", "PDF", "md", "SQLite", "PostgreSQL", "kijun", "sqlite"),
    *("JST", "GMT", "UTC", "日本時間"),
}
"""The product, languages each in its own, kinds of files and databases, zones as their database and Japan name them."""
COUNTED = re.compile(r"v\d+|[A-Z]\d+|.|[0-9A-F]{12}")
"""Versions, people by letter and number, options and other single letters, receipts."""
WORDS = re.compile(r"[\w@'’+-]+")
FILLED = re.compile(r"\{\w+\}")
"""What a note leaves open for each person: no piece of a page has it."""
TAGS = re.compile(r"</?\w+>")


@cache
def bare(text: str) -> str:
    """The letters and digits of a text: tags, blanks and punctuation fall away."""
    return "".join(letter for letter in TAGS.sub("", text) if letter.isalnum())


def weight(text: str) -> int:
    """How much a text says: a Japanese letter as much as two others."""
    return sum(1 + (letter > "\u2e7f") for letter in text)


def elsewhere() -> Iterator[str]:
    """What is named by others: zones, countries, public holidays, the sender of mails."""
    yield from zoneinfo.available_timezones()
    for language in ("en_GB", "ja_JP"):
        yield from Locale.parse(language).territories.values()
    for country in ("JP", "IE"):
        for name in holiday_calendar.names(country, None, range(2026, 2028)).values():
            yield from name.values()
    yield config.MAIL_FROM.partition("<")[2]


class Written:
    """The data of a database."""

    def __init__(self) -> None:
        self.names = SAME_FOR_ALL | {bare(name) for name in elsewhere()}
        self.texts = ""

    def take_in(self, session: Session) -> None:
        """Add what the database holds by now."""
        texts: dict[str, None] = {}
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                is_text = column.name in TEXTS or (column.name == "key" and isinstance(column.type, JSON))
                if is_text or column.name in {*NAMES, FILE, REQUEST} or column.name.endswith("_text"):
                    stored: Iterable[Any] = session.scalars(select(column).where(column.is_not(None)))
                    stored = map(json.loads, stored) if column.name == FILE else stored
                    stored = (one.get("title", {}) for one in stored) if column.name == REQUEST else stored
                    for found in leaves(stored):
                        self.names.update(bare(line) for line in (found, *found.splitlines(), FILLED.sub(" ", found)))
                        texts |= {bare(found): None} if is_text else {}
        self.texts += "\n".join(texts)

    def knows(self, piece: str, *, is_stated: bool) -> bool:
        """Whether a piece of a page is data: names one after the other, or a part of a text.

        A short part counts only where the page states its language, as it does for what is not its own.
        """
        return (is_stated and bare(piece) in self.texts) or self._know_all(WORDS.findall(piece))

    def _know_all(self, words: list[str]) -> bool:
        return self._is_part(bare("".join(words))) or any(
            self._is_name(bare("".join(words[:length]))) and self._know_all(words[length:])
            for length in range(len(words), 0, -1)
        )

    def _is_part(self, text: str) -> bool:
        return not text or (weight(text) >= HEAVY and text in self.texts)

    def _is_name(self, text: str) -> bool:
        return text in self.names or bool(COUNTED.fullmatch(text)) or not any(map(str.isalpha, text))


def leaves(value: Any) -> Iterator[str]:
    """The words in a value, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in CODES:
                yield from leaves(inner)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for inner in value:
            yield from leaves(inner)
