"""Question banks: the list, one bank, creating one, importing a file."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock, findings, transaction
from lms.foundation.access import access, policy
from lms.foundation.db import db
from lms.foundation.errors import sentence
from lms.kit.findings import Finding
from lms.kit.problems import Invalid
from lms.policies import queries as policies
from lms.questions import actions, phrases, queries
from lms.questions.core import formats
from lms.questions.forms import BankForm, ImportForm
from lms.questions.models import Bank

blueprint = Blueprint("questions", __name__, template_folder="../templates")


@blueprint.get("/questions")
@policy("question.read")
def banks() -> str:
    return render_template("questions/banks.html", banks=queries.list_banks())


@blueprint.get("/questions/<code>")
@policy("question.read")
def bank(code: str) -> str:
    found = queries.get_bank(code)
    questions = queries.list_questions(found)
    current = queries.load_current(questions)
    withheld = queries.load_withheld(questions, access())
    return render_template(
        "questions/bank.html",
        bank=found,
        questions=questions,
        current=current,
        withheld=withheld,
        sections=policies.load_sections_in_force(clock.now()),
        phrases=phrases,
    )


@blueprint.route("/questions/new", methods=["GET", "POST"])
@policy("question.write")
def new_bank() -> ResponseReturnValue:
    form = BankForm()
    if form.is_sent_and_valid():
        try:
            actions.create_bank(form.code.data, {"en": form.title_en.data, "ja": form.title_ja.data})
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The bank is created."))
            return redirect(url_for("questions.bank", code=form.code.data))
    page = render_template("questions/bank_new.html", form=form)
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/questions/<code>/import")
@policy("question.write")
def import_page(code: str) -> str:
    return _import_page(queries.get_bank(code), ImportForm())


@blueprint.post("/questions/<code>/import")
@policy("question.write")
@transaction.writes_late
def import_file(code: str) -> ResponseReturnValue:
    form = ImportForm()
    uploaded = request.files.get("file")
    is_valid = form.validate()
    if uploaded is None or not uploaded.filename:
        form.file.errors = [sentence(Invalid("question.no_file"))]
        return _import_page(queries.get_bank(code), form), 422
    if not is_valid:
        return _import_page(queries.get_bank(code), form), 422
    reading = formats.read(uploaded.read(), file_name=uploaded.filename)
    transaction.begin_write()
    done = actions.import_questions(
        queries.get_bank(code),
        reading.questions,
        by=current_user,
        locale=form.locale.data,
        pair_by=form.pairing,
    ).after(reading)
    if not done.is_whole and not (form.skip_errors.data and done.has_taken):
        db.session.rollback()  # input is never half applied, and the page reads afresh
        return _import_page(queries.get_bank(code), form, done.findings), 422
    outcome = phrases.outcome(len(done.created), len(done.revised), len(done.unchanged))
    if done.findings:  # what was left out or changed must be read in full, so no redirect
        return _import_page(queries.get_bank(code), form, done.findings, outcome)
    flash(outcome)
    return redirect(url_for("questions.bank", code=code))


def _import_page(bank: Bank, form: ImportForm, found: Sequence[Finding] = (), done: str | None = None) -> str:
    spoken = [(finding, findings.sentence(finding, phrases.FINDINGS)) for finding in found]
    return render_template("questions/import.html", bank=bank, form=form, spoken=spoken, done=done)
