"""Result analysis of the questions of a quiz: the card of each, and the two languages beside each other."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug import Response

from lms.analysis import actions, phrases
from lms.analysis.core.dif_judged import Standing
from lms.analysis.core.items import D27_PEOPLE
from lms.analysis.queries import Filters, load_analysis, load_readable
from lms.analysis.queries import clinic as cards
from lms.analysis.queries.answered import load_under_way
from lms.analysis.queries.curves import load_curves
from lms.analysis.queries.results import load_results
from lms.analysis.queries.section_months import MOST_MONTHS, load_section_months
from lms.analysis.queries.waves import load_months
from lms.analysis.tables.sentences import left_out, said
from lms.foundation.access import access, policy
from lms.kit.figures import INDICATIVE, SMALL_GROUP, shown_count
from lms.kit.problems import NotFound
from lms.quizzes import queries as quizzes
from lms.quizzes.core.rules import rules_from

blueprint = Blueprint("analysis_questions", __name__)


@blueprint.get("/analysis/<code>/questions/<question>")
@policy("analysis.read")
def show(code: str, question: str) -> str:
    """The card of a question. It rests on everybody, whatever the filters: its groups of scores could be subtracted."""
    quiz = quizzes.get_quiz(code)
    found, withheld = load_readable(quiz, Filters(), access())
    if found is None or question not in found.facts:
        raise NotFound
    card = cards.load_card(found, question)
    return render_template(
        "analysis/question.html",
        quiz=quiz,
        found=found,
        card=card,
        told=[said(found, verdict) for verdict in card.health.verdicts],
        under_way=load_under_way(quiz.id).get(question, []),
        is_withheld=question in withheld,
        phrases=phrases,
        report_kinds=phrases.REPORT_KINDS,
        standing=Standing,
        left_out=left_out(found),
        d27_people=D27_PEOPLE,
        small=SMALL_GROUP,
        shown_count=shown_count,
        indicative_under=INDICATIVE,
    )


@blueprint.get("/analysis/<code>/languages")
@policy("analysis.read")
def languages(code: str) -> str:
    """Every question of a quiz in both languages, the one first that differs most at equal ability."""
    quiz = quizzes.get_quiz(code)
    found, withheld = load_readable(quiz, Filters(), access())
    return render_template(
        "analysis/languages.html",
        quiz=quiz,
        found=found,
        rows=cards.compare_languages(found, withheld) if found else [],
        left_out=left_out(found) if found else "",
        phrases=phrases,
        standing=Standing,
        indicative_under=INDICATIVE,
    )


@blueprint.get("/analysis/<code>/curves")
@policy("analysis.read")
def curves(code: str) -> str:
    """How the chance of a right answer rises with ability, question by question."""
    quiz = quizzes.get_quiz(code)
    found = load_analysis(quiz, Filters())
    return render_template(
        "analysis/curves.html",
        quiz=quiz,
        found=found,
        fit=load_curves(found) if found else None,
        left_out=left_out(found) if found else "",
        phrases=phrases,
        shown_count=shown_count,
        indicative_under=INDICATIVE,
    )


@blueprint.post("/analysis/<code>/curves")
@policy("analysis.read")
def fit_curves(code: str) -> Response:
    """Have a job fit the curves of a quiz."""
    actions.ask_for_curves(quizzes.get_quiz(code))
    return redirect(url_for(".curves", code=code), 303)


@blueprint.get("/analysis/<code>/trend")
@policy("analysis.read")
def trend(code: str) -> str:
    """How a quiz went from month to month."""
    quiz = quizzes.get_quiz(code)
    found = load_results(quiz)
    return render_template(
        "analysis/trend.html",
        quiz=quiz,
        cut=rules_from(quizzes.load_current_versions([quiz.id])[quiz.id].rules).cut_percent,
        months=load_months(quiz, found),
        by_section=load_section_months(quiz.id, found),
        most_months=MOST_MONTHS,
        phrases=phrases,
        indicative_under=INDICATIVE,
    )
