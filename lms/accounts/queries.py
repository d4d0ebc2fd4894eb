from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import selectinload

from lms.accounts import access as reach
from lms.accounts.core.roles import Role
from lms.accounts.core.sample_accounts import NAMES, login_of
from lms.accounts.models import OneTimeLink, Person, RoleGrant, SignInFailure
from lms.foundation.access import Access, access_for, roles_for
from lms.foundation.db import db
from lms.kit.problems import NotFound


def find_by_login(login: str) -> Person | None:
    """The person of a folded login."""
    return db.session.scalar(select(Person).where(Person.login == login))


def get_person(access: Access, code: str) -> Person:
    """The person of a code, as far as this access reaches; not found otherwise."""
    person = db.session.scalar(select(Person).where(Person.code == code, reach.people(access)))
    if person is None:
        raise NotFound
    return person


def list_people(access: Access, *, role: str | None = None, words: str = "") -> list[Person]:
    """People with their roles, as far as this access reaches.

    Words find codes, and the names and readings of those whose names whoever asks may see.
    """
    query = select(Person).where(reach.people(access)).order_by(*_in_order())
    query = query.options(selectinload(Person.grants))
    if role:
        held = select(RoleGrant.person_id).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None))
        query = query.where(Person.id.in_(held))
    if words:
        name, reading, code = (
            column.icontains(words, autoescape=True) for column in (Person.name, Person.reading, Person.code)
        )
        query = query.where(or_(code, and_(_is_named(), or_(name, reading))))
    return list(db.session.scalars(query))


def list_active_of_sites(role: Role, site_ids: Iterable[int]) -> list[Person]:
    """The active people who hold a role at one of these sites: whom a cohort there may take in, or who may train it."""
    held = select(RoleGrant.person_id).where(RoleGrant.role == role, RoleGrant.revoked_at.is_(None))
    query = select(Person).where(Person.site_id.in_(list(site_ids)), Person.id.in_(held))
    return list(db.session.scalars(query.where(Person.deactivated_at.is_(None)).order_by(*_in_order())))


def _in_order() -> tuple[SQLColumnExpression[Any], ...]:
    """The order of a list of people: by reading where whoever asks may see the name, then the others by code.

    Sorted by reading, a list of codes would tell names.
    """
    named = _is_named()
    return case((named, 0), else_=1), case((named, Person.reading), else_=""), Person.code


def load_named(person_ids: Iterable[int]) -> frozenset[int]:
    """Which of these people's names whoever asks may see."""
    ids = list(person_ids)
    if not ids:
        return frozenset()
    return frozenset(db.session.scalars(select(Person.id).where(Person.id.in_(ids), _is_named())))


def _is_named() -> ColumnElement[bool]:
    """Whether whoever asks may see a person's name."""
    return reach.people(access_for("person.names"))


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


def load_able(action: str) -> dict[int, str]:
    """Who could do something just now, as codes by id: active, with a password, and a role that may."""
    held = select(RoleGrant.person_id).where(RoleGrant.role.in_(roles_for(action)), RoleGrant.revoked_at.is_(None))
    query = select(Person.id, Person.code).where(Person.id.in_(held), Person.deactivated_at.is_(None))
    rows = db.session.execute(query.where(Person.password_hash.is_not(None)).order_by(Person.code))
    return {row.id: row.code for row in rows}
