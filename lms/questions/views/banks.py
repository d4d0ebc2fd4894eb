"""Question banks: the list, one bank with its questions, creating, changing and retiring one, importing a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.foundation import clock, findings, transaction
from lms.foundation.access import access, policy
from lms.foundation.db import db
from lms.foundation.errors import sentence
from lms.foundation.forms import Difference
from lms.foundation.locale import localized
from lms.kit.findings import Finding
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import Conflict, Invalid
from lms.kit.text import is_found, reading_key
from lms.policies import queries as policies
from lms.questions import actions, drafts, phrases, queries
from lms.questions.core import formats
from lms.questions.core.listing import SORTS, Wanted, counts, selected
from lms.questions.forms import BankChangeForm, BankForm, ImportForm
from lms.questions.models import Bank

blueprint = Blueprint("questions", __name__, template_folder="../templates")


BANKS_SORTED_BY: Keys[tuple[Bank, int]] = {
    "name": lambda row: reading_key(localized(row[0].title_text)),
    "code": lambda row: row[0].code,
    "questions": lambda row: row[1],
}


@blueprint.get("/questions")
@policy("question.read")
def banks() -> str:
    """The banks in use, or those that are retired; each with how many of its questions are not."""
    are_retired = request.args.get("state") == "retired"
    words = request.args.get("q", "").strip()
    order = Order.of(request.args.get("sort", ""), BANKS_SORTED_BY)
    listed = queries.list_banks(are_retired=are_retired)
    matching = [row for row in listed if is_found(words, [row[0].code, *row[0].title_text.values()])]
    part = Page.of(len(matching), request.args.get("page", 1, type=int))
    return render_template(
        "questions/banks.html",
        banks=sorted_rows(matching, order, BANKS_SORTED_BY)[part.offset : part.last],
        part=part,
        order=order,
        words=words,
        are_retired=are_retired,
    )


@blueprint.get("/questions/<code>")
@policy("question.read")
def bank(code: str) -> str:
    found = queries.get_bank(code)
    asked = {name: request.args.get(name, "").strip() for name in ("section", "state", "gap", "tag", "sort")}
    wanted = Wanted(words=request.args.get("q", "").strip(), **(asked | {"sort": str(Order.of(asked["sort"], SORTS))}))
    rows = queries.load_rows(found, access())
    sections = policies.load_sections_in_force(clock.now())
    fitting = selected(rows, wanted, {name: place for place, name in enumerate(sections)})
    part = Page.of(len(fitting), request.args.get("page", 1, type=int))
    cited = dict.fromkeys(name for row in rows for name in row.sections)
    return render_template(
        "questions/bank.html",
        bank=found,
        rows=fitting[part.offset : part.last],
        part=part,
        wanted=wanted,
        counts=counts(rows),
        cited=[name for name in sections if name in cited],
        tags=sorted({tag for row in rows for tag in row.tags}),
        sections=sections,
        waiting_count=sum(row.is_waiting for row in rows),
        phrases=phrases,
    )


@blueprint.route("/questions/new", methods=["GET", "POST"])
@policy("question.write")
def new_bank() -> ResponseReturnValue:
    form = BankForm()
    if form.is_sent_and_valid():
        titles = {"en": form.title_en.data, "ja": form.title_ja.data}
        try:
            actions.create_bank(form.code.data, titles, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Bank created."))
            return redirect(url_for("questions.bank", code=form.code.data))
    page = render_template("questions/bank_new.html", form=form)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/questions/<code>/change", methods=["GET", "POST"])
@policy("question.write")
def change_bank(code: str) -> ResponseReturnValue:
    found = queries.get_bank(code)
    saved = {"title_en": found.title_text.get("en", ""), "title_ja": found.title_text.get("ja", "")}
    form = BankChangeForm(revision=found.revision, **saved)
    differences: list[Difference] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            titles = {"en": form.title_en.data, "ja": form.title_ja.data}
            try:
                actions.change_bank(found, titles, seen=form.revision.data or 0, by=current_user)
            except Invalid as problem:
                form.take_back(problem)
            except Conflict:
                differences, status = form.differences(saved), 409
                form.go_on_from(found.revision)
            else:
                flash(_("Bank saved."))
                return redirect(url_for(".bank", code=code))
    page = render_template(
        "questions/bank_change.html", bank=found, form=form, differences=differences, is_behind=status == 409
    )
    return page, status


@blueprint.post("/questions/<code>/retire")
@policy("question.write")
def retire_bank(code: str) -> ResponseReturnValue:
    actions.retire_bank(queries.get_bank(code), by=current_user)
    flash(_("Bank retired. New quizzes cannot draw from it; those that already do keep their questions."))
    return redirect(url_for(".bank", code=code))


@blueprint.post("/questions/<code>/restore")
@policy("question.write")
def restore_bank(code: str) -> ResponseReturnValue:
    actions.restore_bank(queries.get_bank(code), by=current_user)
    flash(_("Bank brought back."))
    return redirect(url_for(".bank", code=code))


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
    found = queries.get_bank(code)
    done = actions.import_questions(
        found,
        reading.questions,
        by=current_user,
        locale=form.locale.data,
        pair_by=form.pairing,
        withheld=queries.list_withheld_codes(found, access()),
        **_kept_by(current_user),
    ).after(reading)
    if not done.is_whole and not (form.skip_errors.data and done.has_taken):
        db.session.rollback()  # input is never half applied, and the page reads afresh
        return _import_page(queries.get_bank(code), form, done.findings), 422
    outcome = phrases.outcome(len(done.created), len(done.revised), len(done.unchanged))
    if done.findings:  # what was left out or changed must be read in full, so no redirect
        return _import_page(queries.get_bank(code), form, done.findings, outcome)
    flash(outcome)
    return redirect(url_for("questions.bank", code=code))


@blueprint.post("/questions/<code>/release")
@policy("question.publish")
def release_waiting(code: str) -> ResponseReturnValue:
    count = drafts.release_waiting(queries.get_bank(code), access(), by=current_user)
    flash(ngettext("%(num)d question is in use now.", "%(num)d questions are in use now.", count))
    return redirect(url_for(".bank", code=code))


def _kept_by(person: Person) -> dict[str, Any]:
    """How questions of a file are kept: they wait for a second person, as long as there is one."""
    others = set(accounts.load_able(actions.PUBLISH)) - {person.id}
    return {"keep": drafts.send_question} if others else {"without_second_person": True}


def _import_page(bank: Bank, form: ImportForm, found: Sequence[Finding] = (), done: str | None = None) -> str:
    spoken = [(finding, findings.sentence(finding, phrases.FINDINGS)) for finding in found]
    return render_template("questions/import.html", bank=bank, form=form, spoken=spoken, done=done)
