"""One question: its page with key and checks, and writing a single choice."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock, findings
from lms.foundation.access import access, policy
from lms.foundation.forms import choices
from lms.foundation.locale import LOCALES
from lms.kit.problems import Invalid, NotFound
from lms.policies import queries as policies
from lms.questions import actions, phrases, queries
from lms.questions.core.checks import check
from lms.questions.core.question import UNDETERMINED, without_key
from lms.questions.forms import SingleChoiceForm

blueprint = Blueprint("question", __name__, template_folder="../templates")


@blueprint.get("/questions/<bank>/<code>")
@policy("question.read")
def show(bank: str, code: str) -> str:
    row = queries.get_question(code)
    if row.bank.code != bank:
        raise NotFound
    current = queries.load_current([row])[row.id]
    is_withheld = bool(queries.load_withheld([row], access()))
    question = queries.load_values([row])[0]
    if is_withheld:
        question = without_key(question)
    spoken = [(finding, findings.sentence(finding, phrases.FINDINGS)) for finding in check(question)]
    return render_template(
        "questions/question.html",
        row=row,
        question=question,
        languages=[*LOCALES, *([UNDETERMINED] if UNDETERMINED in question.prompt else [])],
        version=current.version,
        is_withheld=is_withheld,
        sections=policies.load_sections_in_force(clock.now()),
        spoken=spoken,
        phrases=phrases,
    )


@blueprint.route("/questions/<bank>/new-question", methods=["GET", "POST"])
@policy("question.write")
def new(bank: str) -> ResponseReturnValue:
    found = queries.get_bank(bank)
    form = SingleChoiceForm()
    form.section.choices = choices(_section_choices())
    if form.is_sent_and_valid():
        try:
            if queries.find_question(form.code.data) is not None:
                raise Invalid("question.code_taken", field="code")
            row, _written = actions.save_question(found, form.question, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("%(code)s is saved.", code=row.code))
            return redirect(url_for("question.show", bank=found.code, code=row.code))
    page = render_template("questions/question_new.html", bank=found, form=form)
    return (page, 422) if request.method == "POST" else page


def _section_choices() -> list[tuple[str, str]]:
    """Every numbered section of the policies in force, by its full name."""
    return [
        (name, f"{section.module_code} {section.number} {section.title}")
        for name, section in policies.load_sections_in_force(clock.now()).items()
        if section.number
    ]
