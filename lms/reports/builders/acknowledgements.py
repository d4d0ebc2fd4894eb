"""Who has acknowledged a version of a policy, by site and vendor, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lms.accounts.access import people as reached
from lms.accounts.core.roles import Role
from lms.accounts.models import Person, RoleGrant
from lms.foundation.db import db
from lms.foundation.locale import day, localized
from lms.kit.figures import is_small
from lms.kit.problems import Invalid, NotFound
from lms.kit.tables import Cell, Column, Figure, Kind, Piece, Table, Text
from lms.policies import queries as policies
from lms.policies.models import Acknowledgement, PolicyVersion
from lms.reports.access import Reader
from lms.reports.builders import framing
from lms.reports.core.document import Document, Grid, Part
from lms.reports.core.scope import People, Request
from lms.reports.words import told
from lms.sites.models import Site, Vendor

PARTS = {
    "summary": _l("Summary"),
    "sites": _l("By site"),
    "vendors": _l("By vendor"),
    "people": _l("Person by person"),
}
ASKED = (Role.LEARNER, Role.TRAINER)
"""Who is asked to read what is in force: those who train and those who are trained."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody who is asked, and when they acknowledged; ``hours`` count from when it was in force for them."""

    person: Person
    read: Acknowledgement | None
    hours: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """All that the report is made of; ``counted`` are those of sites with at least 5 people."""

    version: PolicyVersion
    readings: Sequence[Reading]
    counted: Sequence[Reading]
    sites: Mapping[int, Site]
    vendors: Mapping[int, Vendor]
    labels: Mapping[int, str]


def find_version(request: Request) -> PolicyVersion:
    """The version that is named, or the one in force."""
    module, number = policies.get_module(request.about["module"]), request.about.get("version", "")
    if number:
        try:
            return policies.get_published_version(module, number)
        except NotFound:
            raise Invalid("report.no_version", field="version") from None
    in_force = policies.load_in_force(request.made_at, [module.id]).get(module.id)
    if in_force is None:
        raise Invalid("report.not_in_force", field="module")
    return in_force


def load(request: Request, reader: Reader) -> Found:
    """The version, and everybody within reach who is asked to read it."""
    version = find_version(request)
    held = select(RoleGrant.person_id).where(RoleGrant.revoked_at.is_(None), RoleGrant.role.in_(ASKED))
    query = select(Person, Acknowledgement).outerjoin(
        Acknowledgement, (Acknowledgement.person_id == Person.id) & (Acknowledgement.version_id == version.id)
    )
    query = query.where(Person.deactivated_at.is_(None), Person.id.in_(held), reached(reader.access))
    readings = [_reading(version, person, read) for person, read in db.session.execute(query.order_by(Person.code))]
    sizes: dict[int, int] = {}
    for one in readings:
        sizes[one.person.site_id] = sizes.get(one.person.site_id, 0) + 1
    vendors = {one.person.vendor_id for one in readings}
    return Found(
        version,
        readings,
        [one for one in readings if not is_small(sizes[one.person.site_id])],
        {one.person.site_id: one.person.site for one in readings},
        {vendor.id: vendor for vendor in db.session.scalars(select(Vendor).where(Vendor.id.in_(vendors)))},
        reader.labels(request.people, [one.person for one in readings]),
    )


def _reading(version: PolicyVersion, person: Person, read: Acknowledgement | None) -> Reading:
    if read is None or version.effective_at is None:
        return Reading(person, read, None)
    since = max(version.effective_at, person.created_at)
    return Reading(person, read, max(0.0, round((read.acknowledged_at - since).total_seconds() / 3600, 1)))


def title(request: Request, _reader: Reader) -> str:
    """The policy and its version."""
    find_version(request)
    module, number = policies.get_module(request.about["module"]), request.about.get("version", "")
    name = localized(module.title_text)
    return f"{name} v{number}" if number else name


def file_words(request: Request) -> tuple[str, ...]:
    """What the file is named after."""
    return "acknowledgements", request.about["module"], request.about.get("version", "")


def describe(request: Request, found: Found) -> Document:
    """The document in the language that is being spoken."""
    version = found.version
    facts = [(_("Version"), (f"v{version.number}",))]
    if version.effective_at is not None:
        facts.append((_("Effective"), (day(version.effective_at, request.zone, pattern="date"),)))
    sites = sorted(found.sites.values(), key=lambda site: site.code)
    vendors = sorted(found.vendors.values(), key=lambda vendor: vendor.code)
    by_site = [
        (told(site.name_text), [one for one in found.readings if one.person.site_id == site.id]) for site in sites
    ]
    by_vendor = [
        (told(vendor.name_text), [one for one in found.counted if one.person.vendor_id == vendor.id])
        for vendor in vendors
    ]
    parts = [
        _summary(found),
        _grouped("sites", _("By site"), _("Site"), by_site, found.counted),
        _grouped("vendors", _("By vendor"), _("Vendor"), by_vendor, found.counted),
        *_people(request, found),
    ]
    return framing.framed(request, _("Acknowledgement report"), told(version.title_text), facts, parts)


def _summary(found: Found) -> Part:
    counted = found.counted
    have = sum(one.read is not None for one in counted)
    few = not counted and bool(found.readings)
    rows = [
        (_("People asked"), framing.FEW if few else Figure(len(counted), Kind.COUNT), ""),
        (_("Acknowledged"), framing.FEW if few else Figure(have, Kind.COUNT), ""),
        (_("Not yet"), framing.FEW if few else Figure(len(counted) - have, Kind.COUNT), ""),
        (_("Share"), Figure(framing.share(have, len(counted)), Kind.SHARE), ""),
        (_("Median"), _hours(counted), _("hours from the day in force")),
    ]
    grid = framing.figures(rows)
    note = _("Sites of fewer than 5 people are in no total.")
    return Part("summary", _("Summary"), (Grid(grid.name, grid.table, grid.look, (note,)),))


def _hours(readings: Sequence[Reading]) -> float | None:
    """The median of at least 5 people."""
    hours = [one.hours for one in readings if one.hours is not None]
    return float(median(hours)) if hours and not is_small(len(hours)) else None


def _grouped(
    code: str, heading: str, head: str, groups: Sequence[tuple[Text, Sequence[Reading]]], everybody: Sequence[Reading]
) -> Part:
    columns = (
        *(Column(head), Column(_("Number of people"), Kind.COUNT), Column(_("Acknowledged"), Kind.COUNT)),
        *(Column(_("Not yet"), Kind.COUNT), Column(_("Share"), Kind.SHARE), Column(_("Median hours"), Kind.FIGURE)),
    )
    rows: list[tuple[Cell, ...]] = [(name, *_cells(readings)) for name, readings in groups if readings]
    rows.append((_("All together"), *_cells(everybody)))
    return Part(code, heading, (Grid(code, Table(heading, columns, tuple(rows))),))


def _cells(readings: Sequence[Reading]) -> tuple[Cell, ...]:
    n, have = len(readings), sum(one.read is not None for one in readings)
    if is_small(n):
        return framing.FEW, None, None, None, None
    return n, have, n - have, framing.share(have, n), _hours(readings)


def _people(request: Request, found: Found) -> list[Part]:
    if request.people is People.NONE or not found.readings:
        return []
    columns = (
        *(Column(_("Person")), Column(_("Site")), Column(_("State")), Column(_("Acknowledged"), Kind.MOMENT)),
        *(Column(_("Language")), Column(_("Hours"), Kind.FIGURE)),
    )
    rows = tuple(
        (
            found.labels[one.person.id],
            told(found.sites[one.person.site_id].name_text),
            Piece(_("Acknowledged"), "is-pass") if one.read else Piece(_("Not yet"), "is-risk"),
            framing.local(request, one.read.acknowledged_at if one.read else None),
            one.read.locale.upper() if one.read else "",
            one.hours,
        )
        for one in sorted(found.readings, key=lambda each: (each.read is not None, each.person.code))
    )
    return [Part("people", _("Person by person"), (Grid("people", Table(_("Person by person"), columns, rows)),))]
