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
MOST_TRIES = 20


def all_at_once(app: Flask, calls: Sequence[Callable[[], Answer]], *, after: str) -> list[Answer]:
    """What the calls give, each in a thread of its own; each goes on when all have done a query with ``after``."""
    with _meeting(app, len(calls), after), ThreadPoolExecutor(len(calls)) as pool:
        return [made.result() for made in [pool.submit(call) for call in calls]]


@contextmanager
def _meeting(app: Flask, count: int, after: str) -> Iterator[None]:
    together, met = threading.Barrier(count, timeout=20), set[int]()

    def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if after in statement and threading.get_ident() not in met:
            met.add(threading.get_ident())
            together.wait()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", wait)
    assert len(met) == count, f"nobody has done a query with “{after}”, so nothing was at once"


def from_one_start(app: Flask, calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """What the calls give, each a transaction in a thread of its own; none begins before all are there."""
    together = threading.Barrier(len(calls), timeout=60)

    def run(call: Callable[[], Answer]) -> Answer:
        def step() -> Answer:
            with app.app_context(), transaction.unit():
                return call()

        together.wait()
        return insisting(step)()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [made.result() for made in [pool.submit(run, call) for call in calls]]


def insisting(call: Callable[[], Answer]) -> Callable[[], Answer]:
    """The same, tried again where the database has let it wait for too long: a browser does that, and a worker."""

    def run() -> Answer:
        for _time in range(MOST_TRIES):
            with suppress(OperationalError):
                return call()
        return call()

    return run
