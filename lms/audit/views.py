"""The audit trail as a list, a file of it, and the check of its chains."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.audit import access as reach
from lms.audit import actions, phrases, queries
from lms.audit.core.wholeness import Verdict
from lms.audit.forms import FilterForm
from lms.audit.readable import Readable, read
from lms.foundation import clock
from lms.foundation.access import access, may, policy
from lms.foundation.journal import INSTALLATION_CHAIN
from lms.foundation.locale import moment, zone
from lms.foundation.spreadsheets import CSV_TYPE, as_csv
from lms.kit.tables import Column, Kind, Table
from lms.sites.models import Vendor

blueprint = Blueprint("audit", __name__, template_folder="templates")

LAST_PLACE = 2**31 - 1


@blueprint.get("/journal")
@policy("journal.read")
def index() -> ResponseReturnValue:
    form, wanted = _asked(request.args)
    asked = access()
    listed = queries.list_entries(asked, wanted, zone())
    known = queries.load_known(listed.entries)
    vendors = queries.load_vendors(asked) if may("journal.export") else {}
    return render_template(
        "audit/index.html",
        form=form,
        wanted=wanted,
        listed=listed,
        entries=[read(entry, known) for entry in listed.entries],
        chains=_chains(vendors) if vendors else [],
        most=queries.MOST_EXPORTED,
        at=clock.now(),
        filters={name: request.args[name] for name in phrases.FILTERS if request.args.get(name)},
    )


@blueprint.post("/journal/file")
@policy("journal.export")
def export() -> Response:
    """The entries that the filters leave, as a file; a form, since taking them away is written down as well."""
    _form, wanted = _asked(request.form)
    entries = queries.list_for_export(access(), wanted, zone())
    known = queries.load_known(entries)
    content = as_csv(_table([read(entry, known) for entry in entries]))
    actions.note_export(current_user, entries, wanted)
    response = make_response(content)
    response.headers["Content-Type"] = CSV_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="journal-{clock.now():%Y-%m-%d}.csv"'
    return response


@blueprint.post("/journal/check")
@policy("journal.check")
def check() -> ResponseReturnValue:
    actions.request_check()
    flash(_("The trail is being checked. The result appears here in a moment."))
    return redirect(url_for("audit.index"))


def _asked(args: MultiDict[str, str]) -> tuple[FilterForm, queries.Wanted]:
    """The filters as they were typed, and what of them can be understood."""
    form = FilterForm(args)
    form.offer_actions("" if may("journal.export") else reach.SIGN_INS)
    form.validate()
    right = {name: form[name].data for name in phrases.FILTERS if not form[name].errors and form[name].data}
    if right.get("who", "").casefold() in {queries.SYSTEM, str(phrases.SYSTEM).casefold()}:
        right["who"] = queries.SYSTEM
    places: dict[str, Any] = {name: args.get(name, type=_place) for name in ("before", "after")}
    return form, queries.Wanted(**right, **places)


def _place(text: str) -> int:
    """The entry from which the list goes on; beyond what a column takes there is none."""
    return max(0, min(int(text), LAST_PLACE))


def _chains(vendors: dict[int, Vendor]) -> list[tuple[Vendor | None, Verdict | None]]:
    """The chains that whoever asks may see in whole, with what the last check found; the broken ones first."""
    whole = may("journal.check")
    wanted = [*([INSTALLATION_CHAIN] if whole else []), *vendors]
    verdicts = queries.load_verdicts(wanted)
    listed = [(vendors.get(chain_id), verdicts.get(chain_id)) for chain_id in wanted]
    return sorted(listed, key=lambda entry: entry[1] is None or entry[1].broken_at is None)


def _table(entries: list[Readable]) -> Table:
    return Table(
        title=_("Audit trail"),
        columns=(
            Column(_("When")),
            Column(_("Who")),
            Column(_("What")),
            Column(_("Item")),
            Column(_("Fact")),
            Column(_("Before")),
            Column(_("After")),
            Column(_("Chain"), Kind.COUNT),
            Column(_("Entry"), Kind.COUNT),
        ),
        rows=tuple(row for entry in entries for row in _rows(entry)),
    )


def _rows(entry: Readable) -> list[tuple[str | int | None, ...]]:
    """A row for each fact of an entry, and one for an entry without any."""
    head = (moment(entry.at), entry.who, entry.action, entry.object)
    tail = (entry.chain_id, entry.n)
    if not entry.lines:
        return [(*head, None, None, None, *tail)]
    return [(*head, line.label, line.before, line.value, *tail) for line in entry.lines]
