"""The sample's people: those that the files name, and those made up from lists of names or by number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.demo.responses import chance
from lms.demo.world import World
from lms.sites.models import Site

IN_JAPANESE = {"JP": 0.72}
"""The share of those who work in Japanese, by the country of the site; elsewhere everybody works in English."""
DOMAINS = {"kijun-sample": "kijun.example", "northwind": "northwind.example", "lakeside": "lakeside.example"}
LATIN = str.maketrans("öäáéíóúščśżźłńç’", "oaaeiouscszzlnc ")


def named(world: World, entry: Mapping[str, Any], site: Site, roles: Sequence[str]) -> Person:
    """Create a person of the files."""
    return _create(world, entry["login"], entry["name"], entry["reading"], site, entry["locale"], roles)


def made_up(world: World, group: str, count: int, site: Site) -> list[Person]:
    """Create learners of a group with names drawn from the lists, the same at every loading."""
    names = world.content.load("names") if count else {}
    learners = []
    for number in range(count):
        draw = [world.seed, "name", group, str(number)]
        in_japanese = chance(*draw, "language") < IN_JAPANESE.get(site.country, 0.0)
        listed = names["ja" if in_japanese else "en"]
        family, given = (_pick(listed[kind], chance(*draw, kind)) for kind in ("family", "given"))
        if in_japanese:
            name, reading = f"{family[0]} {given[0]}", f"{family[1]} {given[1]}"
            address = f"{given[2]}.{family[2]}"
        else:
            name = reading = f"{given} {family}"
            address = f"{given}.{family}".lower().translate(LATIN).replace(" ", "")
        login = _free(world, address, DOMAINS[site.vendor.code])
        learners.append(_create(world, login, name, reading, site, "ja" if in_japanese else "en", [Role.LEARNER]))
    return learners


def numbered(world: World, first: int, last: int, site: Site) -> list[Person]:
    """Create learners that are only numbers, for measuring; two in three work in Japanese."""
    return [
        _create(
            world,
            f"synthetic-{number}@kijun.example",
            f"Learner {number}",
            f"Learner {number}",
            site,
            "en" if number % 3 == 1 else "ja",
            [Role.LEARNER],
        )
        for number in range(first, last + 1)
    ]


def _create(world: World, login: str, name: str, reading: str, site: Site, locale: str, roles: Sequence[str]) -> Person:
    command = accounts.NewPerson(login, name, reading, site, locale, tuple(Role(role) for role in roles))
    world.people[login] = accounts.create_person(command, by=None)
    return world.people[login]


def _pick(listed: Sequence[Any], luck: float) -> Any:
    return listed[int(luck * len(listed))]


def _free(world: World, address: str, domain: str) -> str:
    """The first of ``address``, ``address2`` … that nobody has."""
    number, login = 1, f"{address}@{domain}"
    while login in world.people:
        number += 1
        login = f"{address}{number}@{domain}"
    return login
