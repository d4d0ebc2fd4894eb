"""One question: its page with key, checks and versions, starting one, taking it out of use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.foundation.forms import choices
from lms.kit.problems import Invalid, NotFound, Refused
from lms.policies import queries as policies
from lms.policies.queries import SectionText
from lms.questions import drafts, holding, phrases, queries
from lms.questions.core.halves import halves
from lms.questions.core.question import QuestionType, without_key
from lms.questions.core.types import type_of
from lms.questions.core.types.cloze import numbered_text, pieces
from lms.questions.core.written import TYPED_NUMBER
from lms.questions.forms import NewQuestionForm
from lms.questions.models import Question
from lms.questions.views.checks import checks_of

blueprint = Blueprint("question", __name__, template_folder="../templates")
blueprint.add_app_template_filter(pieces, "gap_pieces")
blueprint.add_app_template_filter(numbered_text, "numbered_gaps")
blueprint.add_app_template_global(lambda: TYPED_NUMBER, "typed_number")


def get_row(bank: str, code: str) -> Question:
    """The question of an address; its bank must be the one that stands there."""
    row = queries.get_question(code)
    if row.bank.code != bank:
        raise NotFound
    return row


def get_open_row(bank: str, code: str) -> Question:
    """The same for somebody who writes: not while a quiz with it is still before them."""
    row = get_row(bank, code)
    if queries.load_withheld([row], access()):
        raise Refused("question.is_withheld")
    return row


@blueprint.get("/questions/<bank>/<code>")
@policy("question.read")
def show(bank: str, code: str) -> str:
    return _page(get_row(bank, code))


def _page(row: Question, *, refusal: str = "", typed: str = "") -> str:
    """The page of a question; a reason that could not be taken stands in its field, with what is wrong."""
    versions = queries.list_question_versions(row)
    asked = request.args.get("version", 0, type=int)
    version = next((version for version in versions if version.n == asked), versions[0] if versions else None)
    draft = queries.load_drafts([row]).get(row.id)
    question = queries.load_version_value(row, version) if version else drafts.working_copy(row)[0]
    is_withheld = bool(queries.load_withheld([row], access()))
    if is_withheld:
        question = without_key(question)
    body = halves(question).body
    return render_template(
        "questions/question.html",
        row=row,
        question=question,
        body=body,
        shown=type_of(body).order(body, list),
        version=version,
        versions=versions,
        draft=draft,
        is_withheld=is_withheld,
        holds=queries.list_holds(row),
        refusal=refusal,
        typed=typed,
        sections=policies.load_sections_in_force(clock.now()),
        checks=checks_of(question),
        corrections=[] if is_withheld else queries.load_corrections(row.id),
        phrases=phrases,
    )


@blueprint.route("/questions/<bank>/new-question", methods=["GET", "POST"])
@policy("question.write")
def new(bank: str) -> ResponseReturnValue:
    found = queries.get_bank(bank)
    form = NewQuestionForm(code=queries.next_code(found), section=request.args.get("section"))
    form.section.choices = choices(
        [("", _("Choose later")), *section_choices(policies.load_sections_in_force(clock.now()))]
    )
    if form.is_sent_and_valid():
        kind = QuestionType(form.type.data)
        try:
            row = drafts.start_question(found, form.code.data, kind, section=form.section.data or None, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            return redirect(url_for("question_editor.edit", bank=found.code, code=row.code))
    page = render_template("questions/question_new.html", bank=found, form=form)
    return (page, 422) if request.method == "POST" else page


@blueprint.post("/questions/<bank>/<code>/copy")
@policy("question.write")
def copy(bank: str, code: str) -> ResponseReturnValue:
    copied = drafts.copy_question(get_open_row(bank, code), by=current_user)
    flash(_("%(copy)s is a copy of %(code)s.", copy=copied.code, code=code))
    return redirect(url_for("question_editor.edit", bank=bank, code=copied.code))


@blueprint.post("/questions/<bank>/<code>/retire")
@policy("question.write")
def retire(bank: str, code: str) -> ResponseReturnValue:
    drafts.retire(get_row(bank, code), by=current_user)
    flash(_("%(code)s is retired. Quizzes no longer draw it; results keep it.", code=code))
    return redirect(url_for("question.show", bank=bank, code=code))


@blueprint.post("/questions/<bank>/<code>/restore")
@policy("question.publish")
def restore(bank: str, code: str) -> ResponseReturnValue:
    done = drafts.restore(get_row(bank, code), by=current_user)
    if done.others:
        flash(_("%(code)s is back as a draft. It can be put into use by: %(people)s.", code=code, people=done.others))
    elif done.version is None:
        flash(_("%(code)s is back as a draft.", code=code))
    else:
        flash(_("%(code)s v%(n)s is in use.", code=code, n=done.version))
    return redirect(url_for("question.show", bank=bank, code=code))


@blueprint.post("/questions/<bank>/<code>/hold")
@policy("question.write")
def hold(bank: str, code: str) -> ResponseReturnValue:
    """Keep a question from quizzes for a reason."""
    told = _("%(code)s is held. Quizzes do not draw it until somebody confirms it.", code=code)
    return _for_a_reason(holding.hold_by_hand, get_row(bank, code), told)


@blueprint.post("/questions/<bank>/<code>/confirm")
@policy("question.publish")
def confirm(bank: str, code: str) -> ResponseReturnValue:
    """Say that a held question is right under the rules in force."""
    told = _("%(code)s is confirmed. Quizzes draw it again.", code=code)
    return _for_a_reason(holding.confirm, get_open_row(bank, code), told)


def _for_a_reason(change: Callable[..., None], row: Question, told: str) -> ResponseReturnValue:
    """Do what asks for a reason, and say so; without one the page says at its field what is missing."""
    reason = request.form.get("reason", "")
    try:
        change(row, reason, by=current_user)
    except Invalid as problem:
        return _page(row, refusal=sentence(problem), typed=reason), 422
    flash(told)
    return redirect(url_for("question.show", bank=row.bank.code, code=row.code))


def section_choices(sections: Mapping[str, SectionText]) -> list[tuple[str, str]]:
    """Every numbered section, by its full name; one of a retired policy says so."""
    retired, mark = policies.load_retired_codes(), _(" (policy retired)")
    return [
        (
            name,
            f"{section.module_code} {section.number} {section.title}{mark if section.module_code in retired else ''}",
        )
        for name, section in sections.items()
        if section.number
    ]
