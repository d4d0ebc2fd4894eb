"""What a taker believes: an answer received to its last byte, and no other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time

import pytest

from lms.quizzes.core.answers import Event
from tests.faults.ledger import Ledger
from tests.faults.takers import NotServed, Taker
from tests.faults.wire import LOOPBACK

ATTEMPT = "an attempt"
SAVED = {"acked": [[1, 1]], "quarantined": []}
KEPT = {"acked": [], "quarantined": [[1, 1]], "deadline": "2026-11-16T04:00:00+00:00"}
IN_TIME, LATE = ({**KEPT, "server_now": f"2026-11-16T04:01:0{second}+00:00"} for second in (0, 1))
OVERTAKEN = {**SAVED, "error": "answer.superseded"}


def answer(status: int, document: object) -> bytes:
    body = json.dumps(document).encode()
    return f"HTTP/1.1 {status} So\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def after(*answers: bytes, leaves: bool = False) -> Taker:
    """A taker who has sent one answer to a server that says this, one after the other, and then ends."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"}]}")
        writer.write(left.pop(0))
        if not left:
            taker.ends_at = 0.0
        writer.close()

    async def send() -> None:
        server = await asyncio.start_server(serve, LOOPBACK, 0)
        taker.port = server.sockets[0].getsockname()[1]
        async with server:
            with contextlib.suppress(NotServed):
                await taker.save(ATTEMPT, {(1, 1): Event(1, 1, 1, "en", {"option": "o1"})})

    taker = Taker(0, "sid", [], Ledger(), random.Random(1), time.monotonic() + 60, leaves=leaves)  # noqa: S311
    asyncio.run(send())
    return taker


@pytest.mark.parametrize(
    "said",
    [
        answer(200, SAVED)[:-1],
        answer(200, SAVED)[:20],
        b"",
        b"HTTP/1.1 200 So\r\n\r\n" + json.dumps(SAVED).encode(),
        answer(503, SAVED),
        answer(507, SAVED),
    ],
    ids=["a byte is missing", "the head is cut", "nothing", "no length", "503", "507"],
)
def test_what_is_no_whole_answer_promises_nothing_and_is_asked_for_again(said: bytes) -> None:
    assert after(said).ledger == Ledger()
    told = after(said, answer(200, SAVED)).ledger
    assert list(told.lines) == [(ATTEMPT, 1, 1)]
    assert (len(told.times), told.faults) == (1, [])


@pytest.mark.parametrize(
    ("said", "is_saved", "is_fault"),
    [
        (answer(200, SAVED), True, False),
        (answer(409, OVERTAKEN), True, False),
        (answer(202, LATE), False, True),
        (answer(409, {"error": "answer.conflict"}), False, True),
        (answer(500, SAVED), False, True),
    ],
    ids=["saved", "overtaken", "late", "conflict", "500"],
)
def test_what_is_said_to_be_saved_enters_the_ledger_and_a_refusal_is_a_fault(
    said: bytes, is_saved: bool, is_fault: bool
) -> None:
    told = after(said).ledger
    assert list(told.lines) == ([(ATTEMPT, 1, 1)] if is_saved else [])
    assert bool(told.faults) is is_fault


@pytest.mark.parametrize(
    ("said", "leaves", "is_fault"), [(LATE, True, False), (IN_TIME, True, True), (LATE, False, True)]
)
def test_only_who_leaves_may_be_too_late_and_only_after_the_grace(said: object, leaves: bool, is_fault: bool) -> None:
    told = after(answer(202, said), leaves=leaves).ledger
    assert (told.acked, bool(told.faults)) == ({}, is_fault)
