"""What was asked for as a report, as a value; and the name of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

BOTH = "en-ja", "ja-en"
LANGUAGES = ("en", "ja", *BOTH)
"""A report is in one language, or in both with one of them first."""


class People(StrEnum):
    """How people appear."""

    NONE = "none"
    CODES = "codes"
    NAMES = "names"


class Format(StrEnum):
    """What is made of a document."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. ``made_at`` is an input: the same request gives the same bytes.

    ``about`` names the subject by code: quiz, cohort, person and so on, as the kind has it. ``language`` is that of the
    document, or both; ``parts`` those that were chosen, and None means all.
    """

    kind: str
    about: Mapping[str, str]
    language: str
    made_at: datetime
    made_by: str
    zone_name: str
    comment: str = ""
    people: People = People.NONE
    parts: frozenset[str] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its days and times."""
        return ZoneInfo(self.zone_name)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the document, the first one first."""
        return tuple(self.language.split("-"))

    def has(self, part: str) -> bool:
        """Whether a part was chosen."""
        return self.parts is None or part in self.parts


def file_name(request: Request, words: tuple[str, ...], ending: str) -> str:
    """The name under which the file is downloaded: the subject, day and language.

    >>> from datetime import UTC
    >>> asked = Request("analysis", {}, "ja", datetime(2026, 11, 16, tzinfo=UTC), "Q0001", "Asia/Tokyo")
    >>> file_name(asked, ("harassment-checkpoint", ""), "pdf")
    'harassment-checkpoint-2026-11-16-ja.pdf'
    """
    day = request.made_at.astimezone(request.zone).date()
    parts = [*words, day.isoformat(), request.language]
    return "-".join(part for part in parts if part) + f".{ending}"
