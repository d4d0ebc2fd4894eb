"""Adding people by list: paste or upload, look at what would be created, mend it there, create all; then their links.

Nothing is kept between the steps but in the page itself, so a page that was left open too long loses nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts import actions, admission, granting, queries
from lms.accounts.core import list_checking, list_reading, second_person
from lms.accounts.core.list_checking import Checked, Known, Place
from lms.accounts.core.list_reading import Cell, ListRow
from lms.accounts.core.roles import Role, may_grant
from lms.accounts.forms import PeopleListForm
from lms.accounts.phrases import COLUMNS, ROLES
from lms.accounts.views.dry_run import DryRun, Origin
from lms.foundation import spreadsheets, transaction
from lms.foundation.access import access, me, policy
from lms.foundation.carried import is_reopened
from lms.foundation.forms import choices
from lms.foundation.locale import LOCALES, localized, moment_in_zone, speaking
from lms.kit.problems import Invalid, NotFound
from lms.kit.tables import Column, Table
from lms.sites import queries as site_queries
from lms.sites.core.vendor import VendorKind
from lms.sites.models import Site

KEY = re.compile(r"[A-Za-z0-9_-]{12}")

blueprint = Blueprint("people_lists", __name__, template_folder="../templates")


@blueprint.route("/people/new/list", methods=["GET", "POST"])
@policy("person.admit")
@transaction.writes_late
def new() -> ResponseReturnValue:
    wish = request.form.get("go", "")
    if request.method == "POST" and wish == "create":
        transaction.begin_write()
    sites = site_queries.list_sites(access())
    form = PeopleListForm(locale=current_user.locale, site=sites[0].code if len(sites) == 1 else "")
    form.site.choices = choices([("", _("None")), *((site.code, localized(site.name_text)) for site in sites)])
    if "rows" in request.form and (request.method == "POST" or is_reopened()):
        return _go_on(form, sites, wish)
    if not form.is_sent_and_valid():
        return _paste_page(form, sites), 422 if request.method == "POST" else 200
    try:
        reading, name = _read(form)
    except Invalid as problem:
        form.take_back(problem)
        return _paste_page(form, sites), 422
    origin = Origin(name, reading.encoding, reading.delimiter, reading.unused)
    return _dry_run_page(form, sites, reading.rows, origin, _check(form, sites, reading.rows))


@blueprint.get("/people/new/list/<language>.csv")
@policy("person.admit")
def template(language: str) -> Response:
    """The row of heads, in one language."""
    if language not in LOCALES:
        raise NotFound
    with speaking(language):
        columns = tuple(Column(str(name)) for name in COLUMNS.values())
        return _download(Table("", columns, ()), f"people-{language}.csv")


@blueprint.get("/people/lists/<key>")
@policy("person.admit")
def made(key: str) -> str:
    made = admission.get_list(access(), key, by=current_user)
    return render_template(
        "accounts/people_list_made.html",
        made=made,
        roles=ROLES,
        proposals=queries.load_proposals(person.id for person in made.people),
        minutes=int(actions.LINK_LIFE.total_seconds() // 60),
    )


@blueprint.post("/people/lists/<key>/links")
@policy("person.admit")
def make_links(key: str) -> Response:
    """Make the links and give them in a file: this once, since they are kept nowhere."""
    made = admission.get_list(access(), key, by=current_user)
    people = made.without_password
    tokens = admission.make_links(people, by=current_user)
    heads = (_("Code"), _("Name"), _("E-mail"), _("Site"), _("One-time link"), _("Valid until"))
    until = moment_in_zone(admission.link_end())
    rows = [
        (
            person.code,
            person.name,
            person.login,
            localized(person.site.name_text),
            url_for("accounts.link", token=tokens[person.code], _external=True),
            until,
        )
        for person in people
    ]
    return _download(Table("", tuple(map(Column, heads)), tuple(rows)), "people-links.csv")


def _read(form: PeopleListForm) -> tuple[list_reading.Reading, str]:
    """The list that was pasted or chosen, and the name of its file; a problem stands at where it came from."""
    uploaded = request.files.get("file")
    is_chosen = uploaded is not None and bool(uploaded.filename)
    typed = form.text.data or ""
    try:
        if uploaded is not None and is_chosen:
            if typed.strip():
                raise Invalid("list.two_sources")
            return list_reading.read(uploaded.read()), uploaded.filename or ""
        return list_reading.read_text(typed), ""
    except Invalid as problem:
        problem.field = "file" if is_chosen else "text"
        raise


def _go_on(form: PeopleListForm, sites: Sequence[Site], wish: str) -> ResponseReturnValue:
    """From the page of the dry run: check what was mended, change the text, or create."""
    try:
        sent = list_reading.unpacked(request.form["rows"])
    except Invalid as problem:
        problem.field = "text"
        form.take_back(problem)
        return _paste_page(form, sites), 422
    rows = _mended(sent)
    if wish == "text":
        form.text.data = list_reading.as_text(rows, {cell: str(name) for cell, name in COLUMNS.items()})
        return _paste_page(form, sites)
    if wish == "leave":  # whatever the page shows as wrong, also where its fields suggest something
        wrong = [one.row.number for one in _check(form, sites, sent) if one.errors]
        rows = list_reading.edited(rows, {}, dict.fromkeys(wrong, True))
    checked = _check(form, sites, rows)
    taken = [one for one in checked if one.is_taken]
    if request.method != "POST" or wish != "create":
        return _dry_run_page(form, sites, rows, Origin.of_request(), checked)
    key = _key()
    if (earlier := admission.find_list(key)) is not None and earlier.actor == me().code:
        return redirect(url_for("people_lists.made", key=key))  # sent twice
    if not taken or any(one.errors for one in checked):
        return _dry_run_page(form, sites, rows, Origin.of_request(), checked, is_refused=True), 422
    admission.create_people([_command(one, sites) for one in taken], by=current_user, key=key)
    return redirect(url_for("people_lists.made", key=key))


def _mended(rows: Sequence[ListRow]) -> tuple[ListRow, ...]:
    """The rows with what was typed into the table of the dry run."""
    sent = request.form
    cells = {
        (row.number, cell): sent[f"{cell}-{row.number}"]
        for row in rows
        for cell in Cell
        if f"{cell}-{row.number}" in sent
    }
    shown = set(sent.getlist("shown"))
    left_out = {row.number: f"leave-{row.number}" in sent for row in rows if str(row.number) in shown}
    return list_reading.edited(rows, cells, left_out)


def _check(form: PeopleListForm, sites: Sequence[Site], rows: Sequence[ListRow]) -> tuple[Checked, ...]:
    logins = {list_checking.login_of_cell(row.cells[Cell.LOGIN]) for row in rows}
    names = {list_checking.line_of_cell(row.cells[Cell.NAME]) for row in rows}
    own_roles = frozenset(map(Role, me().roles))
    return list_checking.check(
        rows,
        Known(
            places=tuple(
                Place(site.code, tuple(site.name_text.values()), VendorKind(site.vendor.kind)) for site in sites
            ),
            role_words=_role_words(),
            locale_words=list_checking.LOCALE_WORDS,
            grantable=frozenset(role for role in Role if may_grant(own_roles, role)),
            taken=queries.load_owners(access(), logins),
            namesakes=queries.load_namesakes(access(), names),
            site=form.site.data if form.site.data in {site.code for site in sites} else "",
            locale=form.locale.data if form.locale.data in LOCALES else current_user.locale,
        ),
    )


def _role_words() -> dict[str, Role]:
    """Every word for a role: as it is kept, and as both languages call it."""
    words = {list_checking.fold_word(role): role for role in Role}
    for locale in LOCALES:
        with speaking(locale):
            words |= {list_checking.fold_word(str(name)): role for role, name in ROLES.items()}
    return words


def _command(checked: Checked, sites: Sequence[Site]) -> actions.NewPerson:
    (site,) = (site for site in sites if site.code == checked.site)
    return actions.NewPerson(
        checked.login, checked.name, checked.reading, site, checked.locale, checked.roles, own_zone_name=None
    )


def _key() -> str:
    sent = request.form.get("key", "")
    return sent if KEY.fullmatch(sent) else secrets.token_urlsafe(9)


def _paste_page(form: PeopleListForm, sites: Sequence[Site]) -> str:
    own_roles = frozenset(map(Role, me().roles))
    return render_template(
        "accounts/people_list.html",
        form=form,
        sites=sites,
        roles=[name for role, name in ROLES.items() if may_grant(own_roles, role)],
        columns=COLUMNS,
        needed=list_reading.NEEDED,
        most=list_reading.MOST_ROWS,
    )


def _dry_run_page(
    form: PeopleListForm,
    sites: Sequence[Site],
    rows: Sequence[ListRow],
    origin: Origin,
    checked: Sequence[Checked],
    *,
    is_refused: bool = False,
) -> str:
    waits = granting.release_to_newcomers(current_user) is None
    return render_template(
        "accounts/people_list_check.html",
        form=form,
        run=DryRun(checked, origin, {site.code: localized(site.name_text) for site in sites}),
        rows=list_reading.packed(rows),
        key=_key(),
        sites=sites,
        roles=ROLES,
        columns=COLUMNS,
        waiting=frozenset(role for role in Role if waits and second_person.is_for_two(role)),
        is_refused=is_refused,
    )


def _download(table: Table, name: str) -> Response:
    response = make_response(spreadsheets.as_csv(table))
    response.headers["Content-Type"] = spreadsheets.CSV_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
