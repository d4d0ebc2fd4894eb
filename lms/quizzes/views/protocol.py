"""The calls of a page that saves by itself: become the writer, save, rest, hand in, ask how things stand.

The same addresses take plain forms where a page without script has a button for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation import clock, transaction
from lms.foundation.access import access, policy
from lms.foundation.db import db
from lms.foundation.locale import LOCALES
from lms.kit.problems import Invalid
from lms.quizzes import actions, queries
from lms.quizzes.core.answers import Event, of_record
from lms.quizzes.core.attempt import BREAK, AttemptState
from lms.quizzes.core.receipt import canonical_answers
from lms.quizzes.forms import manifest_from_json, sent_from_json
from lms.quizzes.models import Attempt

blueprint = Blueprint("attempts", __name__)


@blueprint.post("/attempts/<uuid:attempt_id>/claim")
@policy("attempt.write")
def claim(attempt_id: Any) -> ResponseReturnValue:
    attempt = actions.claim(access(), str(attempt_id))
    events = queries.load_events(attempt.id)
    stamps = [list(event.stamp) for event in events]
    return jsonify({**_standing(attempt), "answers": _told(events), "acked": stamps})


@blueprint.get("/attempts/<uuid:attempt_id>/state")
@policy("attempt.write")
def state(attempt_id: Any) -> ResponseReturnValue:
    standing = _standing(queries.load_state(access(), str(attempt_id)))
    return jsonify({**standing, "answers": _answers(str(attempt_id))} if "answers" in request.args else standing)


@blueprint.post("/attempts/<uuid:attempt_id>/events")
@policy("attempt.write")
def save_events(attempt_id: Any) -> ResponseReturnValue:
    """200 when everything is in the log, 202 when it came too late, 409 when somebody else writes by now.

    Whoever is told 409 has lost nothing: what was sent is in the log, below what the other one writes.
    """
    bodies = queries.load_paper(access(), str(attempt_id)).bodies
    sent = sent_from_json(_document(), bodies, LOCALES)
    if sent.shown or sent.flagged:
        actions.note_marks(access(), str(attempt_id), sent.shown, sent.flagged)
    saved = actions.save_events(access(), str(attempt_id), sent.events)
    body = {
        "acked": [list(stamp) for stamp in saved.acked],
        "quarantined": [list(stamp) for stamp in saved.quarantined],
        "server_now": saved.server_now.isoformat(),
        "deadline": saved.deadline_at.isoformat(),
        "receipt": saved.receipt_sha256,
    }
    if saved.superseded_by is None:
        return jsonify(body), 202 if saved.quarantined else 200
    transaction.keep()
    message = _("This quiz has been opened in another window. Your answer is kept.")
    told = {"error": "answer.superseded", "message": message, "epoch": saved.superseded_by}
    return jsonify({**body, **told, "answers": _answers(str(attempt_id))}), 409


@blueprint.post("/attempts/<uuid:attempt_id>/break")
@policy("attempt.write")
def rest(attempt_id: Any) -> ResponseReturnValue:
    """Cover the screen or come back. As a form it leads to the question that was open."""
    document = _document() if request.is_json else request.form
    step = document.get("step") if hasattr(document, "get") else None
    if step not in ("start", "end"):
        raise Invalid("http.400")
    change = actions.take_break if step == "start" else actions.return_from_break
    attempt = change(access(), str(attempt_id))
    if request.is_json:
        return jsonify(_standing(attempt))
    place = queries.load_last_opened([attempt.id])[attempt.id]
    return redirect(url_for("quizzes.question", attempt_id=attempt.id, position=place))


@blueprint.post("/attempts/<uuid:attempt_id>/submit")
@policy("attempt.write")
def submit(attempt_id: Any) -> ResponseReturnValue:
    """As a form it leads to the result. As JSON it names the answers that were sent and gets the receipt."""
    manifest = manifest_from_json(_document()) if request.is_json else ()
    handed_in = actions.submit(access(), str(attempt_id), manifest)
    attempt = handed_in.attempt
    if not request.is_json:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    answers = canonical_answers(handed_in.events)
    closed_at = attempt.closed_at.isoformat() if attempt.closed_at else None
    return jsonify(receipt=attempt.receipt_sha256, answers=answers, closed_at=closed_at)


def _standing(attempt: Attempt) -> dict[str, Any]:
    """How an attempt stands, by the clock that decides."""
    now = clock.attempt_now(db.session)
    started_at = attempt.break_started_at
    is_resting = attempt.state == AttemptState.OPEN and attempt.rest.lasts(now)
    return {
        "state": attempt.state,
        "epoch": attempt.writer_epoch,
        "server_now": now.isoformat(),
        "deadline": attempt.deadline_at.isoformat(),
        "break_until": (started_at + BREAK).isoformat() if started_at and is_resting else None,
        "may_break": started_at is None,
        "receipt": attempt.receipt_sha256,
    }


def _answers(attempt_id: str) -> dict[int, dict[str, Any]]:
    """The answer of record of each question, and who wrote it."""
    return _told(queries.load_events(attempt_id))


def _told(events: Iterable[Event]) -> dict[int, dict[str, Any]]:
    return {
        position: {"stamp": list(event.stamp), "payload": dict(event.payload)}
        for position, event in of_record(events).items()
    }


def _document() -> Any:
    """The posted JSON; one that is nested without end is as unreadable as one that is broken."""
    try:
        return request.get_json()
    except RecursionError as error:
        raise Invalid("http.400") from error
