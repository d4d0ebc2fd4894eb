"""Records linked by hash, so that a changed, missing or swapped one shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What the first record names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Link:
    """A record of a chain as found: its number from 1, what it names as predecessor, its content and hash."""

    n: int
    prev_sha256: str
    content: Mapping[str, Any]
    sha256: str


def canonical(value: Any) -> str:
    """The one way to write a JSON value: keys sorted, no spaces, characters as they are.

    >>> canonical({"b": 1, "a": "é"})
    '{"a":"é","b":1}'
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(value: Any) -> str:
    """The SHA-256 of a JSON value in its canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def link(n: int, prev_sha256: str, content: Mapping[str, Any]) -> str:
    """The hash of record ``n`` behind the record of that hash."""
    return sha256_of({"n": n, "prev": prev_sha256, "content": dict(content)})


def first_break(links: Iterable[Link]) -> int | None:
    """The number at which a chain breaks, or None when it is whole.

    A record that was changed, dropped, repeated or moved breaks it; a tail cut off cannot be seen from the chain alone.

    >>> one = Link(1, GENESIS, {"a": 1}, link(1, GENESIS, {"a": 1}))
    >>> first_break([one]), first_break([Link(1, GENESIS, {"a": 2}, one.sha256)])
    (None, 1)
    """
    expected_n, prev = 1, GENESIS
    for found in links:
        intact = (
            found.n == expected_n and found.prev_sha256 == prev and found.sha256 == link(found.n, prev, found.content)
        )
        if not intact:
            return expected_n
        expected_n, prev = expected_n + 1, found.sha256
    return None
