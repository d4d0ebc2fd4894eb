"""Taking a quiz: the list, the start, one question at a time, review and submission. Works without script."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import Access, access, policy
from lms.foundation.carried import is_reopened
from lms.foundation.errors import sentence
from lms.foundation.locale import LOCALES, current
from lms.kit.pages import Page
from lms.kit.problems import Invalid, NotFound
from lms.policies import queries as policies
from lms.quizzes import actions, phrases, queries
from lms.quizzes.core.answers import next_seq, of_record
from lms.quizzes.core.attempt import AttemptState, minutes_left
from lms.quizzes.core.passing import questions_at_cut
from lms.quizzes.core.receipt import canonical_answers
from lms.quizzes.core.rules import rules_from
from lms.quizzes.forms import answer_from_form, events_from_json, manifest_from_json
from lms.quizzes.models import Attempt, AttemptQuestion

blueprint = Blueprint("quizzes", __name__, template_folder="../templates")


@blueprint.get("/quizzes")
@policy("attempt.write")
def index() -> str:
    given = queries.list_given(current_user.id)
    part = Page.of(len(given), request.args.get("page", 1, type=int))
    return render_template("quizzes/index.html", given=given[part.offset : part.last], part=part, at=clock.now())


@blueprint.get("/quizzes/<int:assignment_id>")
@policy("attempt.write")
def start(assignment_id: int) -> str:
    given = queries.get_given(current_user.id, assignment_id)
    thousandths = given.rules.question_thousandths
    at_cut = questions_at_cut(given.questions * thousandths, given.rules.cut_percent, thousandths)
    return render_template("quizzes/start.html", given=given, at=clock.now(), at_cut=at_cut, phrases=phrases)


@blueprint.post("/quizzes/<int:assignment_id>/attempts")
@policy("attempt.write")
def open_attempt(assignment_id: int) -> ResponseReturnValue:
    attempt = actions.open_attempt(current_user, assignment_id, locale=current())
    place = queries.load_last_opened([attempt.id])[attempt.id]
    return redirect(url_for("quizzes.question", attempt_id=attempt.id, position=place))


@blueprint.get("/attempts/<uuid:attempt_id>/questions/<int:position>")
@policy("attempt.write")
def question(attempt_id: Any, position: int) -> ResponseReturnValue:
    attempt = queries.get_attempt(access(), str(attempt_id))
    if attempt.state != AttemptState.OPEN:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    return _question_page(attempt, _row(attempt, position), None)


@blueprint.post("/attempts/<uuid:attempt_id>/questions/<int:position>")
@policy("attempt.write")
def answer(attempt_id: Any, position: int) -> ResponseReturnValue:
    attempt = queries.get_attempt(access(), str(attempt_id))
    row = _row(attempt, position)
    here = url_for("quizzes.question", attempt_id=attempt.id, position=position)
    if "show" in request.form:  # a button of another page leads here; it brings no answer along
        actions.note_shown(access(), attempt.id, position)
        return redirect(here)
    try:
        payload = answer_from_form(row.question_version.body, request.form)
    except Invalid as problem:
        if attempt.state != AttemptState.OPEN:
            return redirect(url_for("quizzes.result", attempt_id=attempt.id))
        return _question_page(attempt, row, sentence(problem)), 422
    saved = actions.answer_by_form(access(), attempt.id, position, payload, locale=current())
    if attempt.state != AttemptState.OPEN:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    if saved is not None and saved.quarantined:
        return redirect(url_for("quizzes.submit_page", attempt_id=attempt.id))
    if "flag" in request.form:
        actions.note_shown(access(), attempt.id, position, flagged=not row.is_flagged)
        return redirect(here)
    return _go(access(), attempt, position)


@blueprint.post("/attempts/<uuid:attempt_id>/events")
@policy("attempt.write")
def save_events(attempt_id: Any) -> ResponseReturnValue:
    attempt = queries.get_attempt(access(), str(attempt_id))
    bodies = {row.position: row.question_version.body for row in attempt.questions}
    events = events_from_json(_document(), bodies, LOCALES)
    saved = actions.save_events(access(), attempt.id, events)
    body = {
        "acked": [list(stamp) for stamp in saved.acked],
        "quarantined": [list(stamp) for stamp in saved.quarantined],
        "server_now": saved.server_now.isoformat(),
        "deadline": saved.deadline_at.isoformat(),
        "receipt": saved.receipt_sha256,
    }
    return jsonify(body), 202 if saved.quarantined else 200


@blueprint.get("/attempts/<uuid:attempt_id>/review")
@policy("attempt.write")
def submit_page(attempt_id: Any) -> ResponseReturnValue:
    attempt = queries.get_attempt(access(), str(attempt_id))
    if attempt.state != AttemptState.OPEN:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    answered = _answered(attempt)
    return render_template(
        "quizzes/review.html",
        attempt=attempt,
        answered=answered,
        late_count=queries.count_late_answers(attempt.id),
        at=clock.now(),
        minutes_left=minutes_left,
    )


@blueprint.post("/attempts/<uuid:attempt_id>/submit")
@policy("attempt.write")
def submit(attempt_id: Any) -> ResponseReturnValue:
    """As a form it leads to the result. As JSON it names the answers that were sent and gets the receipt."""
    manifest = manifest_from_json(_document()) if request.is_json else ()
    attempt = actions.submit(access(), str(attempt_id), manifest)
    if not request.is_json:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    answers = canonical_answers(queries.load_events(attempt.id))
    closed_at = attempt.closed_at.isoformat() if attempt.closed_at else None
    return jsonify(receipt=attempt.receipt_sha256, answers=answers, closed_at=closed_at)


def _document() -> Any:
    """The posted JSON; one that is nested without end is as unreadable as one that is broken."""
    try:
        return request.get_json()
    except RecursionError as error:
        raise Invalid("http.400") from error


def _go(access: Access, attempt: Attempt, position: int) -> ResponseReturnValue:
    """Where a posted form leads: the question of the map, the one before or after, or the review."""
    target = request.form.get("go", "next")
    last = len(attempt.questions)
    places = {"back": position - 1, "next": position + 1, "review": last + 1}
    places |= {str(n): n for n in range(1, last + 1)}
    place = places.get(target, position + 1)
    if not 1 <= place <= last:
        return redirect(url_for("quizzes.submit_page", attempt_id=attempt.id))
    actions.note_shown(access, attempt.id, place)
    return redirect(url_for("quizzes.question", attempt_id=attempt.id, position=place))


def _row(attempt: Attempt, position: int) -> AttemptQuestion:
    row = next((row for row in attempt.questions if row.position == position), None)
    if row is None:
        raise NotFound
    return row


def _answered(attempt: Attempt) -> dict[int, dict[str, Any]]:
    """The payloads of the answers of record, without the blank ones."""
    events = of_record(queries.load_events(attempt.id))
    return {position: dict(event.payload) for position, event in events.items() if event.payload}


def _chosen(row: AttemptQuestion, saved: dict[str, Any]) -> dict[str, Any]:
    """What is chosen on the page: the answer of record, or the one that could not be sent and comes back."""
    if is_reopened():
        with suppress(Invalid):
            return answer_from_form(row.question_version.body, request.form)
    return saved


def _question_page(attempt: Attempt, row: AttemptQuestion, refusal: str | None) -> str:
    events = queries.load_events(attempt.id)
    answered = {position: dict(event.payload) for position, event in of_record(events).items() if event.payload}
    versions = queries.load_policy_versions(attempt.id)
    body = row.question_version.body
    texts = (
        policies.load_sections([version.id for version in versions], [current()]) if "section" in body["groups"] else {}
    )
    sections = {section.full_name: section for listed in texts.values() for section in listed}
    return render_template(
        "quizzes/question.html",
        attempt=attempt,
        row=row,
        body=body,
        answer=_chosen(row, answered.get(row.position, {})),
        answered=answered,
        rules=rules_from(attempt.quiz_version.rules),
        versions=versions,
        sections=sections,
        last_saved_at=queries.load_last_saved_at(attempt.id),
        next_seq=next_seq([event.stamp for event in events], attempt.writer_epoch),
        minutes=minutes_left(clock.now(), attempt.deadline_at),
        phrases=phrases,
        refusal=refusal,
    )
