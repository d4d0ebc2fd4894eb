"""The list of places, and one site: its facts, its rooms, the days on which it is closed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation import clock
from lms.foundation.access import access, me, policy
from lms.foundation.forms import choices
from lms.foundation.locale import localized
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import Invalid
from lms.kit.text import is_found, reading_key
from lms.sites import actions, queries
from lms.sites.core import zones
from lms.sites.core.year import days_off, today_at
from lms.sites.forms import SiteChangeForm, SiteForm, names_of
from lms.sites.models import Room, Site
from lms.sites.phrases import STATES, WEEKDAYS

blueprint = Blueprint("sites", __name__, template_folder="../templates")


SORTED_BY: Keys[Site] = {
    "name": lambda site: reading_key(localized(site.name_text)),
    "code": lambda site: site.code,
    "vendor": lambda site: reading_key(localized(site.vendor.name_text)),
    "zone": lambda site: site.zone_name,
    "rooms": lambda site: sum(room.retired_at is None for room in site.rooms),
}
ROOMS_SORTED_BY: Keys[Room] = {
    "name": lambda room: reading_key(room.name),
    "seats": lambda room: room.capacity,
    "state": lambda room: room.retired_at is not None,
}


@blueprint.get("/sites")
@policy("site.list")
def index() -> str:
    """The sites that the address asks for, in its order."""
    sites = queries.list_sites_with_rooms(access())
    wanted = {name: request.args.get(name, "").strip() for name in ("q", "vendor", "state")}
    order = Order.of(request.args.get("sort", ""), SORTED_BY)
    shown = sorted_rows((site for site in sites if _is_wanted(site, wanted)), order, SORTED_BY)
    page = Page.of(len(shown), request.args.get("page", 1, type=int))
    vendors = queries.list_vendors()
    return render_template(
        "sites/index.html",
        sites=shown[page.offset : page.last],
        page_of_sites=page,
        has_sites=bool(sites),
        wanted=wanted,
        order=order,
        vendors=sorted(vendors, key=lambda vendor: reading_key(localized(vendor.name_text))),
        states=STATES,
    )


@blueprint.route("/sites/new", methods=["GET", "POST"])
@policy("site.write")
def new() -> ResponseReturnValue:
    vendors = [vendor for vendor in queries.list_vendors() if vendor.retired_at is None]
    form = SiteForm()
    form.offer_countries()
    form.vendor.choices = choices((vendor.id, localized(vendor.name_text)) for vendor in vendors)
    if form.is_sent_and_valid(code=actions.check_site_code):
        command = actions.NewSite(
            code=form.code.data,
            name_text=form.names,
            vendor_id=form.vendor.data,
            zone_name=form.zone_name.data,
            country=form.country.data,
            subdivision=form.subdivision.data or None,
        )
        try:
            site = actions.create_site(command, actor=me().code)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Site added."))
            return redirect(url_for("sites.show", code=site.code))
    page = render_template("sites/site_form.html", form=form, site=None, zones=_offered_zones(), has_vendors=vendors)
    return (page, 422) if request.method == "POST" else page


@blueprint.get("/sites/<code>")
@policy("site.list")
def show(code: str) -> str:
    site = queries.get_site(access(), code)
    today = today_at(site.zone_name, clock.now())
    closures = queries.list_closures(site)
    own = {closure.closed_on: closure for closure in closures}
    order = Order.of(request.args.get("sort", ""), ROOMS_SORTED_BY)
    return render_template(
        "sites/show.html",
        site=site,
        rooms=sorted_rows(queries.list_rooms(site), order, ROOMS_SORTED_BY),
        order=order,
        closures=own,
        days=days_off(site.country, site.subdivision, today, {day: row.name_text for day, row in own.items()}),
        passed=[closure for closure in closures if closure.closed_on < today],
        states=STATES,
        weekdays=WEEKDAYS,
        weekend=[int(digit) for digit in site.weekend],
    )


@blueprint.route("/sites/<code>/edit", methods=["GET", "POST"])
@policy("site.write")
def edit(code: str) -> ResponseReturnValue:
    site = queries.get_site(access(), code)
    form = SiteChangeForm(**_facts(site), revision=site.revision)
    form.offer_countries()

    def change() -> None:
        facts = actions.SiteChange(
            form.names, form.zone_name.data, form.country.data, form.subdivision.data or None, form.weekend.data
        )
        actions.change_site(site, facts, actor=me().code, revision=form.revision.data)

    if form.is_sent_and_valid() and form.is_saved(change, site, _facts):
        flash(_("Site changed."))
        return redirect(url_for("sites.show", code=code))
    page = render_template("sites/site_form.html", form=form, site=site, zones=_offered_zones(), has_vendors=True)
    return page, form.status


@blueprint.route("/sites/<code>/retire", methods=["GET", "POST"])
@policy("site.write")
def retire(code: str) -> ResponseReturnValue:
    """Say what it means before a site is taken out of use, or into use again."""
    site = queries.get_site(access(), code)
    if request.method != "POST":
        return render_template("sites/retire_site.html", site=site, residents=queries.count_residents(site.id))
    change = actions.reopen_site if request.form.get("change") == "reopen" else actions.retire_site
    change(site, actor=me().code, revision=request.form.get("revision", 0, type=int))
    flash(_("Site taken out of use.") if site.retired_at else _("Site back in use."))
    return redirect(url_for("sites.show", code=code))


def _facts(site: Site) -> dict[str, Any]:
    return {
        **names_of(site.name_text),
        "zone_name": site.zone_name,
        "country": site.country,
        "subdivision": site.subdivision or "",
        "weekend": [int(digit) for digit in site.weekend],
    }


def _is_wanted(site: Site, wanted: dict[str, str]) -> bool:
    state = "open" if site.retired_at is None else "retired"
    return (
        is_found(wanted["q"], [site.code, *site.name_text.values()])
        and wanted["vendor"] in {"", site.vendor.code}
        and (wanted["state"] not in STATES or wanted["state"] == state)
    )


def _offered_zones() -> list[str]:
    """The likely ones first."""
    return list(dict.fromkeys([*zones.LIKELY, *zones.places(), "UTC"]))
