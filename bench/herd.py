"""1,500 takers save and hand in at the same moment.

    .venv/bin/python -m bench.herd [--database sqlite|postgresql] [--takers 1500]

All have the quiz open; then each saves an answer and hands in as soon as it is acknowledged. Printed is how long it
took until the last one had a receipt, beside the time of one taker alone in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import time
from collections import defaultdict

import httpx

from bench.house import COUNTED, Installation, client_of, installation
from bench.sittings import OPTION, TOKEN, Taker, Times, check

AIM_SECONDS = 10
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


async def finish(taker: Taker, attempt: str, option: str) -> float:
    """Save and hand in; the moment at which the receipt was there."""
    event = {"seq": 1, "position": 1, "locale": "en", "payload": {"option": option}}
    saved = await taker.ask("save", "POST", f"{attempt}/events", 200, json={"epoch": 1, "events": [event]})
    check(saved.json()["acked"] == [[1, 1]], saved)
    closed = await taker.ask("hand in", "POST", f"{attempt}/submit", 200, json={"manifest": [[1, 1]]})
    check(len(closed.json()["answers"]) == 1, closed)
    return time.perf_counter()


async def measure(database: str, takers: int) -> None:
    with installation(database, takers + 1) as house:
        _let_so_many_connect()
        limits = httpx.Limits(max_connections=takers + 1, max_keepalive_connections=takers + 1)
        async with client_of(house, limits=limits) as client:
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
