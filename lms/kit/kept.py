"""What a process keeps in its memory so that it need not be read or made again."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most so many values that never change, each by what it can be known by; what came first goes first.

    >>> squares = Kept[int, int](most=2)
    >>> [squares.keep(n, n * n) for n in (2, 3, 4)], squares.find(2), squares.find(4)
    ([4, 9, 16], None, 16)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[K, V] = {}
        self._change = threading.Lock()

    def find(self, key: K) -> V | None:
        """What is kept under a key, if anything is."""
        return self._values.get(key)

    def keep(self, key: K, value: V) -> V:
        """Keep a value, unless another thread was sooner; what is kept by now."""
        with self._change:
            if key not in self._values and len(self._values) >= self._most:
                del self._values[next(iter(self._values))]
            return self._values.setdefault(key, value)

    def forget(self) -> None:
        """Let go of everything: another database is behind this process."""
        with self._change:
            self._values.clear()
