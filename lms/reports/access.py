"""A report reaches as far as its action does for whoever asked, and names as far as they may be seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from lms.accounts.access import people
from lms.accounts.models import Person
from lms.foundation.access import Access, Scope, access_of
from lms.foundation.db import db
from lms.kit.problems import Refused
from lms.reports.core.scope import People


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a report is made: how far its action reaches for them, and whose names they may see."""

    access: Access
    names: Access
    has_actions: bool = True
    """Whether they may see every action that answers a finding."""
    has_lists: bool = True
    """Whether they may see people one by one at all; else a report has numbers only."""

    def labels(self, shown: People, found: Iterable[Person]) -> dict[int, str]:
        """What people are called, by id: by name where that was asked for and may be seen, else by code."""
        listed = list(found)
        if shown is not People.NAMES:
            return {person.id: person.code for person in listed}
        ids = {person.id for person in listed}
        may_see = or_(Person.id == self.names.person_id, people(self.names))
        named = set(db.session.scalars(select(Person.id).where(Person.id.in_(ids), may_see))) if ids else set()
        return {person.id: f"{person.name} ({person.code})" if person.id in named else person.code for person in listed}


def reader_of(person: Person, action: str) -> Reader:
    """The reader in a job, by the roles that they have now; raises ``Refused`` when the action reaches nothing."""
    access = access_of(person, action)
    if not access.scopes:
        raise Refused("access.refused", action=action)
    return Reader(
        access,
        access_of(person, "person.names"),
        has_actions=Scope.ALL in access_of(person, "followup.read").scopes,
        has_lists=bool(access_of(person, "result.list").scopes),
    )


def may_make(person: Person, action: str) -> bool:
    """Whether somebody takes part and may make reports of a kind, by the roles that they have now."""
    return person.is_active and bool(access_of(person, action).scopes)


def reach_of(person: Person, actions: Iterable[str]) -> dict[str, Access]:
    """How far the actions that a report draws on reach for whoever it is made for, by the roles they have now."""
    return {action: access_of(person, action) for action in actions}


def may_read(person: Person, reach: Mapping[str, Access]) -> bool:
    """Whether somebody may read what was made with this reach: made for them, all of it would stand there, too."""
    return person.is_active and all(covers(access_of(person, action), other) for action, other in reach.items())


def covers(wide: Access, other: Access) -> bool:
    """Whether one access reaches whatever another one does.

    >>> qa = Access(1, 1, 1, frozenset(), frozenset({Scope.ALL}))
    >>> manager = Access(2, 1, 1, frozenset(), frozenset({Scope.VENDOR}))
    >>> covers(qa, manager), covers(manager, qa)
    (True, False)
    """
    if Scope.ALL in wide.scopes:
        return True
    is_same = {Scope.VENDOR: wide.vendor_id == other.vendor_id, Scope.SITE: wide.site_id == other.site_id}
    is_same |= dict.fromkeys([Scope.OWN, Scope.COHORT], wide.person_id == other.person_id)
    return all(scope in wide.scopes and is_same.get(scope, False) for scope in other.scopes)


def as_json(reach: Mapping[str, Access]) -> dict[str, Any]:
    """A reach in its stored form."""
    return {
        action: {"ids": [one.person_id, one.vendor_id, one.site_id], "scopes": sorted(one.scopes)}
        for action, one in reach.items()
    }


def reach_from(stored: Mapping[str, Any]) -> dict[str, Access]:
    """A reach from its stored form.

    >>> reach = {"report.write": Access(1, 2, 3, frozenset(), frozenset({Scope.ALL}))}
    >>> reach_from(as_json(reach)) == reach
    True
    """
    return {action: _access_from(one) for action, one in stored.items()}


def _access_from(stored: Mapping[str, Any]) -> Access:
    person_id, vendor_id, site_id = stored["ids"]
    return Access(person_id, vendor_id, site_id, frozenset(), frozenset(map(Scope, stored["scopes"])))


def everybody() -> Reader:
    """The reader of a command on the machine itself."""
    access = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))
    return Reader(access, access)
