"""The list of vendors; adding one, changing it, taking it out of use."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation.access import me, policy
from lms.foundation.locale import localized
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import Invalid
from lms.kit.text import is_found, reading_key
from lms.sites import actions, queries
from lms.sites.core.vendor import VendorKind
from lms.sites.forms import VendorChangeForm, VendorForm, names_of
from lms.sites.models import Vendor
from lms.sites.phrases import STATES, VENDOR_KINDS

blueprint = Blueprint("vendors", __name__, template_folder="../templates")


@blueprint.get("/vendors")
@policy("site.list")
def index() -> str:
    """The vendors that the address asks for, in its order, with how many sites in use each has."""
    vendors, counts = queries.list_vendors(), queries.load_site_counts()
    sorted_by: Keys[Vendor] = {
        "name": lambda vendor: reading_key(localized(vendor.name_text)),
        "code": lambda vendor: vendor.code,
        "kind": lambda vendor: list(VENDOR_KINDS).index(VendorKind(vendor.kind)),
        "sites": lambda vendor: counts.get(vendor.id, 0),
        "state": lambda vendor: vendor.retired_at is not None,
    }
    wanted = {name: request.args.get(name, "").strip() for name in ("q", "kind", "state")}
    order = Order.of(request.args.get("sort", ""), sorted_by)
    shown = sorted_rows((vendor for vendor in vendors if _is_wanted(vendor, wanted)), order, sorted_by)
    page = Page.of(len(shown), request.args.get("page", 1, type=int))
    return render_template(
        "sites/vendors.html",
        vendors=shown[page.offset : page.last],
        part=page,
        has_vendors=bool(vendors),
        counts=counts,
        wanted=wanted,
        order=order,
        kinds=VENDOR_KINDS,
        states=STATES,
    )


@blueprint.route("/vendors/new", methods=["GET", "POST"])
@policy("site.write")
def new() -> ResponseReturnValue:
    form = VendorForm()
    if form.is_sent_and_valid(code=actions.check_vendor_code):
        command = actions.NewVendor(form.code.data, form.names, VendorKind(form.kind.data))
        try:
            actions.create_vendor(command, actor=me().code)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Vendor added."))
            return redirect(url_for("vendors.index"))
    page = render_template("sites/vendor_form.html", form=form, vendor=None)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/vendors/<code>/edit", methods=["GET", "POST"])
@policy("site.write")
def edit(code: str) -> ResponseReturnValue:
    vendor = queries.get_vendor(code)
    form = VendorChangeForm(**_facts(vendor), revision=vendor.revision)

    def change() -> None:
        actions.change_vendor(
            vendor,
            name_text=form.names,
            kind=VendorKind(form.kind.data),
            actor=me().code,
            revision=form.revision.data,
        )

    if form.is_sent_and_valid() and form.is_saved(change, vendor, _facts):
        flash(_("Vendor changed."))
        return redirect(url_for("vendors.index"))
    return render_template("sites/vendor_form.html", form=form, vendor=vendor), form.status


@blueprint.route("/vendors/<code>/retire", methods=["GET", "POST"])
@policy("site.write")
def retire(code: str) -> ResponseReturnValue:
    """Say what it means before a vendor is taken out of use, or into use again."""
    vendor = queries.get_vendor(code)
    if request.method != "POST":
        open_sites = queries.count_sites(vendor, only_open=True)
        return render_template("sites/retire_vendor.html", vendor=vendor, open_sites=open_sites)
    change = actions.reopen_vendor if request.form.get("change") == "reopen" else actions.retire_vendor
    change(vendor, actor=me().code, revision=request.form.get("revision", 0, type=int))
    flash(_("Vendor taken out of use.") if vendor.retired_at else _("Vendor back in use."))
    return redirect(url_for("vendors.index"))


def _facts(vendor: Vendor) -> dict[str, str]:
    return {**names_of(vendor.name_text), "kind": vendor.kind}


def _is_wanted(vendor: Vendor, wanted: dict[str, str]) -> bool:
    state = "open" if vendor.retired_at is None else "retired"
    return (
        is_found(wanted["q"], [vendor.code, *vendor.name_text.values()])
        and (wanted["kind"] not in VENDOR_KINDS or wanted["kind"] == vendor.kind)
        and (wanted["state"] not in STATES or wanted["state"] == state)
    )
