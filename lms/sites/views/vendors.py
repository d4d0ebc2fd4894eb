"""Adding a vendor, changing it, taking it out of use."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation.access import policy
from lms.kit.problems import Invalid
from lms.sites import actions, queries
from lms.sites.core.vendor import VendorKind
from lms.sites.forms import VendorChangeForm, VendorForm, names_of
from lms.sites.models import Vendor

blueprint = Blueprint("vendors", __name__, template_folder="../templates")


@blueprint.route("/vendors/new", methods=["GET", "POST"])
@policy("site.write")
def new() -> ResponseReturnValue:
    form = VendorForm()
    if form.is_sent_and_valid(code=actions.check_vendor_code):
        command = actions.NewVendor(form.code.data, form.names, VendorKind(form.kind.data))
        try:
            actions.create_vendor(command, actor=current_user.code)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The vendor is created."))
            return redirect(url_for("sites.index"))
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
            actor=current_user.code,
            revision=form.revision.data,
        )

    if form.is_sent_and_valid() and form.is_saved(change, vendor, _facts):
        flash(_("The vendor is changed."))
        return redirect(url_for("sites.index"))
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
    change(vendor, actor=current_user.code, revision=request.form.get("revision", 0, type=int))
    flash(_("The vendor is no longer in use.") if vendor.retired_at else _("The vendor is in use."))
    return redirect(url_for("sites.index"))


def _facts(vendor: Vendor) -> dict[str, str]:
    return {**names_of(vendor.name_text), "kind": vendor.kind}
