"""Taking a quiz: the list, the start, one question at a time, review and submission. Works without script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.foundation import clock
from lms.foundation.access import Access, access, me, policy
from lms.foundation.carried import is_reopened
from lms.foundation.errors import sentence
from lms.foundation.locale import current
from lms.kit.pages import Page
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.policies.queries import SectionText
from lms.policies.queries.published import load_published_sections
from lms.quizzes import actions, phrases, queries
from lms.quizzes.core.attempt import BREAK, AttemptState, minutes_left
from lms.quizzes.core.passing import questions_at_cut
from lms.quizzes.forms import answer_from_form
from lms.quizzes.models import Attempt, AttemptQuestion
from lms.quizzes.queries.taking import Asked, Sitting

blueprint = Blueprint("quizzes", __name__, template_folder="../templates")


@blueprint.get("/quizzes")
@policy("attempt.write")
def index() -> str:
    given = queries.list_given(me().id)
    part = Page.of(len(given), request.args.get("page", 1, type=int))
    return render_template("quizzes/index.html", given=given[part.offset : part.last], part=part, at=clock.now())


@blueprint.get("/quizzes/<int:assignment_id>")
@policy("attempt.write")
def start(assignment_id: int) -> str:
    given = queries.get_given(me().id, assignment_id)
    thousandths = given.rules.question_thousandths
    at_cut = questions_at_cut(given.questions * thousandths, given.rules.cut_percent, thousandths)
    sitting = given.open_attempt
    more = sitting.more_minutes if sitting else queries.load_more_minutes(me(), given.rules, clock.now())
    return render_template(
        "quizzes/start.html", given=given, at=clock.now(), at_cut=at_cut, more_minutes=more, phrases=phrases
    )


@blueprint.post("/quizzes/<int:assignment_id>/attempts")
@policy("attempt.write")
def open_attempt(assignment_id: int) -> ResponseReturnValue:
    attempt = actions.open_attempt(me(), assignment_id, locale=current())
    place = queries.load_last_opened([attempt.id])[attempt.id]
    return redirect(url_for("quizzes.question", attempt_id=attempt.id, position=place))


@blueprint.get("/attempts/<uuid:attempt_id>/questions/<int:position>")
@policy("attempt.write")
def question(attempt_id: Any, position: int) -> ResponseReturnValue:
    sitting = queries.load_sitting(access(), str(attempt_id))
    if sitting.state != AttemptState.OPEN:
        return redirect(url_for("quizzes.result", attempt_id=sitting.id))
    return _question_page(sitting, position, None)


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
        return _question_page(queries.load_sitting(access(), attempt.id), position, sentence(problem)), 422
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
    sitting = queries.load_sitting(access(), str(attempt_id))
    if sitting.state != AttemptState.OPEN:
        raise Conflict("attempt.closed")
    if sitting.rest.lasts(sitting.now):
        raise Conflict("attempt.on_break")
    answers = queries.load_answers(sitting.id)
    return render_template("quizzes/paper.html", answered=answers.payloads, **_paper(sitting, sitting.questions))


@blueprint.get("/attempts/<uuid:attempt_id>/review")
@policy("attempt.write")
def submit_page(attempt_id: Any) -> ResponseReturnValue:
    sitting = queries.load_sitting(access(), str(attempt_id))
    if sitting.state != AttemptState.OPEN:
        return redirect(url_for("quizzes.result", attempt_id=sitting.id))
    answers = queries.load_answers(sitting.id)
    return render_template(
        "quizzes/review.html",
        attempt=sitting,
        answered=answers.payloads,
        last_saved_at=answers.last_saved_at,
        late_count=queries.count_late_answers(sitting.id),
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


def _chosen(asked: Asked, saved: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is chosen on the page: the answer of record, or the one that could not be sent and comes back."""
    if is_reopened():
        with suppress(Invalid):
            return answer_from_form(asked.body, request.form)
    return saved


def _question_page(sitting: Sitting, position: int, refusal: str | None) -> str:
    asked = next((question for question in sitting.questions if question.position == position), None)
    if asked is None:
        raise NotFound
    if sitting.rest.lasts(sitting.now) and sitting.rest.started_at is not None:
        return render_template("quizzes/on_break.html", attempt=sitting, until=sitting.rest.started_at + BREAK)
    answers = queries.load_answers(sitting.id)
    return render_template(
        "quizzes/question.html",
        asked=asked,
        answer=_chosen(asked, answers.payloads.get(position, {})),
        answered=answers.payloads,
        last_saved_at=answers.last_saved_at,
        minutes=minutes_left(sitting.now, sitting.deadline_at),
        refusal=refusal,
        **_paper(sitting, [asked]),
    )


def _beside(
    sitting: Sitting, texts: Mapping[int, Sequence[SectionText]], is_case: Mapping[int, bool]
) -> dict[int, tuple[SectionText, str]]:
    """For an open book: the section that each question rests on, with the number of its version. Not that of a case,
    where the section is one of the answers.
    """
    policies = sitting.terms.policies
    known = {one.full_name: (one, pinned.number) for pinned in policies for one in texts.get(pinned.version_id, ())}
    return {
        one.position: known[one.section]
        for one in sitting.questions
        if one.section in known and is_case.get(one.position) is False
    }


def _paper(sitting: Sitting, asked: Sequence[Asked]) -> dict[str, Any]:
    """What these questions need to be shown: the rules, the policies in force and the sections that a case offers."""
    rules, pinned = sitting.terms.rules, sitting.terms.policies
    is_case = {question.position: "section" in question.body["groups"] for question in asked}
    needs_texts = any(is_case.values()) or rules.open_book
    texts = load_published_sections([(one.version_id, one.published_at) for one in pinned]) if needs_texts else {}
    return {
        "attempt": sitting,
        "rules": rules,
        "beside": _beside(sitting, texts, is_case) if rules.open_book else {},
        "sections": {section.full_name: section for listed in texts.values() for section in listed},
        "phrases": phrases,
    }
