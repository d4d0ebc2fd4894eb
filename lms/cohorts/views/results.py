"""The results of one's people: for trainers those of their cohorts, for vendor managers those of the vendor."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from lms.accounts import queries as people
from lms.cohorts import queries
from lms.cohorts.queries.results import SORTS, Wanted, list_quizzes, list_results
from lms.foundation.access import access, access_for, policy
from lms.kit.ordering import Order
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.core.rules import rules_from

blueprint = Blueprint("learner_results", __name__, template_folder="../templates")


@blueprint.get("/results/people")
@policy("result.list")
def index() -> str:
    """The list; the address holds its filters, its order and its page."""
    wanted = Wanted(
        words=request.args.get("q", "").strip(),
        **{name: request.args.get(name, "") for name in ("cohort", "quiz", "outcome", "sort")},
        page=request.args.get("page", 1, type=int),
    )
    found, part = list_results(access(), wanted)
    return render_template(
        "cohorts/results.html",
        found=[
            (
                attempt,
                run,
                quiz,
                shown_percent(run.score_thousandths, run.max_thousandths),
                rules_from(attempt.quiz_version.rules).cut_percent,
            )
            for attempt, run, quiz in found
        ],
        part=part,
        wanted=wanted,
        order=Order.of(wanted.sort, SORTS),
        named=people.load_named({attempt.person_id for attempt, _run, _quiz in found}),
        cohorts=[cohort for cohort, _count in reversed(queries.list_cohorts(access_for("cohort.read")))],
        quizzes=list_quizzes(access()),
    )
