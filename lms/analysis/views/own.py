"""A person's own results over time. Nobody else's are ever read here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user

from lms.analysis.queries.expected import load_expected
from lms.analysis.queries.own import load_history
from lms.foundation.access import access, policy
from lms.kit.pages import Page
from lms.quizzes import queries as quizzes

ATTEMPTS_SHOWN = 20
"""All of them stand on the page of results."""

blueprint = Blueprint("own_results", __name__)


@blueprint.get("/results/over-time")
@policy("result.read")
def show() -> str:
    found = load_history(current_user.id)
    part = Page.of(len(found.sections), request.args.get("page", 1, type=int))
    return render_template(
        "analysis/own.html",
        sections=found.sections[part.offset : part.last],
        part=part,
        attempts=found.attempts[:ATTEMPTS_SHOWN],
    )


@blueprint.get("/attempts/<uuid:attempt_id>/expected")
@policy("result.read")
def expected(attempt_id: Any) -> str:
    """The sections of an attempt beside what the person's other answers lead to expect."""
    attempt = quizzes.get_without_paper(access(), str(attempt_id))
    found = load_expected(attempt, current_user.code)
    return render_template("analysis/expected.html", attempt=attempt, sections=found)
