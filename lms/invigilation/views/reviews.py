"""What is to be decided of attempts: a list, the page of one attempt, what somebody proposes and another decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import queries as people
from lms.foundation.access import access, may, me, policy
from lms.foundation.errors import sentence
from lms.invigilation import actions, phrases, queries
from lms.invigilation.core.ruling import RulingKind, RulingState
from lms.invigilation.forms import LATE_KINDS, LateForm, VoidForm
from lms.invigilation.models import Ruling
from lms.kit.problems import Conflict, Invalid, NotFound, Refused
from lms.quizzes import queries as quizzes
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.core.regrading import shown_scores
from lms.quizzes.models import Attempt
from lms.quizzes.phrases import STATES
from lms.quizzes.queries.late import load_waiting
from lms.quizzes.queries.regrading import CLOSED

blueprint = Blueprint("reviews", __name__, template_folder="../templates")

VOID = "void-"


@blueprint.get("/reviews")
@policy("late.read")
def index() -> str:
    """The attempts of which something waits, or with ``state=decided`` those that were decided on."""
    wanted = {name: request.args.get(name, "") for name in ("state", "quiz")}
    listed, part = queries.list_to_review(access(), asked=request.args.get("page", 1, type=int), **wanted)
    return render_template(
        "invigilation/reviews.html",
        listed=listed,
        part=part,
        wanted=wanted,
        quizzes=queries.list_quizzes(access()),
        named=people.load_named(row.attempt.person_id for row in listed),
        phrases=phrases,
        states=STATES,
    )


@blueprint.get("/reviews/<uuid:attempt_id>")
@policy("late.read")
def show(attempt_id: Any) -> str:
    return _page(queries.get_attempt(access(), str(attempt_id)))


@blueprint.post("/reviews/<uuid:attempt_id>/late")
@policy("late.propose")
def rule_late(attempt_id: Any) -> ResponseReturnValue:
    """Count the late answers or leave them out; who may not decide alone proposes it."""
    attempt = queries.get_attempt(access(), str(attempt_id))
    form = LateForm()
    return _propose(attempt, form, late=form)


@blueprint.post("/reviews/<uuid:attempt_id>/void")
@policy("void.propose")
def propose_void(attempt_id: Any) -> ResponseReturnValue:
    attempt = queries.get_attempt(access(), str(attempt_id))
    form = VoidForm(prefix=VOID)
    return _propose(attempt, form, void=form)


@blueprint.post("/reviews/<uuid:attempt_id>/late/<int:ruling_id>")
@policy("late.decide")
def decide_late(attempt_id: Any, ruling_id: int) -> ResponseReturnValue:
    return _decide(str(attempt_id), ruling_id, LATE_KINDS)


@blueprint.post("/reviews/<uuid:attempt_id>/void/<int:ruling_id>")
@policy("void.decide")
def decide_void(attempt_id: Any, ruling_id: int) -> ResponseReturnValue:
    return _decide(str(attempt_id), ruling_id, (RulingKind.VOID,))


@blueprint.post("/reviews/<uuid:attempt_id>/withdrawal/<int:ruling_id>")
@policy("late.propose")
def withdraw(attempt_id: Any, ruling_id: int) -> ResponseReturnValue:
    """Take back what one has proposed oneself."""
    try:
        actions.withdraw(access(), str(attempt_id), ruling_id, by=current_user)
    except Conflict as problem:
        return _conflict(str(attempt_id), problem)
    flash(_("Proposal taken back."))
    return redirect(url_for("reviews.show", attempt_id=attempt_id))


def _propose(attempt: Attempt, form: LateForm | VoidForm, **shown: Any) -> ResponseReturnValue:
    if not form.is_sent_and_valid():
        return _page(attempt, **shown), 422
    try:
        ruling = actions.propose(access(), attempt.id, form.wish, by=current_user)
    except Invalid as problem:
        form.take_back(problem)
        return _page(attempt, **shown), 422
    except (Conflict, Refused) as problem:
        return _page(attempt, behind=sentence(problem), **shown), problem.status
    flash(_told(ruling))
    return redirect(url_for("reviews.show", attempt_id=attempt.id))


def _decide(attempt_id: str, ruling_id: int, kinds: Collection[RulingKind]) -> ResponseReturnValue:
    decision = request.form.get("decision", "")
    if decision not in {"apply", "decline"}:
        raise NotFound
    try:
        is_applied = decision == "apply"
        ruling = actions.decide(access(), attempt_id, ruling_id, kinds, is_applied=is_applied, by=current_user)
    except (Conflict, Refused) as problem:
        return _conflict(attempt_id, problem)
    flash(_told(ruling))
    return redirect(url_for("reviews.show", attempt_id=attempt_id))


def _conflict(attempt_id: str, problem: Conflict | Refused) -> Response:
    response = make_response(_page(queries.get_attempt(access(), attempt_id), behind=sentence(problem)))
    response.status_code = problem.status
    return response


def _told(ruling: Ruling) -> str:
    """What has become of a ruling, for whoever has just proposed or decided it."""
    if ruling.state == RulingState.PROPOSED:
        return str(_("Proposed. Somebody else decides on it."))
    if ruling.state != RulingState.APPLIED:
        return str(_("Declined. Everything stays as it was."))
    if ruling.kind == RulingKind.VOID:
        return str(_("The attempt is void. The learner has been told."))
    if ruling.kind == RulingKind.REFUSE:
        return str(_("The late answers are left out. The learner has been told."))
    return str(_("The late answers are counted. The learner has been told."))


def _page(attempt: Attempt, *, late: LateForm | None = None, void: VoidForm | None = None, behind: str = "") -> str:
    run = queries.load_last_run(attempt.id) if attempt.state != AttemptState.OPEN else None
    waiting = load_waiting([attempt.id]).get(attempt.id, [])
    rulings = queries.list_rulings(attempt.id)
    proposed = next((ruling for ruling in rulings if ruling.state == RulingState.PROPOSED), None)
    may_look = bool(waiting) and attempt.state in CLOSED
    counted = _seen_by(proposed, waiting)
    trial = actions.try_admission(attempt, counted) if may_look else None
    late = late or LateForm(MultiDict())
    late.go_on_from(max((event.id for event in waiting), default=0))
    return render_template(
        "invigilation/review.html",
        attempt=attempt,
        is_own=attempt.person_id == me().id,
        is_named=bool(people.load_named([attempt.person_id])),
        run=run,
        percent=shown_percent(run.score_thousandths, run.max_thousandths) if run else None,
        waiting=waiting,
        codes=quizzes.load_standings(attempt.id) if waiting and may("question.read") else {},
        late_questions=len({event.position for event in counted}),
        lateness=queries.lateness,
        trial=trial,
        scores=shown_scores(trial.before, trial.result.after) if trial else None,
        rulings=rulings,
        proposed=proposed,
        may_apply=proposed is not None and actions.may_apply(proposed, current_user),
        late=late,
        void=void or VoidForm(MultiDict(), prefix=VOID),
        behind=behind,
        may_rule=may("late.decide"),
        phrases=phrases,
        states=STATES,
    )


def _seen_by(proposed: Ruling | None, waiting: list[Any]) -> list[Any]:
    """The late events that a waiting proposal is about, else all of them."""
    if proposed is None or proposed.until_event_id is None:
        return waiting
    return [event for event in waiting if event.id <= proposed.until_event_id]
