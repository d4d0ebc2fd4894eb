"""Who is there for people: the list of contacts that the briefing shows, kept by the administrator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation.access import access_for, me, policy
from lms.foundation.forms import choices
from lms.foundation.locale import localized
from lms.sites import queries as sites
from lms.sites.models import Site
from lms.wellbeing import actions, queries
from lms.wellbeing.forms import ContactChangeForm, ContactForm
from lms.wellbeing.models import HelpContact

blueprint = Blueprint("contacts", __name__, template_folder="../templates")


@blueprint.get("/wellbeing/contacts")
@policy("help.list")
def index() -> str:
    return render_template("wellbeing/contacts.html", contacts=queries.list_contacts())


@blueprint.route("/wellbeing/contacts/new", methods=["GET", "POST"])
@policy("help.write")
def new() -> ResponseReturnValue:
    form = ContactForm()
    offered = _offer_sites(form)
    if form.is_sent_and_valid():
        actions.add_contact(_contact(form, offered), actor=me().code)
        flash(_("Contact added."))
        return redirect(url_for("contacts.index"))
    page = render_template("wellbeing/contact_form.html", form=form, contact=None)
    return (page, 422) if request.method == "POST" else page


@blueprint.route("/wellbeing/contacts/<int:contact_id>", methods=["GET", "POST"])
@policy("help.write")
def edit(contact_id: int) -> ResponseReturnValue:
    contact = queries.get_contact(contact_id)
    form = ContactChangeForm(**_facts(contact), revision=contact.revision)
    offered = _offer_sites(form, contact)

    def change() -> None:
        to = _contact(form, offered)
        actions.change_contact(contact, to, actor=me().code, revision=form.revision.data)

    if form.is_sent_and_valid() and form.is_saved(change, contact, _facts):
        flash(_("Contact changed."))
        return redirect(url_for("contacts.index"))
    return render_template("wellbeing/contact_form.html", form=form, contact=contact), form.status


@blueprint.post("/wellbeing/contacts/<int:contact_id>/retire")
@policy("help.write")
def retire(contact_id: int) -> ResponseReturnValue:
    """Take a contact out of use or into use again; nothing is lost by either, so nothing is asked first."""
    contact = queries.get_contact(contact_id)
    change = actions.reopen_contact if request.form.get("change") == "reopen" else actions.retire_contact
    change(contact, actor=me().code, revision=request.form.get("revision", 0, type=int))
    flash(_("Contact taken out of use.") if contact.retired_at else _("Contact back in use."))
    return redirect(url_for("contacts.index"))


def _offer_sites(form: ContactForm, contact: HelpContact | None = None) -> dict[str, Site]:
    """Offer all sites at once, or one of those in use; the site that a contact has stays on offer."""
    offered = {site.code: site for site in sites.list_sites(access_for("site.list"))}
    if contact is not None and contact.site is not None:
        offered.setdefault(contact.site.code, contact.site)
    named = [(code, localized(site.name_text)) for code, site in offered.items()]
    form.site.choices = choices([("", _("All sites")), *named])
    return offered


def _contact(form: ContactForm, offered: dict[str, Site]) -> actions.Contact:
    site = offered.get(form.site.data or "")
    return actions.Contact(**form.texts, site=site, phone=form.phone.data or None, address=form.address.data or None)


def _facts(contact: HelpContact) -> dict[str, str]:
    texts = {"name": contact.name_text, "detail": contact.detail_text}
    return {
        **{f"{name}_{locale}": text.get(locale, "") for name, text in texts.items() for locale in ("en", "ja")},
        "site": contact.site.code if contact.site else "",
        "phone": contact.phone or "",
        "address": contact.address or "",
    }
