"""Several requests at once that have all read a row before any of them writes: only a server's database allows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from flask import Flask
from sqlalchemy import event

from lms.foundation.db import db

Answer = TypeVar("Answer")


def all_at_once(app: Flask, calls: Sequence[Callable[[], Answer]], *, after: str) -> list[Answer]:
    """What the calls give, each in a thread of its own; each goes on when all have done a query with ``after``."""
    with _meeting(app, len(calls), after), ThreadPoolExecutor(len(calls)) as pool:
        return [made.result() for made in [pool.submit(call) for call in calls]]


@contextmanager
def _meeting(app: Flask, count: int, after: str) -> Iterator[None]:
    together, met = threading.Barrier(count, timeout=20), threading.local()

    def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if after in statement and not getattr(met, "is_past", False):
            met.is_past = True
            together.wait()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", wait)
