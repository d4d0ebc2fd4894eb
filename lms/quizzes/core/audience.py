"""To whom an assignment is given: a cohort, a site, a vendor, a role, or single people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class AudienceKind(StrEnum):
    COHORT = "cohort"
    SITE = "site"
    VENDOR = "vendor"
    ROLE = "role"
    PEOPLE = "people"
    CAMPAIGN = "campaign"  # the part of a run of a recurring quiz that is given at a site


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience as it was called when the quiz was given; ``code`` is that of the cohort, site, vendor or role.

    With a ``locale`` it holds those alone who read in this language.
    """

    kind: AudienceKind
    code: str = ""
    name_text: Mapping[str, str] = field(default_factory=dict)
    locale: str = ""

    def as_json(self) -> dict[str, Any]:
        """The audience as it is stored."""
        stored = {"kind": self.kind.value, "code": self.code, "name": dict(self.name_text)}
        return {**stored, "locale": self.locale} if self.locale else stored

    def is_same(self, other: Audience) -> bool:
        """Whether both are the same group by name; lists of single people are compared person by person instead.

        >>> Audience(AudienceKind.SITE, "tokyo").is_same(Audience(AudienceKind.SITE, "tokyo", {"en": "Tokyo"}))
        True
        >>> Audience(AudienceKind.PEOPLE).is_same(Audience(AudienceKind.PEOPLE))
        False
        """
        same = (self.kind, self.code, self.locale) == (other.kind, other.code, other.locale)
        return self.kind is not AudienceKind.PEOPLE and same


def audience_from(stored: Mapping[str, Any] | None) -> Audience:
    """The audience from its stored form; what was given before audiences were kept went to single people.

    >>> audience_from(Audience(AudienceKind.ROLE, "learner").as_json()).code, audience_from(None).kind.value
    ('learner', 'people')
    """
    if stored is None:
        return Audience(AudienceKind.PEOPLE)
    return Audience(AudienceKind(stored["kind"]), stored["code"], stored["name"], stored.get("locale", ""))
