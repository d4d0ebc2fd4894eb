"""The editor of a question: both languages side by side, checks on the server's answer, sending it on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import queries as accounts
from lms.foundation import clock, transaction
from lms.foundation.access import me, policy
from lms.foundation.db import db
from lms.foundation.errors import sentence
from lms.kit.problems import Conflict, Invalid, Refused
from lms.policies import queries as policies
from lms.policies.core.markup import Prose, blocks
from lms.policies.core.sensitive import KINDS, Degree, Form
from lms.policies.queries import SectionText
from lms.questions import actions, drafts, phrases, queries
from lms.questions.core.fields import MOST_SECTIONS, Typed, changed, fields_of, left_over, read_fields, united
from lms.questions.core.question import Question as QuestionValue
from lms.questions.core.question import option_ids
from lms.questions.models import Question, QuestionDraft
from lms.questions.views.checks import checks_of
from lms.questions.views.questions import get_open_row, section_choices

blueprint = Blueprint("question_editor", __name__, template_folder="../templates")


@blueprint.get("/questions/<bank>/<code>/edit")
@policy("question.write")
def edit(bank: str, code: str) -> str:
    row = get_open_row(bank, code)
    return _page(row, drafts.working_copy(row)[0])


@blueprint.post("/questions/<bank>/<code>/edit")
@policy("question.write")
def save(bank: str, code: str) -> ResponseReturnValue:
    row = get_open_row(bank, code)
    change = request.form.get("change", "")
    refused = _save(row, change)
    if refused is not None:
        return refused
    if not change:
        flash(_("Draft saved."))
    anchor = change.split(".")[1] if change.count(".") else None
    return redirect(url_for(".edit", bank=bank, code=code, _anchor=f"group-{anchor}" if anchor else None))


@blueprint.post("/questions/<bank>/<code>/release")
@policy("question.publish")
def release(bank: str, code: str) -> ResponseReturnValue:
    """Save what was typed, then put it into use or send it to whoever can."""
    row = get_open_row(bank, code)
    refused = _save(row, "")
    if refused is not None:
        return refused
    try:
        done = drafts.release(row, by=current_user)
    except Invalid as problem:
        transaction.keep()
        return _page(row, drafts.working_copy(row)[0], told=sentence(problem)), 422
    if done.version is None:
        flash(_("%(code)s is sent for review. It can be put into use by: %(people)s.", code=code, people=done.others))
    else:
        flash(_("%(code)s v%(n)s is in use.", code=code, n=done.version))
    return redirect(url_for("question.show", bank=bank, code=code))


@blueprint.post("/questions/<bank>/<code>/check")
@policy("question.write")
@transaction.writes_late
def check(bank: str, code: str) -> str:
    """The panel of checks for what is typed just now; nothing is saved."""
    row = get_open_row(bank, code)
    typed = read_fields(drafts.working_copy(row)[0], request.form)
    return render_template("questions/checks.html", checks=checks_of(typed.question))


@blueprint.post("/questions/<bank>/<code>/discard")
@policy("question.write")
def discard(bank: str, code: str) -> ResponseReturnValue:
    drafts.discard(get_open_row(bank, code), seen=request.form.get("seen", ""), by=current_user)
    flash(_("Draft discarded."))
    return redirect(url_for("question.show", bank=bank, code=code))


def _save(row: Question, change: str) -> ResponseReturnValue | None:
    """Keep what was typed; gives the page to show instead when it could not be kept."""
    stored, _draft = drafts.working_copy(row)
    typed = read_fields(stored, request.form)
    typed.flaws = left_over(typed.flaws, change)
    if typed.flaws:  # a button waits until they are mended: accepted answers would change places under their flaws
        return _page(row, typed.question, typed=typed), 422
    question = typed.question
    if change:
        taken = _taken_ids(row, change.partition(".")[2])
        question = changed(question, change, taken, seed=secrets.token_hex(8))
    try:
        drafts.save_draft(row, question, seen=request.form.get("seen", ""), by=current_user)
    except Conflict:
        stored, _draft = drafts.working_copy(row)
        return _page(row, united(typed.question, stored), stored=stored), 409
    except (Invalid, Refused) as problem:
        return _page(row, question, told=sentence(problem)), 403 if isinstance(problem, Refused) else 422
    return None


def _taken_ids(row: Question, group: str) -> frozenset[str]:
    """The ids that options of a group have or had in any version."""
    versions = queries.list_question_versions(row)
    return frozenset(name for version in versions for name in option_ids(version.body, group))


def _prose(question: QuestionValue, sections: Mapping[str, SectionText]) -> dict[str, dict[str, list[Prose]]]:
    """The text of the sections that a question cites, without their sensitive examples."""
    return {
        name: {
            locale: [block for block in blocks(body) if isinstance(block, Prose)]
            for locale, body in sections[name].bodies.items()
        }
        for name in question.sections
        if name in sections
    }


def _page(
    row: Question,
    question: QuestionValue,
    *,
    typed: Typed | None = None,
    stored: QuestionValue | None = None,
    told: str | None = None,
) -> str:
    """The editor. ``stored`` is what somebody else saved meanwhile: it is shown at each field that differs."""
    fields = fields_of(question) | ({name: request.form[name] for name in typed.flaws} if typed else {})
    draft = db.session.get(QuestionDraft, row.id)
    versions = queries.list_question_versions(row)
    able = accounts.load_able(actions.PUBLISH)
    preparer = draft.prepared_by_id if draft and stored is None else me().id
    others = [code for key, code in able.items() if key != preparer]
    sections = policies.load_sections_in_force(clock.now())
    return render_template(
        "questions/editor.html",
        row=row,
        question=question,
        fields=fields,
        theirs=fields_of(stored) if stored else {},
        flaws={name: sentence(Invalid(code, **facts)) for name, (code, facts) in typed.flaws.items()} if typed else {},
        told=told,
        draft=draft,
        versions=versions,
        seen=drafts.token(row, draft),
        checks=checks_of(question),
        others=others,
        is_mine=preparer == me().id,
        sections=sections,
        prose=_prose(question, sections),
        section_choices=section_choices(sections),
        most_sections=MOST_SECTIONS,
        kinds=KINDS,
        degrees=list(Degree),
        forms_of_content=list(Form),
        phrases=phrases,
    )
