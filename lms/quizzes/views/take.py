"""Taking a quiz: the list, the start, one question at a time, review and submission. Works without script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import Access, access, policy
from lms.foundation.carried import is_reopened
from lms.foundation.db import db
from lms.foundation.errors import sentence
from lms.foundation.locale import current
from lms.kit.pages import Page
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion
from lms.policies.queries import SectionText
from lms.quizzes import actions, phrases, queries
from lms.quizzes.core.answers import of_record
from lms.quizzes.core.attempt import BREAK, AttemptState, minutes_left
from lms.quizzes.core.passing import questions_at_cut
from lms.quizzes.core.rules import rules_from
from lms.quizzes.forms import answer_from_form
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
    sitting = given.open_attempt
    more = sitting.more_minutes if sitting else queries.load_more_minutes(current_user, given.rules, clock.now())
    return render_template(
        "quizzes/start.html", given=given, at=clock.now(), at_cut=at_cut, more_minutes=more, phrases=phrases
    )


@blueprint.post("/quizzes/<int:assignment_id>/attempts")
@policy("attempt.write")
def open_attempt(assignment_id: int) -> ResponseReturnValue:
    attempt = actions.open_attempt(current_user, assignment_id, locale=current())
    place = queries.load_last_opened([attempt.id])[attempt.id]
    return redirect(url_for("quizzes.question", attempt_id=attempt.id, position=place))


@blueprint.get("/attempts/<uuid:attempt_id>/questions/<int:position>")
@policy("attempt.write")
def question(attempt_id: Any, position: int) -> ResponseReturnValue:
    attempt = queries.get_map(access(), str(attempt_id))
    if attempt.state != AttemptState.OPEN:
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    return _question_page(attempt, _row(attempt, position), None)


@blueprint.post("/attempts/<uuid:attempt_id>/questions/<int:position>")
@policy("attempt.write")
def answer(attempt_id: Any, position: int) -> ResponseReturnValue:
    attempt = queries.get_map(access(), str(attempt_id))
    row = _row(attempt, position)
    here = url_for("quizzes.question", attempt_id=attempt.id, position=position)
    if "show" in request.form:  # a button of another page leads here; it brings no answer along
        actions.note_marks(access(), attempt.id, {position})
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
        actions.note_marks(access(), attempt.id, {position}, {position: not row.is_flagged})
        return redirect(here)
    return _go(access(), attempt, position)


@blueprint.get("/attempts/<uuid:attempt_id>/paper")
@policy("attempt.write")
def paper(attempt_id: Any) -> str:
    """All questions, for a page that goes on without a line; none while a break covers them."""
    attempt = queries.get_attempt(access(), str(attempt_id))
    if attempt.state != AttemptState.OPEN:
        raise Conflict("attempt.closed")
    if attempt.rest.lasts(clock.attempt_now(db.session)):
        raise Conflict("attempt.on_break")
    return render_template("quizzes/paper.html", answered=_answered(attempt), **_paper(attempt, attempt.questions))


@blueprint.get("/attempts/<uuid:attempt_id>/review")
@policy("attempt.write")
def submit_page(attempt_id: Any) -> ResponseReturnValue:
    attempt = queries.get_map(access(), str(attempt_id))
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


def _go(access: Access, attempt: Attempt, position: int) -> ResponseReturnValue:
    """Where a posted form leads: the question of the map, the one before or after, or the review."""
    target = request.form.get("go", "next")
    last = len(attempt.questions)
    places = {"back": position - 1, "next": position + 1, "review": last + 1}
    places |= {str(n): n for n in range(1, last + 1)}
    place = places.get(target, position + 1)
    if not 1 <= place <= last:
        return redirect(url_for("quizzes.submit_page", attempt_id=attempt.id))
    actions.note_marks(access, attempt.id, {place})
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
    at = clock.attempt_now(db.session)
    if attempt.rest.lasts(at) and attempt.break_started_at is not None:
        return render_template("quizzes/on_break.html", attempt=attempt, until=attempt.break_started_at + BREAK)
    answered = _answered(attempt)
    return render_template(
        "quizzes/question.html",
        row=row,
        answer=_chosen(row, answered.get(row.position, {})),
        answered=answered,
        last_saved_at=queries.load_last_saved_at(attempt.id),
        at=at,
        minutes=minutes_left(at, attempt.deadline_at),
        refusal=refusal,
        **_paper(attempt, [row]),
    )


def _beside(
    attempt: Attempt,
    versions: Sequence[PolicyVersion],
    texts: Mapping[int, Sequence[SectionText]],
    is_case: Mapping[int, bool],
) -> dict[int, tuple[SectionText, str]]:
    """For an open book: the section that each question rests on, with the number of its version. Not that of a case,
    where the section is one of the answers.
    """
    known = {one.full_name: (one, version.number) for version in versions for one in texts.get(version.id, ())}
    return {
        position: known[one.section]
        for position, one in queries.load_standings(attempt.id).items()
        if one.section in known and is_case.get(position) is False
    }


def _paper(attempt: Attempt, rows: Sequence[AttemptQuestion]) -> dict[str, Any]:
    """What these questions need to be shown: the rules, the policies in force and the sections that a case offers."""
    versions = queries.load_policy_versions(attempt.id)
    rules = rules_from(attempt.quiz_version.rules)
    is_case = {row.position: "section" in row.question_version.body["groups"] for row in rows}
    needs_texts = any(is_case.values()) or rules.open_book
    texts = policies.load_sections([version.id for version in versions], [current()]) if needs_texts else {}
    return {
        "attempt": attempt,
        "rules": rules,
        "versions": versions,
        "beside": _beside(attempt, versions, texts, is_case) if rules.open_book else {},
        "sections": {section.full_name: section for listed in texts.values() for section in listed},
        "phrases": phrases,
    }
