"""Result analysis of a quiz on screen."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from lms.analysis import phrases, queries
from lms.analysis.core.findings import REVIEWED, Code
from lms.analysis.core.items import D27_PEOPLE, tail_size
from lms.analysis.queries import Analysis, Filters
from lms.foundation.access import policy
from lms.foundation.locale import LOCALES, localized
from lms.quizzes import queries as quizzes

blueprint = Blueprint("analysis", __name__, template_folder="templates")


@blueprint.get("/analysis")
@policy("analysis.read")
def index() -> str:
    listed = quizzes.list_quizzes()
    return render_template("analysis/index.html", quizzes=listed)


@blueprint.get("/analysis/<code>")
@policy("analysis.read")
def show(code: str) -> str:
    quiz = quizzes.get_quiz(code)
    filters = _filters()
    found = queries.load_analysis(quiz, filters)
    return render_template(
        "analysis/show.html",
        quiz=quiz,
        filters=found.filters if found else filters,
        folded=bool(found and filters.language and not found.filters.language),
        found=found,
        chosen=_chosen(found),
        cohorts=queries.list_cohorts_of(quiz),
        phrases=phrases,
        reviewed=REVIEWED,
        few_data=Code.FEW_DATA,
        tail_size=tail_size,
        d27_people=D27_PEOPLE,
    )


@blueprint.get("/analysis/<code>/items.csv")
@policy("analysis.read")
def items_csv(code: str) -> Response:
    quiz = quizzes.get_quiz(code)
    found = queries.load_analysis(quiz, _filters())
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("ID"), _("Section"), _("Question"), _("n"), _("Facility"), _("Discrimination"), _("Finding")])
    for entry in found.health if found else ():
        fact, figures = found.facts[entry.item], entry.figures  # type: ignore[union-attr]
        hidden = entry.findings[0].code is Code.FEW_DATA
        writer.writerow(
            [
                fact.code,
                fact.section or "",
                localized(fact.body["prompt"]),
                "<5" if hidden else figures.n,
                "" if hidden or figures.facility is None else round(figures.facility, 4),
                "" if hidden or figures.rest_correlation is None else round(figures.rest_correlation, 4),
                "; ".join(str(phrases.FINDINGS[finding.code]) for finding in entry.findings),
            ]
        )
    response = make_response("\ufeff" + text.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-items.csv"'
    return response


def _filters() -> Filters:
    language = request.args.get("language", "")
    return Filters(cohort=request.args.get("cohort", ""), language=language if language in LOCALES else "")


def _chosen(found: Analysis | None) -> str | None:
    """The question of the detail card: the one asked for, else the one that needs attention most."""
    if found is None or not found.health:
        return None
    asked = request.args.get("question", "")
    return asked if asked in found.facts else found.health[0].item
