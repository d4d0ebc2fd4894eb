"""The kinds of reports: adding one is one module of builders with the same functions, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from lms.foundation.locale import LOCALES, speaking
from lms.reports.access import Reader
from lms.reports.builders import acknowledgements, analysis, campaign, golive, monthly, transcript
from lms.reports.core.document import Document, in_both
from lms.reports.core.scope import People, Request, file_name
from lms.reports.phrases import KINDS


@dataclass(frozen=True, slots=True)
class Report:
    """One kind. ``action`` is what somebody must be allowed to do; what is loaded is within the reach of it.

    ``load`` reads once, ``describe`` makes the document in the language that is being spoken; ``title`` says what a
    report is about, ``file_words`` name its file. ``parts`` can be chosen; ``has_people`` says whether people can
    appear.
    """

    name: Any
    action: str
    load: Callable[[Request, Reader], Any]
    describe: Callable[[Request, Any], Document]
    title: Callable[[Request, Reader], str]
    file_words: Callable[[Request], tuple[str, ...]]
    parts: Mapping[str, Any]
    has_people: bool = True
    is_own: bool = False
    """Whether it is of one person, who may have it of themselves."""
    turning: tuple[str, ...] = ()
    """What a report that comes again is about anew at each turn; ``renewed`` says what, by the moment of the turn."""
    renewed: Callable[[Request, datetime], Mapping[str, str]] | None = None
    has_actions: bool = False
    """Whether the actions stand in it that answer what it finds."""

    def of_turn(self, request: Request, moment: datetime) -> Mapping[str, str]:
        """What a turn of a schedule is about."""
        return request.about if self.renewed is None else self.renewed(request, moment)

    def draws_on(self, people: People) -> tuple[str, ...]:
        """The actions whose reach decides what stands in a report in which people appear so, its own first."""
        shows_people = self.has_people and people is not People.NONE
        return (
            self.action,
            *(["result.list"] if shows_people and not self.is_own else []),
            *(["person.names"] if shows_people and people is People.NAMES else []),
            *(["followup.read"] if self.has_actions else []),
        )


REPORTS: Mapping[str, Report] = {
    "analysis": Report(
        KINDS["analysis"],
        "report.write",
        analysis.load,
        analysis.describe,
        analysis.title,
        analysis.file_words,
        analysis.PARTS,
        has_people=False,
        has_actions=True,
    ),
    "golive": Report(
        KINDS["golive"],
        "report.golive",
        golive.load,
        golive.describe,
        golive.title,
        golive.file_words,
        golive.PARTS,
    ),
    "transcript": Report(
        KINDS["transcript"],
        "report.transcript",
        transcript.load,
        transcript.describe,
        transcript.title,
        transcript.file_words,
        transcript.PARTS,
        is_own=True,
    ),
    "acknowledgements": Report(
        KINDS["acknowledgements"],
        "report.acknowledgements",
        acknowledgements.load,
        acknowledgements.describe,
        acknowledgements.title,
        acknowledgements.file_words,
        acknowledgements.PARTS,
    ),
    "campaign": Report(
        KINDS["campaign"],
        "report.campaign",
        campaign.load,
        campaign.describe,
        campaign.title,
        campaign.file_words,
        campaign.PARTS,
        turning=("period",),
        renewed=campaign.renewed,
    ),
    "monthly": Report(
        KINDS["monthly"],
        "report.monthly",
        monthly.load,
        monthly.describe,
        monthly.title,
        monthly.file_words,
        monthly.PARTS,
        turning=("month",),
        renewed=monthly.renewed,
        has_people=False,
        has_actions=True,
    ),
}


def build(request: Request, reader: Reader) -> Document:
    """The document that was asked for, within somebody's reach; raises ``Invalid`` when there is nothing to report."""
    kind = REPORTS[request.kind]
    if not kind.has_people or not (reader.has_lists or kind.is_own):
        request = replace(request, people=People.NONE)
    found = kind.load(request, reader)
    spoken = []
    for language in request.languages:
        with speaking(language):
            spoken.append(kind.describe(request, found))
    document = spoken[0] if len(spoken) == 1 else in_both(*spoken)
    return document if request.parts is None else document.only(request.parts)


def titles(request: Request, reader: Reader) -> dict[str, str]:
    """What a report is about, in each language."""
    found = {}
    for language in LOCALES:
        with speaking(language):
            found[language] = REPORTS[request.kind].title(request, reader)
    return found


def file_name_of(request: Request, ending: str) -> str:
    """The name of a report's file."""
    return file_name(request, REPORTS[request.kind].file_words(request), ending)
