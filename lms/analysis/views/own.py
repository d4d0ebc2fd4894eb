"""A person's own results over time. Nobody else's are ever read here."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_login import current_user

from lms.analysis.queries.own import load_history
from lms.foundation.access import policy
from lms.kit.pages import Page

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
