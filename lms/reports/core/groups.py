"""Which observations a report of several one-way tables may count, so that no table gives few people away.

Each table groups the same observations by one thing. Those of a group of fewer than 5 people are left out of every
table at once, again and again until no group is small: whatever is subtracted from whatever, nobody is left over.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from lms.kit.figures import is_small

Seen = TypeVar("Seen")


def without_small(
    seen: Sequence[Seen], person: Callable[[Seen], Hashable], groupings: Sequence[Callable[[Seen], Hashable]]
) -> list[Seen]:
    """What is left when every group of every grouping has at least 5 people, or nobody.

    >>> seen = [(n, "A") for n in range(5)] + [(n, "B") for n in range(5, 8)]
    >>> len(without_small(seen, lambda one: one[0], [lambda one: one[1]]))
    5
    """
    left, settled = list(seen), False
    while not settled:
        settled = True
        for group in groupings:
            members: dict[Hashable, set[Hashable]] = {}
            for one in left:
                members.setdefault(group(one), set()).add(person(one))
            small = {name for name, people in members.items() if is_small(len(people))}
            if small:
                left = [one for one in left if group(one) not in small]
                settled = False
    return left
