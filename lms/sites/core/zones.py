"""The names of time zones, read from the system once: there are hundreds of files."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


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
