"""How many of a cohort will be ready by the go-live day, and how much that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lms.cohorts.core.readiness import Standing

FEWEST = 5
"""Of fewer people no forecast is made: one of them is a fifth of the cohort."""
MANY = 25
"""From so many percent who are behind on, the outlook is bad."""


class Outlook(StrEnum):
    """What a forecast says of a cohort."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many of how many people will be ready on the go-live day: all but those who are behind."""

    ready: int
    people: int

    @property
    def outlook(self) -> Outlook:
        behind = self.people - self.ready
        if not behind:
            return Outlook.GOOD
        return Outlook.BAD if behind * 100 >= MANY * self.people else Outlook.FAIR


def forecast(standings: Mapping[Standing, int]) -> Forecast | None:
    """The forecast of a cohort by how many of its people stand how; None where they are too few.

    >>> found = forecast({Standing.ON_TRACK: 9, Standing.AT_RISK: 3, Standing.BEHIND: 2})
    >>> found, found.outlook.value
    (Forecast(ready=12, people=14), 'fair')
    >>> forecast({Standing.ON_TRACK: 4}) is None
    True
    """
    people = sum(standings.values())
    return Forecast(people - standings.get(Standing.BEHIND, 0), people) if people >= FEWEST else None
