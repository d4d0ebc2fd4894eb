"""Imports: the list, a new file, its dry run with the choice of columns, and taking one back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.analysis.core.sheets import Notes, Sheet
from lms.foundation import spreadsheets, transaction
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.kit.findings import Level
from lms.kit.problems import Invalid
from lms.production import actions, phrases
from lms.production.core import reading
from lms.production.core.checking import Checked
from lms.production.core.choices import Choices
from lms.production.core.kinds import ImportKind, ImportState
from lms.production.forms import ChoicesForm, UploadForm
from lms.production.models import ProductionImport
from lms.production.queries import imports as queries

blueprint = Blueprint("production_imports", __name__, template_folder="../templates")

MOST_SHOWN = 100
PREVIEWED = 5


@blueprint.get("/production/imports")
@policy("production.write")
def index() -> str:
    listed, part = queries.list_imports(request.args.get("page", 1, type=int))
    return render_template("production/imports.html", listed=listed, part=part, phrases=phrases)


@blueprint.route("/production/imports/new", methods=["GET", "POST"])
@policy("production.write")
@transaction.writes_late
def new() -> ResponseReturnValue:
    """A file is read and kept as a draft; nothing of it counts yet."""
    form = UploadForm()
    if request.method != "POST":
        return _new_page(form)
    uploaded = request.files.get("file")
    is_valid = form.validate()
    if uploaded is None or not uploaded.filename:
        form.file.errors = [sentence(Invalid("production.no_file"))]
        return _new_page(form), 422
    if not is_valid:
        return _new_page(form), 422
    content, notes = uploaded.read(), Notes(uploaded.filename)
    sheet = reading.read(content, notes, spreadsheets.read_workbook)
    errors = [finding for finding in notes.in_order() if finding.level is Level.ERROR]
    if sheet is None or errors:
        form.file.errors = [phrases.placed(finding) for finding in errors[:1]]
        return render_template("production/import_new.html", form=form, errors=errors[1:], phrases=phrases), 422
    transaction.begin_write()
    kind = ImportKind(form.kind.data)
    imported = actions.begin(sheet, content, file_name=uploaded.filename, kind=kind, by=current_user)
    return redirect(url_for("production_imports.show", import_id=imported.id))


@blueprint.get("/production/imports/<int:import_id>")
@policy("production.write")
def show(import_id: int) -> str:
    """The dry run of a draft; of the others what became of them."""
    imported = queries.get_import(import_id)
    if imported.state != ImportState.DRAFT:
        return render_template("production/import.html", imported=imported, phrases=phrases)
    sheet, checked = queries.load_checked(imported, access())
    return _check_page(imported, ChoicesForm(sheet, Choices.stored(imported.choices)), sheet, checked)


@blueprint.post("/production/imports/<int:import_id>")
@policy("production.write")
def go_on(import_id: int) -> ResponseReturnValue:
    """Check with what is chosen, apply, or discard the draft."""
    imported = queries.get_import(import_id)
    wish = request.form.get("go", "check")
    if wish == "discard":
        actions.discard(imported)
        flash(_("Draft discarded. Nothing was imported."))
        return redirect(url_for("production_imports.index"))
    sheet = queries.load_sheet(imported)
    form = ChoicesForm(sheet, Choices.stored(imported.choices))
    if not form.is_sent_and_valid():
        _sheet, checked = queries.load_checked(imported, access())
        return _check_page(imported, form, sheet, checked), 422
    actions.choose(imported, form.chosen)
    if wish == "apply":
        try:
            actions.apply(imported, access(), by=current_user)
        except Invalid as problem:
            _sheet, checked = queries.load_checked(imported, access())
            return _check_page(imported, form, sheet, checked, refused=sentence(problem)), 422
        flash(
            ngettext("%(num)d decision imported.", "%(num)d decisions imported.", imported.decision_count),
        )
        return redirect(url_for("production.index"))
    return redirect(url_for("production_imports.show", import_id=import_id))


@blueprint.post("/production/imports/<int:import_id>/take-back")
@policy("production.write")
def take_back(import_id: int) -> ResponseReturnValue:
    imported = queries.get_import(import_id)
    actions.take_back(imported, by=current_user)
    flash(_("Import taken back. Its decisions are deleted."))
    return redirect(url_for("production_imports.show", import_id=import_id))


def _new_page(form: UploadForm) -> str:
    return render_template("production/import_new.html", form=form, errors=(), phrases=phrases)


def _check_page(
    imported: ProductionImport, form: ChoicesForm, sheet: Sheet, checked: Checked, *, refused: Any = None
) -> str:
    by_line = [finding for finding in checked.findings if finding.line is not None]
    previewed = checked.decisions[:PREVIEWED]
    return render_template(
        "production/import_check.html",
        imported=imported,
        form=form,
        sheet=sheet,
        checked=checked,
        columns=[finding for finding in checked.findings if finding.line is None],
        shown=by_line[:MOST_SHOWN],
        more=len(by_line) - MOST_SHOWN,
        refused=refused,
        same=queries.find_applied(imported.sha256),
        previewed=previewed,
        codes=queries.load_codes({one.person_id for one in previewed}),
        sections=queries.load_full_names({one.section_id for one in previewed if one.section_id}),
        phrases=phrases,
    )
