"""The result analysis of a quiz as a document. People appear as numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import render_template

from lms.analysis import phrases as analysis_phrases
from lms.analysis import queries as analysis
from lms.analysis import tables as analysis_tables
from lms.analysis.core.findings import Code
from lms.analysis.core.items import D27_PEOPLE
from lms.analysis.core.verdicts import Kind
from lms.analysis.queries import Analysis, Filters
from lms.analysis.tables.sentences import said
from lms.foundation.locale import localized, speaking
from lms.kit.figures import INDICATIVE
from lms.kit.problems import Invalid
from lms.kit.tables import Table
from lms.policies.core.markup import Prose, blocks
from lms.quizzes import queries as quizzes

MOST_POINTS = 3


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. ``made_at`` is an input: the same request gives the same bytes.

    ``locale`` is the language of the document; ``taken_in`` keeps to attempts in one language, and empty means all.
    """

    quiz: str
    cohort: str
    locale: str
    made_at: datetime
    made_by: str
    zone_name: str
    comment: str = ""
    taken_in: str = ""


def html(request: Request) -> str:
    """The document as HTML, for PDF; raises ``Invalid`` when there is nothing to report."""
    found = _load(request)
    with speaking(request.locale):
        return render_template(
            "reports/print/analysis.html",
            request_=request,
            zone=ZoneInfo(request.zone_name),
            quiz=found.quiz,
            found=found,
            verdicts=[said(found, verdict) for verdict in found.verdicts],
            most_points=MOST_POINTS,
            suspect=Kind.TRANSLATION_SUSPECT,
            choices=[entry for entry in found.health if entry.needs_review and entry.item in found.options],
            below=_below(found, request.locale),
            folded=request.taken_in != found.filters.language,
            phrases=analysis_phrases,
            few_data=Code.FEW_DATA,
            d27_people=D27_PEOPLE,
            indicative_under=INDICATIVE,
        )


def tables(request: Request) -> list[Table]:
    """The document as tables, for spreadsheets; raises ``Invalid`` when there is nothing to report."""
    found = _load(request)
    with speaking(request.locale):
        return [
            analysis_tables.questions(found),
            analysis_tables.verdicts(found),
            analysis_tables.sections(found),
            analysis_tables.key_figures(found),
        ]


def file_name(request: Request) -> str:
    """The name under which the file is downloaded: quiz, what it keeps to, day and language."""
    day = request.made_at.astimezone(ZoneInfo(request.zone_name)).date()
    kept = [request.cohort, f"taken-in-{request.taken_in}" if request.taken_in else ""]
    parts = [request.quiz, *kept, day.isoformat(), request.locale]
    return "-".join(part for part in parts if part) + ".pdf"


def _load(request: Request) -> Analysis:
    found = analysis.load_analysis(quizzes.get_quiz(request.quiz), Filters(request.cohort, request.taken_in))
    if found is None:
        raise Invalid("report.no_results")
    return found


def _below(found: Analysis, locale: str) -> list[tuple[str, str, list[Prose]]]:
    """The policy text of the sections below the cut: number, title and text, without sensitive examples."""
    below = []
    for name, total in zip(found.heatmap.sections, found.heatmap.section_totals, strict=True):
        if total.is_below_cut:
            section = found.sections[name]
            spoken = locale if locale in section.bodies else "en"
            prose = [block for block in blocks(section.bodies[spoken]) if isinstance(block, Prose)]
            titles = {key: title or "" for key, title in section.titles.items()}
            below.append((section.number or "", localized(titles, spoken), prose))
    return below
