"""Many people at once: all of a list are created or none, and their one-time links are made in one go.

The journal has an entry for everybody, and one for the list: whoever made it finds its people again by that.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import delete, select
from sqlalchemy.orm import selectinload

from lms.accounts import access as reach
from lms.accounts import queries
from lms.accounts.actions import LINK_LIFE, NewPerson, check_roles_at, check_standing
from lms.accounts.core.roles import CODE_LETTERS, Role
from lms.accounts.granting import check_grant, give_or_propose_to_newcomers
from lms.accounts.models import CodeSeries, LinkPurpose, OneTimeLink, Person
from lms.foundation import clock, journal
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent, Entry
from lms.kit.ids import person_code
from lms.kit.problems import Conflict, Invalid, NotFound
from lms.kit.text import fold_login, fold_spaces

ACTION = "person.create_list"


@dataclass(frozen=True, slots=True)
class MadeList:
    """A list that was created: by what it is called, when, and its people as far as they are in reach."""

    key: str
    at: datetime
    people: list[Person]
    count: int

    @property
    def without_password(self) -> list[Person]:
        """Whom a link is of use to."""
        return [person for person in self.people if person.is_active and person.password_hash is None]


def create_people(commands: Sequence[NewPerson], *, by: Person, key: str) -> list[Person]:
    """Create everybody, or raise. ``key`` names the list: the same one is created once only (``Conflict``)."""
    check_commands(commands, by=by)
    if find_list(key) is not None:
        raise Conflict("list.made_already")
    now = clock.now()
    codes = _next_codes([command.roles[0] for command in commands])
    people = [_newcomer(command, code, now) for command, code in zip(commands, codes, strict=True)]
    db.session.add_all(people)
    db.session.flush()
    entries = [
        Entry(
            "person.create",
            by.code,
            person.code,
            now,
            person.vendor_id,
            {"roles": [role.value for role in command.roles]},
        )
        for person, command in zip(people, commands, strict=True)
    ]
    pairs = [(person, command.roles) for person, command in zip(people, commands, strict=True)]
    entries += give_or_propose_to_newcomers(pairs, by=by)
    entries.sort(key=attrgetter("object"))  # each person's entries together; in each the order stays
    chains = {person.vendor_id for person in people}
    chain = chains.pop() if len(chains) == 1 else journal.INSTALLATION_CHAIN
    entries.append(Entry(ACTION, by.code, key, now, chain, {"people": codes}))
    journal.record_many(entries)
    return people


def check_commands(commands: Sequence[NewPerson], *, by: Person) -> None:
    """Raise what creating one of them alone would raise."""
    if not commands:
        raise Invalid("list.no_rows")
    logins = [fold_login(command.login) for command in commands]
    if len(set(logins)) < len(logins) or queries.is_any_taken(logins):
        raise Invalid("person.login_taken")
    for site, roles in {(command.site, command.roles) for command in commands}:
        check_roles_at(site, roles, field="roles")
        for role in roles:
            check_grant(by, role, site)


def find_list(key: str) -> AuditEvent | None:
    """The journal's entry of a list."""
    return db.session.scalar(select(AuditEvent).where(AuditEvent.action == ACTION, AuditEvent.object == key))


def get_list(access: Access, key: str, *, by: Person) -> MadeList:
    """A list that somebody made themselves; not found otherwise."""
    event = find_list(key)
    if event is None or event.actor != by.code:
        raise NotFound
    codes: list[str] = event.detail["people"]
    found = db.session.scalars(
        select(Person).where(Person.code.in_(codes), reach.people(access)).options(selectinload(Person.grants))
    )
    people = {person.code: person for person in found}
    return MadeList(key, event.at, [people[code] for code in codes if code in people], len(codes))


def make_links(people: Iterable[Person], *, by: Person) -> dict[str, str]:
    """Make a one-time link for each of these people; the tokens by code, which are kept nowhere.

    A link that somebody of them had until now is worth nothing from here on.
    """
    people = list(people)
    if not people:
        raise Conflict("list.no_links")
    for person in people:
        check_standing(by, person)
    unused = OneTimeLink.person_id.in_([person.id for person in people]), OneTimeLink.used_at.is_(None)
    db.session.execute(delete(OneTimeLink).where(*unused))
    tokens = {person.code: secrets.token_urlsafe(24) for person in people}
    expires_at = link_end()
    db.session.add_all(
        OneTimeLink(
            token_sha256=queries.token_hash(tokens[person.code]),
            person=person,
            purpose=LinkPurpose.SET_PASSWORD,
            made_by=by.id,
            expires_at=expires_at,
        )
        for person in people
    )
    journal.record_many(Entry("link.make", by.code, person.code, clock.now(), person.vendor_id) for person in people)
    return tokens


def link_end() -> datetime:
    """Until when a link is good that is made now."""
    return clock.now() + LINK_LIFE


def _newcomer(command: NewPerson, code: str, now: datetime) -> Person:
    return Person(
        code=code,
        login=fold_login(command.login),
        name=fold_spaces(command.name),
        reading=fold_spaces(command.reading) or fold_spaces(command.name),
        vendor_id=command.site.vendor_id,
        site=command.site,
        locale=command.locale,
        own_zone_name=command.own_zone_name,
        created_at=now,
        grants=[],
    )


def _next_codes(roles: Sequence[Role]) -> list[str]:
    """The next code for each of these first roles; the letters in one order, so that two lists never wait in a ring."""
    numbers = {}
    for letter in sorted({CODE_LETTERS[role] for role in roles}):
        series = db.session.scalar(select(CodeSeries).where(CodeSeries.letter == letter).with_for_update())
        if series is None:
            series = CodeSeries(letter=letter, last_number=0)
            db.session.add(series)
        numbers[letter] = series
    codes = []
    for role in roles:
        series = numbers[CODE_LETTERS[role]]
        series.last_number += 1
        codes.append(person_code(series.letter, series.last_number))
    return codes
