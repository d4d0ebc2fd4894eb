"""Whether a chain is whole, beside what was seen of it before: so a tail that was cut off shows as well."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lms.kit import chains


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: whole up to entry ``n``, which had this hash; or broken at an entry."""

    n: int
    sha256: str
    checked_at: datetime
    broken_at: int | None = None

    def as_text(self) -> str:
        """As it is noted in the database."""
        return json.dumps([self.n, self.sha256, self.checked_at.isoformat(), self.broken_at])


def verdict_from(text: str) -> Verdict:
    """Read what ``as_text`` wrote."""
    n, sha256, checked_at, broken_at = json.loads(text)
    return Verdict(n, sha256, datetime.fromisoformat(checked_at), broken_at)


def judge(links: Iterable[chains.Link], earlier: Verdict | None, now: datetime) -> Verdict:
    """Check a chain from its beginning; ``earlier`` is the last verdict, whose entry must still be there as it was.

    A chain that was found broken stays so: whoever could change it can cut it before that place, or link it anew.
    """
    seen = _Seen(earlier.n if earlier else 0)
    broken_at = chains.first_break(seen.passing(links))
    if broken_at is None and earlier is not None:
        if earlier.broken_at is not None:
            broken_at = earlier.broken_at
        elif seen.n < earlier.n:
            broken_at = seen.n + 1
        elif earlier.n and seen.marked != earlier.sha256:
            broken_at = earlier.n
    if broken_at is not None:
        kept = (earlier.n, earlier.sha256) if earlier else (broken_at - 1, "")
        return Verdict(*kept, now, broken_at)
    return Verdict(seen.n, seen.sha256, now)


class _Seen:
    """The last link that has passed, and the hash of the one that was looked for."""

    def __init__(self, looked_for: int) -> None:
        self.looked_for, self.n, self.sha256, self.marked = looked_for, 0, chains.GENESIS, ""

    def passing(self, links: Iterable[chains.Link]) -> Iterable[chains.Link]:
        for found in links:
            self.n, self.sha256 = found.n, found.sha256
            if found.n == self.looked_for:
                self.marked = found.sha256
            yield found
