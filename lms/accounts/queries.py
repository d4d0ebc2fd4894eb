from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts import access as reach
from lms.accounts.core.roles import Role
from lms.accounts.core.sample_accounts import NAMES, login_of
from lms.accounts.models import (
    Accommodation,
    OneTimeLink,
    Person,
    RoleGrant,
    RoleProposal,
    SignInFailure,
    WebSession,
)
from lms.foundation.access import Access, access_for, seconding_roles
from lms.foundation.db import db
from lms.foundation.sessions import ABSOLUTE_HOURS
from lms.kit.ordering import Order
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.kit.text import fold_login, search_key
from lms.sites.models import Site, Vendor
from lms.sites.queries import register_resident_count


def find_by_login(login: str) -> Person | None:
    """The person of a folded login."""
    return db.session.scalar(select(Person).where(Person.login == login))


def is_any_taken(logins: Iterable[str]) -> bool:
    """Whether one of these folded logins belongs to somebody."""
    return db.session.scalar(select(Person.id).where(Person.login.in_(list(logins))).limit(1)) is not None


def load_owners(access: Access, logins: Iterable[str]) -> dict[str, str]:
    """To whom these folded logins belong: codes by login, and nothing for whoever is out of this reach."""
    code = case((reach.people(access), Person.code), else_="").label("code")
    rows = db.session.execute(select(Person.login, code).where(Person.login.in_(list(logins))))
    return {row.login: row.code for row in rows}


def load_namesakes(access: Access, names: Iterable[str]) -> dict[tuple[str, str], str]:
    """Active people within this reach who have one of these names: codes by search key of the name and site's code."""
    keys = {search_key(name) for name in names}
    query = select(Person.search_key, Site.code.label("site"), Person.code).join(Person.site)
    query = query.where(func.substr(Person.search_key, 1, 1).in_({key[:1] for key in keys}), reach.people(access))
    rows = db.session.execute(query.where(Person.deactivated_at.is_(None)).order_by(Person.code.desc()))
    found = {(row.search_key.partition("\n")[0], row.site): row.code for row in rows}
    return {key: code for key, code in found.items() if key[0] in keys}


def get_person(access: Access, code: str) -> Person:
    """The person of a code, as far as this access reaches; not found otherwise."""
    person = db.session.scalar(select(Person).where(Person.code == code, reach.people(access)))
    if person is None:
        raise NotFound
    return person


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people a list shows, in which order; empty words do not filter."""

    words: str = ""
    role: str = ""
    vendor: str = ""
    site: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return any((self.words, self.role, self.vendor, self.site, self.state))


STATES = ("active", "deactivated")
SORTS = ("name", "code", "site")
"""The columns by which a list of people sorts; as everywhere ``-`` before one means backwards."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of people, and how many there are in all."""

    people: list[Person]
    page: Page
    deactivated: int


def list_people(access: Access, wanted: Wanted) -> Listed:
    """A page of the people whom this access reaches, with their roles.

    Words find codes; names, readings and addresses only of those of whom whoever asks may see them. Each word must be
    found; width, case, kana and blanks do not matter.
    """
    found = and_(reach.people(access), *_criteria(wanted))
    gone = func.count(Person.deactivated_at)
    count, deactivated = db.session.execute(select(func.count(), gone).select_from(Person).where(found)).one()
    page = Page.of(count, wanted.page)
    query = select(Person).where(found).options(selectinload(Person.grants))
    order = Order.of(wanted.sort, SORTS)
    if order.key == "code":
        query = query.order_by(Person.code.desc() if order.is_backwards else Person.code)
    elif order.key == "site":
        query = query.join(Person.site).order_by(Site.code.desc() if order.is_backwards else Site.code, *in_order())
    else:
        query = query.order_by(*in_order(is_backwards=order.is_backwards))
    people = db.session.scalars(query.limit(page.size).offset(page.offset))
    return Listed(list(people), page, deactivated)


def list_found(access: Access, words: Sequence[str]) -> list[int]:
    """The ids of the people whom this access reaches and every word finds, as in their list."""
    wanted = Wanted(words=" ".join(words))
    query = select(Person.id, Person.code, Person.reading_key, _is_named().label("named"))
    query = query.where(reach.people(access), *_criteria(wanted))
    rows = db.session.execute(query) if words else ()
    in_order = sorted(rows, key=lambda row: (not row.named, row.reading_key if row.named else "", row.code))
    return [row.id for row in in_order]


def load_found(ids: Sequence[int]) -> list[tuple[Person, bool]]:
    """These people in this order, each with whether whoever asks may see the name."""
    query = select(Person, _is_named()).where(Person.id.in_(ids))
    found = {person.id: (person, bool(named)) for person, named in (db.session.execute(query) if ids else ())}
    return [found[person_id] for person_id in ids]


def list_sites_of_people(access: Access) -> list[Site]:
    """The sites, with their vendors, to which the people belong whom this access reaches."""
    inhabited = select(Person.site_id).where(reach.people(access))
    query = select(Site).where(Site.id.in_(inhabited)).options(joinedload(Site.vendor)).order_by(Site.code)
    return list(db.session.scalars(query))


def _criteria(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.role:
        held = select(RoleGrant.person_id).where(RoleGrant.role == wanted.role, RoleGrant.revoked_at.is_(None))
        yield Person.id.in_(held)
    if wanted.site:
        yield Person.site_id.in_(select(Site.id).where(Site.code == wanted.site))
    if wanted.vendor:
        yield Person.vendor_id.in_(select(Vendor.id).where(Vendor.code == wanted.vendor))
    if wanted.state in STATES:
        is_active = Person.deactivated_at.is_(None)
        yield is_active if wanted.state == "active" else ~is_active
    if wanted.words:
        managed = reach.people(access_for("person.write"))
        for word in wanted.words.split():
            code = Person.code.icontains(fold_login(word), autoescape=True)
            name = Person.search_key.contains(search_key(word), autoescape=True)
            address = Person.login.contains(fold_login(word), autoescape=True)
            yield or_(code, and_(_is_named(), name), and_(managed, address))


def count_other_administrators(person: Person, *, lock: bool = False) -> int:
    """How many active administrators there are besides this person; with ``lock`` they stay so until the commit."""
    query = select(RoleGrant.person_id).join(RoleGrant.person).order_by(RoleGrant.id)
    query = query.where(RoleGrant.role == Role.ADMIN, RoleGrant.revoked_at.is_(None), Person.deactivated_at.is_(None))
    found = db.session.scalars(query.with_for_update() if lock else query)
    return len(set(found) - {person.id})


def list_active_of_sites(role: Role, site_ids: Iterable[int]) -> list[Person]:
    """The active people who hold a role at one of these sites: whom a cohort there may take in, or who may train it."""
    return list(db.session.scalars(active_of_sites(role, site_ids)))


def list_active(role: Role) -> list[Person]:
    """The active people who hold a role anywhere, by code."""
    held = select(RoleGrant.person_id).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None))
    query = select(Person).where(Person.id.in_(held), Person.deactivated_at.is_(None))
    return list(db.session.scalars(query.order_by(Person.code)))


def active_of_sites(role: Role, site_ids: Iterable[int]) -> Select[Person]:
    """The same as a query, for a feature above that asks for more of them at once."""
    held = select(RoleGrant.person_id).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None))
    query = select(Person).where(Person.site_id.in_(list(site_ids)), Person.id.in_(held))
    return query.where(Person.deactivated_at.is_(None)).order_by(*in_order())


def in_order(*, is_backwards: bool = False) -> tuple[SQLColumnExpression[Any], ...]:
    """The order of a list of people: by reading where whoever asks may see the name, then the others by code.

    Sorted by reading, a list of codes would tell names.
    """
    named = _is_named()
    key, code = case((named, Person.reading_key), else_=""), Person.code
    return case((named, 0), else_=1), *((key.desc(), code.desc()) if is_backwards else (key, code))


def load_named(person_ids: Iterable[int]) -> frozenset[int]:
    """Which of these people's names whoever asks may see."""
    ids = list(person_ids)
    if not ids:
        return frozenset()
    return frozenset(db.session.scalars(select(Person.id).where(Person.id.in_(ids), _is_named())))


def load_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of the people of these codes, as far as whoever asks may see them."""
    listed = list(codes)
    if not listed:
        return {}
    rows = db.session.execute(select(Person.code, Person.name).where(Person.code.in_(listed), _is_named()))
    return {row[0]: row[1] for row in rows}


def codes_of(words: str) -> Select[str]:
    """The codes of the people whom all these words find, by code or by a name that whoever asks may see."""
    query = select(Person.code)
    for word in words.split():
        code = Person.code.icontains(fold_login(word), autoescape=True)
        query = query.where(or_(code, and_(_is_named(), Person.search_key.contains(search_key(word), autoescape=True))))
    return query


def _is_named() -> ColumnElement[bool]:
    """Whether whoever asks may see a person's name; everybody sees their own."""
    access = access_for("person.names")
    return or_(Person.id == access.person_id, reach.people(access))


def list_sessions(person_id: int, now: datetime) -> list[WebSession]:
    """Where a person is signed in, the newest sign-in first."""
    begun = WebSession.created_at >= now - timedelta(hours=ABSOLUTE_HOURS)
    query = select(WebSession).where(WebSession.person_id == person_id, begun)
    return list(db.session.scalars(query.order_by(WebSession.created_at.desc(), WebSession.id_sha256)))


def find_link(token: str, now: datetime) -> OneTimeLink | None:
    """The one-time link of a token, while it is good: not used, not expired, its person active."""
    link = db.session.get(OneTimeLink, token_hash(token))
    if link is None or link.used_at is not None or link.expires_at <= now or not link.person.is_active:
        return None
    return link


def token_hash(token: str) -> str:
    """What the table of links keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def count_failures(*, login: str, address: str, since: datetime) -> tuple[int, int]:
    """Wrong passwords since an instant: for this login, and from this address."""
    of_login = select(func.count()).select_from(SignInFailure)
    by_login = of_login.where(SignInFailure.login_sha256 == login_hash(login), SignInFailure.failed_at > since)
    by_address = of_login.where(SignInFailure.address == address, SignInFailure.failed_at > since)
    return db.session.scalar(by_login) or 0, db.session.scalar(by_address) or 0


def login_hash(login: str) -> str:
    """What the table of failures keeps of a login."""
    return hashlib.sha256(login.encode()).hexdigest()


def list_sample_accounts() -> list[Person]:
    """The listed accounts of the sample, in the order of their list."""
    logins = [login_of(name) for name in NAMES]
    people = db.session.scalars(select(Person).where(Person.login.in_(logins), Person.deactivated_at.is_(None)))
    return sorted(people, key=lambda person: logins.index(person.login))


def find_active(code: str) -> Person | None:
    """The person of a code, unless deactivated."""
    return db.session.scalar(select(Person).where(Person.code == code, Person.deactivated_at.is_(None)))


def load_active_ids() -> set[int]:
    """Everybody who takes part."""
    return set(db.session.scalars(select(Person.id).where(Person.deactivated_at.is_(None))))


def load_able(action: str) -> dict[int, str]:
    """Who could do something just now, as codes by id: active, with a password, and a role that may second others."""
    roles = seconding_roles(action)
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(roles), RoleGrant.revoked_at.is_(None))
    query = select(Person.id, Person.code).where(Person.id.in_(held), Person.deactivated_at.is_(None))
    rows = db.session.execute(query.where(Person.password_hash.is_not(None)).order_by(Person.code))
    return {row.id: row.code for row in rows}


def load_proposals(person_ids: Iterable[int]) -> dict[int, list[RoleProposal]]:
    """The roles that wait for a second person, by whom they are for."""
    found: dict[int, list[RoleProposal]] = {}
    for proposal in db.session.scalars(_waiting().where(RoleProposal.person_id.in_(list(person_ids)))):
        found.setdefault(proposal.person_id, []).append(proposal)
    return found


def find_proposal(person: Person, role: Role) -> RoleProposal | None:
    """The waiting proposal of a role for a person."""
    return db.session.scalar(_waiting().where(RoleProposal.person_id == person.id, RoleProposal.role == role))


def list_proposals_for(decider: Person) -> list[RoleProposal]:
    """The waiting roles that somebody may decide on: neither proposed by them nor about them."""
    others = RoleProposal.proposed_by != decider.id, RoleProposal.person_id != decider.id
    return list(db.session.scalars(_waiting().where(*others)))


def _waiting() -> Select[RoleProposal]:
    query = select(RoleProposal).where(RoleProposal.decision.is_(None)).order_by(RoleProposal.id)
    return query.options(joinedload(RoleProposal.person), joinedload(RoleProposal.proposer))


def find_accommodation(person_id: int) -> Accommodation | None:
    """The more time that a person has, whether its days have come or not."""
    query = select(Accommodation).where(Accommodation.person_id == person_id, Accommodation.ended_at.is_(None))
    return db.session.scalar(query)


def list_accommodations(person_id: int) -> list[Accommodation]:
    """Everything that was ever granted to a person, the newest first."""
    query = select(Accommodation).where(Accommodation.person_id == person_id).order_by(Accommodation.id.desc())
    return list(db.session.scalars(query.options(joinedload(Accommodation.granter), joinedload(Accommodation.ender))))


def count_active_at(site_id: int) -> int:
    """How many active people belong to a site."""
    query = select(func.count()).select_from(Person)
    return db.session.scalar(query.where(Person.site_id == site_id, Person.deactivated_at.is_(None))) or 0


register_resident_count(count_active_at)
