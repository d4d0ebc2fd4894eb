"""Comments on questions: sent from an attempt or its result, answered by those who answer for questions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import access, me, policy
from lms.foundation.errors import sentence
from lms.foundation.locale import current
from lms.kit.pages import Page
from lms.kit.problems import Conflict, Invalid, Refused
from lms.questions import queries as questions
from lms.quizzes import phrases, queries
from lms.quizzes.actions import reporting
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.reporting import LONGEST, ReportKind
from lms.quizzes.models import Attempt, QuestionReport
from lms.quizzes.queries import reports
from lms.quizzes.queries.ahead import load_ahead, load_due

blueprint = Blueprint("question_reports", __name__, template_folder="../templates")


@blueprint.get("/attempts/<uuid:attempt_id>/comment")
@policy("attempt.write")
def write(attempt_id: Any) -> str:
    """A page of its own: it opens beside the quiz, which goes on."""
    attempt = queries.get_attempt(access(), str(attempt_id))
    return _write_page(attempt, position=request.args.get("question", 1, type=int))


@blueprint.post("/attempts/<uuid:attempt_id>/comment")
@policy("attempt.write")
def send(attempt_id: Any) -> ResponseReturnValue:
    attempt = queries.get_attempt(access(), str(attempt_id))
    position = request.form.get("question", 0, type=int)
    kind = request.form.get("kind", "")
    typed = request.form.get("text", "")
    try:
        if kind not in list(ReportKind):
            raise Invalid("report.kind", field="kind")
        made = reporting.report(attempt, position, ReportKind(kind), typed, locale=current(), by=current_user)
    except (Conflict, Invalid) as problem:
        page = _write_page(attempt, position=position, kind=kind, typed=typed, problem=problem)
        return page, 422 if isinstance(problem, Invalid) else problem.status
    return redirect(url_for(".own", report_id=made.id))


def _write_page(
    attempt: Attempt, *, position: int, kind: str = "", typed: str = "", problem: Conflict | Invalid | None = None
) -> str:
    return render_template(
        "quizzes/comment.html",
        attempt=attempt,
        position=position,
        kind=kind or ReportKind.FAULT,
        typed=typed,
        field=problem.field if problem else None,
        refusal=sentence(problem) if problem else "",
        is_open=attempt.state == AttemptState.OPEN,
        sent=reports.list_of(attempt.id),
        most=LONGEST,
        phrases=phrases,
    )


@blueprint.get("/comments/<int:report_id>")
@policy("attempt.write")
def own(report_id: int) -> str:
    """What whoever asks has said, and the answer as soon as it can give no key away."""
    report = reports.get_own_report(me().id, report_id)
    return render_template(
        "quizzes/comment_sent.html",
        report=report,
        is_kept_back=report.answer is not None and _may_come_again(report),
        is_open=report.attempt.state == AttemptState.OPEN,
        is_covered=report.attempt.rest.lasts(clock.now()),
        phrases=phrases,
    )


def _may_come_again(report: QuestionReport) -> bool:
    """An answer may hold the key: it waits while the question is before the person, or may come once more, and where
    the rule of a quiz shows no keys yet, until nobody takes that quiz any more. It does not wait for ever.
    """
    attempt = report.attempt
    if attempt.state == AttemptState.OPEN:
        return True
    due = load_due(attempt.person_id, clock.now())
    guarded = {quiz.quiz_id for quiz in due if quiz.guards_keys and not quiz.is_over}
    code = report.question_version.question.code
    return any(code in quiz.may_ask() for quiz in load_ahead(attempt.person_id, due, guarded=guarded))


@blueprint.get("/question-comments")
@policy("question.read")
def index() -> str:
    """What waits for an answer, the one owed first before the others; or what is answered."""
    are_answered = request.args.get("state") == "answered"
    part = Page.of(reports.count_reports(access(), are_answered=are_answered), request.args.get("page", 1, type=int))
    listed = reports.list_reports(access(), are_answered=are_answered, offset=part.offset, most=part.size)
    return render_template(
        "quizzes/comments.html", reports=listed, are_answered=are_answered, part=part, at=clock.now(), phrases=phrases
    )


@blueprint.get("/question-comments/<int:report_id>")
@policy("question.read")
def show(report_id: int) -> str:
    return _answer_page(_report(report_id))


@blueprint.post("/question-comments/<int:report_id>")
@policy("question.write")
def answer(report_id: int) -> ResponseReturnValue:
    report = _report(report_id)
    typed = request.form.get("answer", "")
    try:
        reporting.answer(report, typed, by=current_user)
    except (Conflict, Invalid) as problem:
        status = 422 if isinstance(problem, Invalid) else problem.status
        return _answer_page(report, typed=typed, refusal=sentence(problem)), status
    flash(_("Answered. Whoever asked has been told."))
    return redirect(url_for(".index"))


def _report(report_id: int) -> QuestionReport:
    report = reports.get_report(report_id)
    if questions.load_withheld([report.question_version.question], access()):
        raise Refused("question.is_withheld")
    return report


def _answer_page(report: QuestionReport, *, typed: str = "", refusal: str = "") -> str:
    return render_template(
        "quizzes/comment_answer.html",
        report=report,
        typed=typed,
        refusal=refusal,
        at=clock.now(),
        most=LONGEST,
        phrases=phrases,
    )
