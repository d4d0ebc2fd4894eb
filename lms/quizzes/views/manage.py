"""Quizzes for those who design them: the list, making one, changing it by a new version, copying, retiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import policy
from lms.foundation.errors import sentence
from lms.foundation.locale import localized
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import Conflict, Invalid
from lms.kit.text import is_found, reading_key
from lms.policies import queries as policies
from lms.questions import queries as questions
from lms.questions.models import Question
from lms.quizzes import actions, phrases, queries
from lms.quizzes.core.rules import rules_from
from lms.quizzes.forms import QuizForm
from lms.quizzes.models import Quiz, QuizVersion

blueprint = Blueprint("quiz_design", __name__, template_folder="../templates")

USUAL = {"minutes": 30, "cut_percent": 80, "attempts": 2, "shuffle": True}
"""What a new quiz begins with."""


@blueprint.get("/quiz-design")
@policy("quiz.read")
def index() -> str:
    """The quizzes that the address asks for, in its order, with how many questions a paper has."""
    quizzes = queries.list_quizzes()
    versions = queries.load_counted_versions([quiz.id for quiz in quizzes])
    counts = {quiz_id: count for quiz_id, (_version, count) in versions.items()}
    sorted_by: Keys[Quiz] = {
        "name": lambda quiz: reading_key(localized(quiz.title_text)),
        "code": lambda quiz: quiz.code,
        "questions": lambda quiz: counts[quiz.id],
        "state": lambda quiz: quiz.retired_at is not None,
    }
    wanted = {name: request.args.get(name, "").strip() for name in ("q", "state")}
    order = Order.of(request.args.get("sort", ""), sorted_by)
    shown = sorted_rows((quiz for quiz in quizzes if _is_wanted(quiz, wanted)), order, sorted_by)
    part = Page.of(len(shown), request.args.get("page", 1, type=int))
    return render_template(
        "quizzes/design.html",
        quizzes=shown[part.offset : part.last],
        part=part,
        order=order,
        wanted=wanted,
        states=phrases.QUIZ_STATES,
        has_quizzes=bool(quizzes),
        counts=counts,
    )


def _is_wanted(quiz: Quiz, wanted: Mapping[str, str]) -> bool:
    state = "in_use" if quiz.retired_at is None else "retired"
    is_in_state = wanted["state"] not in phrases.QUIZ_STATES or wanted["state"] == state
    return is_in_state and is_found(wanted["q"], [quiz.code, *quiz.title_text.values()])


@blueprint.get("/quiz-design/<code>")
@policy("quiz.read")
def show(code: str) -> str:
    return _quiz_page(queries.get_quiz(code))


@blueprint.route("/quiz-design/new", methods=["GET", "POST"])
@policy("quiz.write")
def new() -> ResponseReturnValue:
    """A new quiz, from nothing or, with ``from``, as a copy of another."""
    model = queries.find_quiz(request.args.get("from", ""))
    pool = _Pool()
    form = _form_of(queries.load_current_versions([model.id])[model.id], code="") if model else QuizForm(**USUAL)
    form.offer(pool.candidates, pool.sections)
    listed = _listed_codes(model) if model else []
    is_asked = "check" in request.form
    if not is_asked and form.is_sent_and_valid():
        try:
            if queries.find_quiz(form.code.data) is not None:
                raise Invalid("quiz.code_taken", field="code")
            actions.publish_quiz(_command(form, form.code.data, pool), by=current_user)
        except Invalid as problem:
            _take_back(form, problem)
        else:
            flash(_("Quiz published."))
            return redirect(url_for("quiz_design.show", code=form.code.data))
    page = _form_page(form, pool, listed, title=_("New quiz"))
    return (page, 422) if request.method == "POST" and not is_asked else page


@blueprint.route("/quiz-design/<code>/edit", methods=["GET", "POST"])
@policy("quiz.write")
def edit(code: str) -> ResponseReturnValue:
    """Publish a new version. What was typed stays beside what somebody else has published meanwhile."""
    quiz = queries.get_quiz(code)
    version = queries.load_current_versions([quiz.id])[quiz.id]
    pool = _Pool()
    form = _form_of(version, code=quiz.code, revision=quiz.revision)
    form.offer(pool.candidates, pool.sections)
    status, behind = 200, ""
    is_asked = "check" in request.form
    if request.method == "POST":
        form.code.data = quiz.code
        status = 200 if is_asked else 422
    if not is_asked and form.is_sent_and_valid():
        try:
            made = actions.publish_quiz(_command(form, quiz.code, pool), by=current_user)
        except Invalid as problem:
            _take_back(form, problem)
        except Conflict as problem:
            status, behind = problem.status, sentence(problem)
            form.go_on_from(quiz.revision)
        else:
            flash(_("Nothing was changed.") if made.id == version.id else _("Version %(n)s published.", n=made.n))
            return redirect(url_for("quiz_design.show", code=quiz.code))
    page = _form_page(form, pool, _listed_codes(quiz), title=_("Change the quiz"), quiz=quiz, behind=behind)
    return page, status


@blueprint.post("/quiz-design/<code>/retire")
@policy("quiz.write")
def retire(code: str) -> ResponseReturnValue:
    """Retire a quiz, or take it back into use."""
    quiz = queries.get_quiz(code)
    is_back = request.form.get("change") == "restore"
    try:
        actions.retire_quiz(quiz, is_back=is_back, revision=request.form.get("revision", 0, type=int), by=current_user)
    except Conflict as problem:
        return _quiz_page(quiz, behind=sentence(problem)), problem.status
    flash(_("Quiz brought back.") if is_back else _("Quiz retired."))
    return redirect(url_for("quiz_design.show", code=quiz.code))


class _Pool:
    """The questions in use with what the page of a quiz needs of them."""

    def __init__(self) -> None:
        self.questions = questions.list_usable_questions()
        self.current = questions.load_current(self.questions)
        self.candidates = {found.question.code: queries.candidate_of(found) for found in self.current.values()}
        held = questions.list_held_questions()
        self.held = [queries.candidate_of(found) for found in questions.load_current(held).values()]
        self.held_questions = held
        self.sections = policies.load_sections_in_force(clock.now())

    def ids_of(self, codes: Sequence[str]) -> list[int]:
        """The ids of those codes that are in use, in their order."""
        by_code = {question.code: question.id for question in self.questions}
        return [by_code[code] for code in codes if code in by_code]


def _form_of(version: QuizVersion, **values: object) -> QuizForm:
    """A form that holds what a version says."""
    rules = rules_from(version.rules)
    return QuizForm(
        title_en=version.title_text.get("en"),
        title_ja=version.title_text.get("ja"),
        mode="draw" if rules.draw else "fixed",
        rows=[asdict(row) for row in rules.draw],
        **{name: getattr(rules, name) for name in ("minutes", "cut_percent", "attempts", "shuffle", "open_book")},
        multiple=rules.multiple.value,
        feedback=rules.feedback.value,
        **values,
    )


def _command(form: QuizForm, code: str, pool: _Pool) -> actions.PublishQuiz:
    titles = {"en": form.title_en.data, "ja": form.title_ja.data}
    revision = form.revision.data or None
    if form.mode.data == "fixed":
        chosen = sorted(request.form.getlist("questions"), key=_place)
        return actions.PublishQuiz(code, titles, pool.ids_of(chosen), form.rules, revision)
    rules = form.rules
    form.check_stock(list(pool.candidates.values()))
    fitting = [code for code, candidate in pool.candidates.items() if any(map(candidate.fits, rules.draw))]
    return actions.PublishQuiz(code, titles, pool.ids_of(fitting), rules, revision)


def _place(code: str) -> tuple[int, str]:
    """Where a question of a fixed list stands: by the number typed beside it, the others behind by code."""
    return request.form.get(f"place-{code}", 10_000, type=int), code


def _listed_codes(quiz: Quiz) -> list[str]:
    version = queries.load_current_versions([quiz.id])[quiz.id]
    if rules_from(version.rules).draw:
        return []
    return [entry.question.code for entry in queries.list_quiz_questions(version)]


def _take_back(form: QuizForm, problem: Invalid) -> None:
    if problem.field == "questions":
        form.mode.errors = [*form.mode.errors, sentence(problem)]
    else:
        form.take_back(problem)


def _form_page(
    form: QuizForm, pool: _Pool, listed: Sequence[str], *, title: str, quiz: Quiz | None = None, behind: str = ""
) -> str:
    is_sent = request.method == "POST"
    chosen = request.form.getlist("questions") if is_sent else list(listed)
    places: Mapping[str, str] = {code: str(place) for place, code in enumerate(listed, start=1)}
    if is_sent:
        places = {code: request.form.get(f"place-{code}", "") for code in pool.candidates}

    def by_list(question: Question) -> tuple[int, str]:
        return (listed.index(question.code) if question.code in listed else len(listed), question.code)

    return render_template(
        "quizzes/quiz_new.html",
        form=form,
        title=title,
        quiz=quiz,
        behind=behind,
        usable=sorted(pool.questions, key=by_list),
        current=pool.current,
        stock=form.stock(list(pool.candidates.values()), pool.held),
        held=_held_that_fit(form, pool),
        chosen=chosen,
        places=places,
        left_out=[code for code in listed if code not in pool.candidates],
        saved=queries.load_current_versions([quiz.id])[quiz.id] if quiz and behind else None,
        rules_from=rules_from,
        phrases=phrases,
    )


def _held_that_fit(form: QuizForm, pool: _Pool) -> list[Question]:
    """The held questions that a row of the blueprint would draw, were they confirmed."""
    fitting = {candidate.code for candidate in pool.held if any(map(candidate.fits, form.drawn))}
    return [question for question in pool.held_questions if question.code in fitting]


def _quiz_page(quiz: Quiz, *, behind: str = "") -> str:
    version = queries.load_current_versions([quiz.id])[quiz.id]
    rules = rules_from(version.rules)
    listed = [entry.question for entry in queries.list_quiz_questions(version)]
    return render_template(
        "quizzes/quiz.html",
        quiz=quiz,
        version=version,
        rules=rules,
        behind=behind,
        questions=listed,
        current=questions.load_current(listed),
        sections=policies.load_sections_in_force(clock.now()) if rules.draw else {},
        assignments=queries.list_assignments(quiz),
        phrases=phrases,
    )
