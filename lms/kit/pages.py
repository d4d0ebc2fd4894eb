"""Which part of a long list a page shows."""

from __future__ import annotations

from dataclasses import dataclass

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of ``count`` rows; a number beyond the ends means the nearest page.

    >>> page = Page.of(120, 3)
    >>> page.number, page.page_count, page.offset, page.first, page.last
    (3, 3, 100, 101, 120)
    >>> Page.of(0, 7).number, Page.of(120, -1).number
    (1, 1)
    """

    count: int
    number: int
    size: int = SIZE

    @classmethod
    def of(cls, count: int, asked: int, size: int = SIZE) -> Page:
        """The page that somebody asked for, or the nearest there is."""
        return cls(count, max(1, min(asked, -(-count // size))), size)

    @property
    def page_count(self) -> int:
        return max(1, -(-self.count // self.size))

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The place of its first row, from 1."""
        return min(self.offset + 1, self.count)

    @property
    def last(self) -> int:
        """The place of its last row."""
        return min(self.offset + self.size, self.count)
