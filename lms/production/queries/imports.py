"""Reads imports, and what the installation knows of the people, sections and decisions that a file names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, undefer

from lms.accounts import access as reach
from lms.accounts.models import Person
from lms.analysis.core.sheets import Sheet
from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.pages import Page
from lms.kit.problems import Conflict, NotFound
from lms.policies import queries as policies
from lms.policies.models import Module, Section
from lms.production.core.checking import Checked, Decision, Key, Known, Member, check, names_of_sections
from lms.production.core.choices import Choices
from lms.production.core.columns import Part
from lms.production.core.days import DayOrder, day_of, order_of
from lms.production.core.kinds import ErrorKind, ImportKind, ImportState
from lms.production.core.reading import unpacked
from lms.production.models import ProductionDecision, ProductionImport
from lms.sites.models import Site


def list_imports(asked: int) -> tuple[Sequence[ProductionImport], Page]:
    """A page of the imports, the newest first."""
    part = Page.of(db.session.scalar(select(func.count()).select_from(ProductionImport)) or 0, asked)
    query = select(ProductionImport).options(joinedload(ProductionImport.maker))
    query = query.order_by(ProductionImport.id.desc()).limit(part.size).offset(part.offset)
    return list(db.session.scalars(query)), part


def get_import(import_id: int) -> ProductionImport:
    """An import with its file, if it has one; not found if there is none."""
    query = select(ProductionImport).where(ProductionImport.id == import_id)
    found = db.session.scalar(query.options(joinedload(ProductionImport.maker), undefer(ProductionImport.sheet)))
    if found is None:
        raise NotFound
    return found


def find_applied(sha256: str) -> ProductionImport | None:
    """The import that holds the same file already."""
    query = select(ProductionImport).where(
        ProductionImport.sha256 == sha256, ProductionImport.state == ImportState.APPLIED
    )
    return db.session.scalar(query.order_by(ProductionImport.id.desc()).limit(1))


def list_stale_drafts(before: datetime) -> list[ProductionImport]:
    """The drafts that were made before an instant."""
    query = select(ProductionImport).where(ProductionImport.state == ImportState.DRAFT)
    return list(db.session.scalars(query.where(ProductionImport.made_at < before)))


def load_sheet(imported: ProductionImport) -> Sheet:
    """The file of a draft."""
    if imported.sheet is None:
        raise Conflict("production.not_a_draft")
    return unpacked(imported.sheet)


def load_checked(imported: ProductionImport, access: Access) -> tuple[Sheet, Checked]:
    """The file of a draft and what was found in it, with the choices as they are."""
    sheet, choices = load_sheet(imported), Choices.stored(imported.choices)
    kind = ImportKind(imported.kind)
    return sheet, check(sheet, choices, kind, load_known(sheet, choices, kind, access))


def load_known(sheet: Sheet, choices: Choices, kind: ImportKind, access: Access) -> Known:
    """What the check of a file has to know. All people are among it, also those who have left since."""
    zones: dict[str, ZoneInfo] = {}
    people: dict[str, Member] = {}
    query = select(Person.id, Person.code, Person.login, Site.zone_name).join(Site, Site.id == Person.site_id)
    for person_id, code, login, zone_name in db.session.execute(query.where(reach.people(access))):
        member = Member(person_id, zones.setdefault(zone_name, ZoneInfo(zone_name)))
        people[login] = people[code.casefold()] = member
    return Known(people, _load_section_names(), _load_kept(sheet, choices, kind), clock.now())


def _load_section_names() -> dict[str, int | None]:
    in_force = {section.section_id: section for section in policies.load_sections_in_force(clock.now()).values()}
    query = select(Section.id, Module.code, Section.key, Module.title_text).join(Module, Module.id == Section.module_id)
    listed = []
    for section_id, module, key, titles in db.session.execute(query):
        text = in_force.get(section_id)
        called = [
            name
            for locale, title in titles.items()
            for name in (title, (text.titles.get(locale) or "") if text else "")
        ]
        listed.append((section_id, module, key, text.number if text else None, called))
    return names_of_sections(listed)


def _load_kept(sheet: Sheet, choices: Choices, kind: ImportKind) -> dict[Key, Decision]:
    """The decisions of a kind between the first and the last day of a file."""
    days = _days(sheet, choices)
    if not days:
        return {}
    kept = ProductionDecision
    query = select(
        kept.person_id,
        kept.case_ref,
        kept.queue,
        kept.decided_on,
        kept.decision,
        kept.right_decision,
        kept.error_kind,
        kept.section_id,
    ).where(kept.kind == kind, kept.decided_on.between(min(days), max(days)))
    found = {}
    for person_id, case_ref, queue, day, decision, right, error, section_id in db.session.execute(query):
        error_kind = ErrorKind(error) if error else None
        one = Decision(person_id, case_ref, queue, day, decision, right, error_kind, section_id)
        found[one.key] = one
    return found


def _days(sheet: Sheet, choices: Choices) -> set[date]:
    """The days of a file in two far zones: the day of a person's site is one of them or lies between."""
    place = choices.columns.get(Part.DECIDED_ON)
    if place is None:
        return set()
    texts = {row.cells[place] for row in sheet.rows}
    order = choices.day_order if choices.day_order is not DayOrder.FROM_FILE else order_of(texts)
    zones = (ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12"))
    return {day for text in texts for zone in zones if isinstance(day := day_of(text, order, zone), date)}


def load_codes(person_ids: Collection[int]) -> dict[int, str]:
    """The codes of people, by id."""
    query = select(Person.id, Person.code).where(Person.id.in_(list(person_ids)))
    return {row.id: row.code for row in db.session.execute(query)}


def load_full_names(section_ids: Collection[int]) -> dict[int, str]:
    """The full names of sections, by id."""
    query = select(Section.id, Module.code, Section.key).join(Module, Module.id == Section.module_id)
    rows = db.session.execute(query.where(Section.id.in_(list(section_ids))))
    return {section_id: f"{module}/{key}" for section_id, module, key in rows}
