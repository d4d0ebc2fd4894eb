"""Several requests at once, on a database that lets several write: from one start, or when all have read a row."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar

from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from lms.foundation import transaction
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


def from_one_start(app: Flask, calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """What the calls give, each a transaction in a thread of its own; none begins before all are there.

    Whom the database lets wait for too long tries again, as a browser does that is told 503.
    """
    together = threading.Barrier(len(calls), timeout=60)

    def run(call: Callable[[], Answer]) -> Answer:
        together.wait()
        while True:
            with suppress(OperationalError), app.app_context(), transaction.unit():
                return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [made.result() for made in [pool.submit(run, call) for call in calls]]
