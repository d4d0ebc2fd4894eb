"""In which order a list stands: by one of its columns, forwards or backwards, as its address says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Row = TypeVar("Row")
Keys = Mapping[str, Callable[[Row], Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """The column by which a list is sorted. In an address ``code`` means forwards, ``-code`` backwards."""

    key: str
    is_backwards: bool = False

    @classmethod
    def of(cls, asked: str, keys: Iterable[str]) -> Order:
        """The order that an address asks for, else by the first of the columns; before it ``-`` means backwards.

        >>> str(Order.of("-code", ["name", "code"])), str(Order.of("shoes", ["-at", "name"]))
        ('-code', '-at')
        """
        known = list(keys)
        plain = {key.removeprefix("-") for key in known}
        name = asked if asked.removeprefix("-") in plain else known[0]
        return cls(name.removeprefix("-"), name.startswith("-"))

    def __str__(self) -> str:
        return f"{'-' if self.is_backwards else ''}{self.key}"


def sorted_rows(rows: Iterable[Row], order: Order, keys: Keys[Row]) -> list[Row]:
    """Rows in an order; what is equal there stands by the first of the keys, forwards.

    >>> rows = [("b", 1), ("a", 1), ("c", 2)]
    >>> sorted_rows(rows, Order("number", True), {"name": lambda row: row[0], "number": lambda row: row[1]})
    [('c', 2), ('a', 1), ('b', 1)]
    """
    first = next(iter(keys.values()))
    return sorted(sorted(rows, key=first), key=keys[order.key], reverse=order.is_backwards)
