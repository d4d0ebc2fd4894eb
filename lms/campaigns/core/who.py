"""Whom a recurring quiz is for: rules that take people in and rules that leave them out, and how many each does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from lms.kit.problems import Invalid

MOST_PASSED_DAYS = 366


@dataclass(frozen=True, slots=True)
class Taker:
    """An active person as the rules see them."""

    id: int
    roles: frozenset[str]
    site: str
    vendor: str
    cohorts: frozenset[str] = frozenset()
    locale: str = "en"
    live_on: date | None = None
    """The go-live of the last cohort that they are in."""
    passed_on: date | None = None
    """When they last passed this quiz before the run."""


class Part(StrEnum):
    """A rule of the audience."""

    ROLES = "roles"
    SITES = "sites"
    VENDORS = "vendors"
    COHORTS = "cohorts"
    LOCALES = "locales"
    IN_TRAINING = "in_training"
    PASSED_LATELY = "passed_lately"


@dataclass(frozen=True, slots=True)
class Step:
    """What a rule does: how many are left after one that takes in, how many go by one that leaves out."""

    part: Part
    values: tuple[str, ...]
    count: int
    takes_in: bool = True


@dataclass(frozen=True, slots=True)
class Who:
    """All of the named lists must hold of a person; an empty list asks for nothing."""

    roles: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    skips_training: bool = True
    """Whether those are left out who train before their go-live."""
    passed_days: int = 0
    """Whoever has passed within so many days is left out; 0: nobody is."""

    def as_json(self) -> dict[str, Any]:
        """The rules as they are stored."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def of(self, people: Iterable[Taker], day: date, opened_on: date | None = None) -> list[Taker]:
        """Those of these people whom it is for on a day, for a run that has opened on ``opened_on``."""
        rules = [rule for _part, _values, rule in (*self._taking(), *self._leaving(day, opened_on or day))]
        return [person for person in people if all(rule(person) for rule in rules)]

    def steps(self, people: Sequence[Taker], day: date) -> list[Step]:
        """What each rule does on a day, in order.

        >>> day = date(2026, 12, 1)
        >>> learner, analyst = frozenset({"learner"}), frozenset({"qa"})
        >>> people = [Taker(1, learner, "tokyo", "a"), Taker(2, learner, "tokyo", "a", live_on=day)]
        >>> who = Who(roles=("learner",))
        >>> [step.count for step in who.steps([*people, Taker(3, analyst, "tokyo", "a")], day)]
        [2, 1]
        """
        found = []
        left = list(people)
        for part, values, rule in self._taking():
            left = [person for person in left if rule(person)]
            found.append(Step(part, values, len(left)))
        for part, values, rule in self._leaving(day, day):
            stay = [person for person in left if rule(person)]
            found.append(Step(part, values, len(left) - len(stay), takes_in=False))
            left = stay
        return found

    def _taking(self) -> Iterable[tuple[Part, tuple[str, ...], Callable[[Taker], bool]]]:
        if self.roles:
            yield Part.ROLES, self.roles, lambda person: not person.roles.isdisjoint(self.roles)
        if self.sites:
            yield Part.SITES, self.sites, lambda person: person.site in self.sites
        if self.vendors:
            yield Part.VENDORS, self.vendors, lambda person: person.vendor in self.vendors
        if self.cohorts:
            yield Part.COHORTS, self.cohorts, lambda person: not person.cohorts.isdisjoint(self.cohorts)
        if self.locales:
            yield Part.LOCALES, self.locales, lambda person: person.locale in self.locales

    def _leaving(self, day: date, opened_on: date) -> Iterable[tuple[Part, tuple[str, ...], Callable[[Taker], bool]]]:
        if self.skips_training:
            yield Part.IN_TRAINING, (), lambda person: person.live_on is None or person.live_on < day
        if self.passed_days:
            since = opened_on - timedelta(days=self.passed_days)
            yield (
                Part.PASSED_LATELY,
                (str(self.passed_days),),
                lambda person: person.passed_on is None or person.passed_on < since,
            )


def who_from(stored: Mapping[str, Any]) -> Who:
    """The rules from their stored form.

    >>> who_from(Who(roles=("learner",), passed_days=14).as_json())
    Who(roles=('learner',), ..., skips_training=True, passed_days=14)
    """
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    return Who(**values)


def checked(who: Who) -> Who:
    """The rules, when they can be kept; raises ``Invalid`` on the field that cannot."""
    if not who.roles:
        raise Invalid("campaign.no_role", field="roles")
    if not 0 <= who.passed_days <= MOST_PASSED_DAYS:
        raise Invalid("campaign.days", field="passed_days")
    return who
