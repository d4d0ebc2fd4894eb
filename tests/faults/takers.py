"""People who take quizzes over a bad line and believe only what they were told."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from lms.quizzes.core.answers import Event, Stamp
from tests.conftest import csrf_token_for
from tests.faults.ledger import Ledger
from tests.faults.wire import Answer, NoAnswer, ask

GRACE = timedelta(seconds=60)
SHORT_REST = 0.1
"""Seconds before a call that got no answer is made again."""


class NotServed(Exception):
    """The time is over before the server has answered."""


class Paper(HTMLParser):
    """The fields of each question of a paper, with the options that each offers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[int, dict[str, list[str]]] = {}
        self.ticked: set[str] = set()
        self._position = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "data-question" in found:
            self._position = int(found["data-question"])
            self.fields[self._position] = {}
        if tag == "input" and self._position and found.get("type") in {"radio", "checkbox"}:
            self.fields[self._position].setdefault(found["name"], []).append(found["value"])
            if found["type"] == "checkbox":
                self.ticked.add(found["name"])

    def answer(self, position: int, chance: random.Random) -> dict[str, Any]:
        """Some answer to a question, as a page sends it."""
        return {
            name: chance.sample(values, chance.randint(1, len(values)))
            if name in self.ticked
            else chance.choice(values)
            for name, values in self.fields[position].items()
        }


@dataclass
class Taker:
    """One person, signed in, with quizzes to take one after the other."""

    port: int
    sid: str
    assignments: Sequence[int]
    ledger: Ledger
    chance: random.Random
    ends_at: float
    changes: int = 30
    """How often an answer is given or changed in one attempt."""
    pause: float = 0.05
    leaves: bool = False
    """Whether this one goes away without handing in."""
    told_busy: int = 0
    finished: int = 0
    _epoch: int = field(default=0, init=False)

    async def take_all(self) -> None:
        """Take quizzes until there are none or the time is over."""
        try:
            for assignment in self.assignments:
                await self._take(assignment)
        except NotServed:
            return

    async def _take(self, assignment: int) -> None:
        opened = await self._insist("POST", f"/quizzes/{assignment}/attempts", form=True)
        found = re.search(r"/attempts/([0-9a-f-]{36})/", opened.headers.get("location", ""))
        if opened.status == 409 and self.leaves:
            return  # its time was over before the line let us begin
        if opened.status != 302 or found is None:
            self.ledger.faults.append(f"assignment {assignment}: opening answers {opened.status}")
            return
        attempt_id = found[1]
        read = await self._insist("GET", f"/attempts/{attempt_id}/paper")
        if self._came_too_late(read) or not await self._claim(attempt_id):
            return
        paper = Paper(read.body.decode())
        left, seq = self.changes, 0
        while left > 0:
            calls = []
            for _call in range(self.chance.randint(1, 3)):
                events = {}
                for _event in range(self.chance.randint(1, 4)):
                    seq, left = seq + 1, left - 1
                    position = self.chance.choice(list(paper.fields))
                    stamp = (self._epoch, seq)
                    events[stamp] = Event(*stamp, position, "en", paper.answer(position, self.chance))
                calls.append(self.save(attempt_id, events))
            await asyncio.gather(*calls)
            await asyncio.sleep(self.pause * self.chance.random())
            if self.chance.random() < 0.03:
                if not await self._claim(attempt_id):
                    return
                seq = 0
        if not self.leaves:
            await self._hand_in(attempt_id)

    async def _claim(self, attempt_id: str) -> bool:
        """Become the one who writes; returns whether the attempt is still open."""
        claimed = await self._insist("POST", f"/attempts/{attempt_id}/claim", {})
        if claimed.status == 200:
            self._epoch = json.loads(claimed.body)["epoch"]
        elif not self._came_too_late(claimed):
            self.ledger.faults.append(f"{attempt_id}: claiming answers {claimed.status}")
        return claimed.status == 200

    def _came_too_late(self, answer: Answer) -> bool:
        """Whether the time of one who leaves was over while nobody answered: rightly refused, or kept for review."""
        if not self.leaves or answer.status not in {202, 409}:
            return False
        told = json.loads(answer.body)
        if answer.status == 409:
            return bool(told["error"] == "attempt.closed")
        return datetime.fromisoformat(told["server_now"]) > datetime.fromisoformat(told["deadline"]) + GRACE

    async def save(self, attempt_id: str, events: Mapping[Stamp, Event]) -> None:
        """Send answers until they are taken, and note which of them were said to be saved."""
        sent = {
            "epoch": next(iter(events.values())).epoch,
            "events": [
                {"seq": one.seq, "position": one.position, "locale": one.locale, "payload": one.payload}
                for one in events.values()
            ],
        }
        sent_at = time.monotonic()
        answer = await self._insist("POST", f"/attempts/{attempt_id}/events", sent)
        document = json.loads(answer.body) if answer.status in {200, 202, 409} else {}
        # whoever has been overtaken by another window is told 409, and the answers are in the log all the same
        is_overtaken = answer.status == 409 and document["error"] == "answer.superseded"
        if answer.status in {200, 202} or is_overtaken:
            self.ledger.note_saved(attempt_id, events, document["acked"])
            self.ledger.times.append((sent_at, time.monotonic()))
        if answer.status != 200 and not is_overtaken and not self._came_too_late(answer):
            self.ledger.faults.append(f"{attempt_id}: saving answers {answer.status} {answer.body[:80]!r}")

    async def _hand_in(self, attempt_id: str) -> None:
        """Hand in twice at the same time; both are told the same."""
        manifest = [list(stamp) for stamp in self.ledger.acked.get(attempt_id, {})]
        path = f"/attempts/{attempt_id}/submit"
        answers = await asyncio.gather(*(self._insist("POST", path, {"manifest": manifest}) for _time in range(2)))
        for answer in answers:
            if answer.status == 200:
                self.ledger.note_receipt(attempt_id, json.loads(answer.body))
            else:
                self.ledger.faults.append(f"{attempt_id}: handing in answers {answer.status} {answer.body[:120]!r}")
        self.finished += 1

    async def _insist(self, method: str, path: str, document: Any = None, *, form: bool = False) -> Answer:
        """Ask until the server answers, as a page does: a cut line and a 503 are no answer."""
        headers = {"Cookie": f"sid={self.sid}", "X-CSRF-Token": csrf_token_for(self.sid), "Accept": "*/*"}
        headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        body = b"" if document is None else json.dumps(document).encode()
        while time.monotonic() < self.ends_at:
            try:
                answer = await ask(self.port, method, path, headers=headers, body=body)
            except NoAnswer:
                await asyncio.sleep(SHORT_REST)
                continue
            if answer.status not in {503, 507}:
                return answer
            self.told_busy += 1
            await asyncio.sleep(SHORT_REST)
        raise NotServed
