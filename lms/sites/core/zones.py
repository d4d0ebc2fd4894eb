"""The names of time zones, read from the system once: there are hundreds of files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

LIKELY = (
    *("Asia/Tokyo", "Europe/Dublin", "Europe/London", "America/New_York", "America/Chicago", "America/Los_Angeles"),
    *("Asia/Singapore", "Asia/Manila", "Asia/Kuala_Lumpur", "Asia/Kolkata", "Australia/Sydney"),
)
"""Where people of the two languages work most; offered first."""


@cache
def names() -> tuple[str, ...]:
    """Every name that a zone may be given by, sorted."""
    return tuple(sorted(available_timezones()))


@cache
def places() -> tuple[str, ...]:
    """The zones that are named after a place, which is how people know them.

    >>> [name in places() for name in ("Asia/Tokyo", "Etc/GMT+9", "UTC")]
    [True, False, False]
    """
    return tuple(name for name in names() if "/" in name and not name.startswith(("Etc/", "posix", "right")))


def find(text: str) -> str | None:
    """The zone that somebody means: case does not matter, a blank is as good as a line, and a city is enough.

    >>> find("asia/tokyo"), find("America/New York"), find("dublin"), find("Atlantis")
    ('Asia/Tokyo', 'America/New_York', 'Europe/Dublin', None)
    """
    return _by_folded_name().get(text.strip().replace(" ", "_").casefold())


@cache
def _by_folded_name() -> Mapping[str, str]:
    cities: dict[str, str] = {}
    for name in reversed(places()):
        cities[name.rpartition("/")[2].casefold()] = name
    return {
        **cities,
        **{name.rpartition("/")[2].casefold(): name for name in LIKELY},
        **{n.casefold(): n for n in names()},
    }
