"""1,500 takers save and hand in at the same moment.

    .venv/bin/python -m bench.herd [--database sqlite|postgresql] [--takers 1500]

All have the quiz open; then each saves an answer and hands in as soon as it is acknowledged. Printed is how long it
took until the last one had a receipt, beside the time of one taker alone in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from bench.house import COUNTED, Installation, client_of, installation
from bench.sittings import OPTION, TOKEN, Taker, Times

AIM_SECONDS = 10
LENGTH = re.compile(r"^Content-Length: (\d+)", re.MULTILINE | re.IGNORECASE)
AT_ONCE_BEFORE = 16
"""So many open the quiz at once, before the moment that is measured."""


async def opened(client: httpx.AsyncClient, house: Installation, sid: str, times: Times) -> tuple[Taker, str, str]:
    """A taker with the quiz open, the address of the attempt, and an option of its first question."""
    taker = Taker(client, house, times)
    taker.cookies = {"sid": sid}
    page = await taker.ask("start page", "GET", f"/quizzes/{house.assignment_id}?lang=en", 200)
    taker.token = TOKEN.search(page.text)[1]
    started = await taker.ask("start", "POST", f"/quizzes/{house.assignment_id}/attempts", 302)
    page = await taker.ask("question page", "GET", started.headers["Location"], 200)
    return taker, started.headers["Location"].rsplit("/questions/", 1)[0], OPTION.search(page.text)[1]


class Line:
    """A connection of one taker that posts JSON. It shares the machine with the server, so it costs next to nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, taker: Taker) -> None:
        self.reader, self.writer, self.taker = reader, writer, taker

    async def post(self, kind: str, path: str, document: object, holds: Callable[[Any], bool]) -> None:
        """One request, its time taken and what is answered checked."""
        body = json.dumps(document).encode()
        head = {
            "Host": urlsplit(self.taker.house.base).netloc,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.taker.cookies.items()),
            "X-CSRF-Token": self.taker.token,
            "Content-Type": "application/json",
            "Content-Length": len(body),
        }
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        began = time.perf_counter()
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        told = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        answer = await self.reader.readexactly(int(LENGTH.search(told)[1]))
        self.taker.times[kind].append(time.perf_counter() - began)
        if told.split(" ", 2)[1] != "200" or not holds(json.loads(answer)):
            raise SystemExit(f"{path}: {told}{answer.decode()[:300]}")


async def finish(taker: Taker, attempt: str, option: str) -> float:
    """Save and hand in; the moment at which the receipt was there."""
    address = urlsplit(taker.house.base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    line = Line(reader, writer, taker)
    event = {"seq": 1, "position": 1, "locale": "en", "payload": {"option": option}}
    document = {"epoch": 1, "events": [event]}
    await line.post("save", f"{attempt}/events", document, lambda saved: saved["acked"] == [[1, 1]])
    document = {"manifest": [[1, 1]]}
    await line.post("hand in", f"{attempt}/submit", document, lambda closed: len(closed["answers"]) == 1)
    writer.close()
    return time.perf_counter()


async def measure(database: str, takers: int) -> None:
    with installation(database, takers + 1) as house:
        _let_so_many_connect()
        async with client_of(house) as client:
            gate, before = asyncio.Semaphore(AT_ONCE_BEFORE), defaultdict(list)

            async def open_one(sid: str) -> tuple[Taker, str, str]:
                async with gate:
                    return await opened(client, house, sid, before)

            alone, *herd = await asyncio.gather(*(open_one(sid) for sid in house.sids))
            began = time.perf_counter()
            single = await finish(*alone) - began
            times: Times = defaultdict(list)
            for taker, *_rest in herd:
                taker.times = times
            cpu, began = house.cpu_seconds(), time.perf_counter()
            took = max(await asyncio.gather(*(finish(*one) for one in herd))) - began
            cpu = house.cpu_seconds() - cpu
        print(f"{database}: {len(herd)} takers saved and handed in within {took:.1f} s (aim {AIM_SECONDS} s), no error")
        print(f"  one alone {single * 1000:.0f} ms; {cpu / len(herd) * 1000:.2f} ms CPU each ({COUNTED})")
        for kind, taken in times.items():
            at = statistics.quantiles(taken, n=100)
            print(f"  {kind:<8} p50 {at[49]:.2f} s   p95 {at[94]:.2f} s   p99 {at[98]:.2f} s")


def _let_so_many_connect() -> None:
    """A connection each takes more files than are usual; the server keeps the limit with which it began."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--takers", type=int, default=1500)
    asked = parser.parse_args()
    asyncio.run(measure(asked.database, asked.takers))


if __name__ == "__main__":
    main()
