"""The database of the crawl: the small organisation with something of every kind in it."""

from __future__ import annotations

from tests.conventions.test_access import world

__all__ = ["world"]
