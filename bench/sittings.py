"""Whole sittings per second of processor time, and what a saved answer costs beside a floor in the same run.

    .venv/bin/python -m bench.sittings [--database sqlite|postgresql] [--users 1 4 8 16] [--sittings N]

Each sitting is somebody else's, who signs in, opens a quiz of 20 questions, looks at 4 pages of it, saves each answer,
hands in and reads the result; every answer of the server is checked. Counted is the processor time of all server
processes, the job worker's and the database's among them; the driver's is not.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import httpx

from bench.house import COUNTED, QUESTIONS, Installation, client_of, installation, served
from tests.ports import free_port

PAGES = (1, 6, 11, 16)
WARM = 30
"""Sittings before the first that is measured. Two processes serve, and only what a connection has asked ten times is
planned no more: five times before psycopg prepares it, five more before PostgreSQL keeps a plan."""
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
OPTION = re.compile(r'name="option" value="([^"]+)"')
Times = dict[str, list[float]]


def check(holds: bool, answer: httpx.Response) -> None:
    """End the measuring when an answer is not what it has to be: fast and wrong is no figure."""
    if not holds:
        raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}")


class Taker:
    """One person at a browser, without the browser."""

    def __init__(self, client: httpx.AsyncClient, house: Installation, times: Times) -> None:
        self.client, self.house, self.times, self.token = client, house, times, ""
        self.cookies: dict[str, str] = {}
        """Of somebody who is signed in already; else the client keeps what the sign-in gives."""

    async def ask(self, kind: str, method: str, path: str, expected: int, **sent: Any) -> httpx.Response:
        """One request, its time taken and its status checked."""
        sent["headers"] = {"X-CSRF-Token": self.token} if method == "POST" else {}
        if self.cookies:
            sent["headers"]["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        began = time.perf_counter()
        answer = await self.client.request(method, path, **sent)
        self.times[kind].append(time.perf_counter() - began)
        check(answer.status_code == expected, answer)
        return answer

    async def sit(self, login: str) -> None:
        """A whole sitting."""
        self.client.cookies.clear()
        page = await self.ask("sign-in page", "GET", "/sign-in?lang=en", 200)
        self.token = TOKEN.search(page.text)[1]
        await self.ask("sign in", "POST", "/sign-in", 302, data={"login": login, "password": self.house.password})
        page = await self.ask("start page", "GET", f"/quizzes/{self.house.assignment_id}", 200)
        self.token = TOKEN.search(page.text)[1]
        opened = await self.ask("start", "POST", f"/quizzes/{self.house.assignment_id}/attempts", 302)
        attempt = opened.headers["Location"].rsplit("/questions/", 1)[0]
        epoch = (await self.ask("claim", "POST", f"{attempt}/claim", 200, json={})).json()["epoch"]
        for seq in range(1, QUESTIONS + 1):
            if seq in PAGES:
                page = await self.ask("question page", "GET", f"{attempt}/questions/{seq}", 200)
                if seq == 1:
                    paper = await self.ask("paper", "GET", f"{attempt}/paper", 200)
                    options = [OPTION.search(part)[1] for part in paper.text.split("data-question=")[1:]]
            event = {"seq": seq, "position": seq, "locale": "en", "payload": {"option": options[seq - 1]}}
            saved = await self.ask("save", "POST", f"{attempt}/events", 200, json={"epoch": epoch, "events": [event]})
            check(saved.json()["acked"] == [[epoch, seq]], saved)
        manifest = {"manifest": [[epoch, seq] for seq in range(1, QUESTIONS + 1)]}
        closed = await self.ask("hand in", "POST", f"{attempt}/submit", 200, json=manifest)
        check(len(closed.json()["answers"]) == QUESTIONS, closed)
        result = await self.ask("result", "GET", f"{attempt}/result", 200)
        check("Receipt" in result.text, result)


async def sittings(house: Installation, users: int, logins: Iterable[str], times: Times) -> None:
    """A sitting of each of these people, so many at once."""
    left = iter(logins)

    async def work() -> None:
        async with client_of(house) as client:
            for login in left:
                await Taker(client, house, times).sit(login)

    await asyncio.gather(*(work() for _user in range(users)))


async def saves(house: Installation, count: int, times: Times) -> None:
    """The saves of one sitting again and again, for what one of them costs."""
    async with client_of(house) as client:
        taker = Taker(client, house, times)
        taker.cookies = {"sid": house.sids[-1]}
        page = await taker.ask("start page", "GET", f"/quizzes/{house.assignment_id}?lang=en", 200)
        taker.token = TOKEN.search(page.text)[1]
        opened = await taker.ask("start", "POST", f"/quizzes/{house.assignment_id}/attempts", 302)
        attempt = opened.headers["Location"].rsplit("/questions/", 1)[0]
        paper = await taker.ask("paper", "GET", f"{attempt}/paper", 200)
        options = [OPTION.findall(part) for part in paper.text.split("data-question=")[1:]]
        before = house.cpu_seconds()
        for seq in range(1, count + 1):
            place = (seq - 1) % QUESTIONS
            chosen = options[place][seq % len(options[place])]
            event = {"seq": seq, "position": place + 1, "locale": "en", "payload": {"option": chosen}}
            await taker.ask("save", "POST", f"{attempt}/events", 200, json={"epoch": 1, "events": [event]})
        times["cpu"].append((house.cpu_seconds() - before) / count)


@asynccontextmanager
async def floor(house: Installation, url: str) -> Any:
    """The floor, served as the product is."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread", "--threads", "8"),
        *("--workers", "1", "--bind", f"127.0.0.1:{port}", "--keep-alive", "30", "--log-level", "warning"),
        "bench.floor:app",
    ]
    with served(command, {"FLOOR_DATABASE": url}, port) as pid:
        yield Installation(f"http://127.0.0.1:{port}", url, [*house.roots[:-1], pid], 0, (), "", ())


async def floor_saves(house: Installation, count: int) -> float:
    """Processor seconds of one save at the floor."""
    async with client_of(house) as client:
        await client.post("/enter", json={"taker": "taker"})
        before = house.cpu_seconds()
        for seq in range(count):
            answer = await client.post("/save", json={"seq": seq, "payload": {"option": "o1"}})
            check(answer.status_code == 200, answer)
        return (house.cpu_seconds() - before) / count


async def measure(database: str, users: Sequence[int], count: int) -> None:
    with installation(database, WARM + len(users) * count + 1) as house:
        people = iter(house.logins)
        await sittings(house, 1, islice(people, WARM), defaultdict(list))
        print(COUNTED)
        for number in users:
            times: Times = defaultdict(list)
            cpu, began = house.cpu_seconds(), time.perf_counter()
            await sittings(house, number, islice(people, count), times)
            cpu, took = house.cpu_seconds() - cpu, time.perf_counter() - began
            requests = sum(map(len, times.values()))
            print(f"\n{database}, {number} users: {count} sittings, {requests} requests in {took:.1f} s")
            print(f"  {count / cpu:.2f} sittings and {requests / cpu:.0f} requests per CPU-second ({cpu:.1f} s)")
            for kind, taken in times.items():
                at = statistics.quantiles(taken, n=20) if len(taken) > 1 else taken * 19
                print(f"  {kind:<14} p50 {at[9] * 1000:6.1f} ms   p95 {at[18] * 1000:6.1f} ms   n {len(taken)}")
        own: Times = defaultdict(list)
        await saves(house, 400, own)
        async with floor(house, house.url) as bottom:
            await floor_saves(bottom, 50)
            least = await floor_saves(bottom, 400)
        mine = own["cpu"][0]
        print(f"\n{database}, a saved answer: {mine * 1000:.2f} ms CPU, floor {least * 1000:.2f} ms (no job worker)")
        print(f"  ratio {mine / least:.2f} (aim: at most 2.5)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--users", type=int, nargs="+", default=[1, 4, 8, 16])
    parser.add_argument("--sittings", type=int, default=48)
    asked = parser.parse_args()
    asyncio.run(measure(asked.database, asked.users, asked.sittings))


if __name__ == "__main__":
    main()
