"""Quizzes for those who design them: the list, publishing one from questions in use."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation.access import policy
from lms.kit.problems import Invalid
from lms.questions import queries as questions
from lms.quizzes import actions, phrases, queries
from lms.quizzes.core.rules import rules_from
from lms.quizzes.forms import QuizForm

blueprint = Blueprint("quiz_design", __name__, template_folder="../templates")


@blueprint.get("/quiz-design")
@policy("quiz.read")
def index() -> str:
    quizzes = queries.list_quizzes()
    versions = queries.load_counted_versions([quiz.id for quiz in quizzes])
    counts = {quiz_id: count for quiz_id, (_version, count) in versions.items()}
    return render_template("quizzes/design.html", quizzes=quizzes, counts=counts)


@blueprint.get("/quiz-design/<code>")
@policy("quiz.read")
def show(code: str) -> str:
    quiz = queries.get_quiz(code)
    version = queries.load_current_versions([quiz.id])[quiz.id]
    listed = [entry.question for entry in queries.list_quiz_questions(version)]
    return render_template(
        "quizzes/quiz.html",
        quiz=quiz,
        version=version,
        rules=rules_from(version.rules),
        questions=listed,
        current=questions.load_current(listed),
        assignments=queries.list_assignments(quiz),
        phrases=phrases,
    )


@blueprint.route("/quiz-design/new", methods=["GET", "POST"])
@policy("quiz.write")
def new() -> ResponseReturnValue:
    usable = questions.list_usable_questions()
    current = questions.load_current(usable)
    form = QuizForm(minutes=30, cut_percent=80, attempts=2, shuffle=True)
    chosen = request.form.getlist("questions")
    refusal = None
    if form.is_sent_and_valid():
        wanted = [question.id for question in usable if question.code in chosen]
        titles = {"en": form.title_en.data, "ja": form.title_ja.data}
        try:
            if queries.find_quiz(form.code.data) is not None:
                raise Invalid("quiz.code_taken", field="code")
            actions.publish_quiz(actions.PublishQuiz(form.code.data, titles, wanted, form.rules), by=current_user)
        except Invalid as problem:
            if problem.field == "questions":
                refusal = problem
            else:
                form.take_back(problem)
        else:
            flash(_("The quiz is published."))
            return redirect(url_for("quiz_design.show", code=form.code.data))
    page = render_template(
        "quizzes/quiz_new.html", form=form, usable=usable, current=current, chosen=chosen, refusal=refusal
    )
    return (page, 422) if request.method == "POST" else page
