"""Vendors, sites and rooms: where the world of an installation begins."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation.access import access, policy
from lms.foundation.forms import choices
from lms.foundation.locale import localized
from lms.kit.problems import Invalid
from lms.sites import actions, queries
from lms.sites.core import zones
from lms.sites.core.vendor import VendorKind
from lms.sites.forms import RoomForm, SiteForm, VendorForm
from lms.sites.phrases import VENDOR_KINDS

blueprint = Blueprint("sites", __name__, template_folder="templates")


@blueprint.get("/sites")
@policy("site.list")
def index() -> str:
    sites = queries.list_sites_with_rooms(access())
    return render_template("sites/index.html", sites=sites, vendors=queries.list_vendors(), kinds=VENDOR_KINDS)


@blueprint.route("/vendors/new", methods=["GET", "POST"])
@policy("site.write")
def new_vendor() -> ResponseReturnValue:
    form = VendorForm()
    if form.is_sent_and_valid():
        names = {"en": form.name_en.data, "ja": form.name_ja.data}
        try:
            actions.create_vendor(actions.NewVendor(form.code.data, names, VendorKind(form.kind.data)))
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The vendor is created."))
            return redirect(url_for("sites.index"))
    page = render_template("sites/vendor_new.html", form=form)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/sites/new", methods=["GET", "POST"])
@policy("site.write")
def new_site() -> ResponseReturnValue:
    form = SiteForm()
    form.vendor.choices = choices((vendor.id, localized(vendor.name_text)) for vendor in queries.list_vendors())
    if form.is_sent_and_valid():
        command = actions.NewSite(
            code=form.code.data,
            name_text={"en": form.name_en.data, "ja": form.name_ja.data},
            vendor_id=form.vendor.data,
            zone_name=form.zone_name.data,
            country=form.country.data,
            subdivision=form.subdivision.data or None,
        )
        try:
            actions.create_site(command)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The site is created."))
            return redirect(url_for("sites.index"))
    page = render_template("sites/site_new.html", form=form, zones=zones.names())
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/sites/<code>/rooms/new", methods=["GET", "POST"])
@policy("site.write")
def new_room(code: str) -> ResponseReturnValue:
    site = queries.get_site(access(), code)
    form = RoomForm()
    if form.is_sent_and_valid():
        try:
            actions.add_room(site, form.name.data, int(form.capacity.data))
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("The room is added."))
            return redirect(url_for("sites.index"))
    page = render_template("sites/room_new.html", form=form, site=site)
    return (page, 422) if request.method == "POST" else page
