"""A bad line between the takers and the server: requests come twice, late, out of order, and their answers get lost."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
PATIENCE = 20.0
"""Seconds after which whoever waits for an answer gives it up."""


class NoAnswer(Exception):
    """The line was cut before the whole answer was there; nobody knows what became of the request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, to the last byte that its head announced."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def ask(
    port: int, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"", patience: float = PATIENCE
) -> Answer:
    """Send one request on a connection of its own; raises ``NoAnswer`` unless the whole answer is received."""
    head = {"Host": f"{LOOPBACK}:{port}", "Connection": "close", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    try:
        async with asyncio.timeout(patience):
            return _answer(await exchange(port, "\r\n".join(lines).encode() + b"\r\n\r\n" + body))
    except (OSError, TimeoutError) as error:
        raise NoAnswer from error


def _answer(raw: bytes) -> Answer:
    head, parted, body = raw.partition(b"\r\n\r\n")
    if not parted:
        raise NoAnswer
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
    if len(body) != int(headers.get("content-length", "-1")):
        raise NoAnswer
    return Answer(int(first.split(" ")[1]), headers, body)


async def exchange(port: int, request: bytes) -> bytes:
    """Send the bytes of a request and read until the other side closes."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(request)
        await writer.drain()
        return await reader.read()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@dataclass
class Window:
    """Lets requests that wait together go on in another order than they came in."""

    chance: random.Random
    size: int = 20
    seconds: float = 0.05
    waiting: list[asyncio.Event] = field(default_factory=list)

    async def turn(self) -> None:
        mine = asyncio.Event()
        self.waiting.append(mine)
        if len(self.waiting) >= self.size:
            self.release()
        else:
            asyncio.get_running_loop().call_later(self.seconds, self.release)
        await mine.wait()

    def release(self) -> None:
        self.chance.shuffle(self.waiting)
        while self.waiting:
            self.waiting.pop().set()


@dataclass
class BadLine:
    """A proxy on loopback that spares no request for writing."""

    target: int
    chance: random.Random
    twice: float = 0.10
    cut: float = 0.03
    late: float = 0.20
    latest: float = 2.0
    tally: dict[str, int] = field(default_factory=lambda: {"sent twice": 0, "answers cut": 0, "held back": 0})
    window: Window = field(init=False)
    server: asyncio.Server | None = None
    repeats: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.window = Window(self.chance)

    async def open(self) -> int:
        """Listen; returns the port."""
        self.server = await asyncio.start_server(self._serve, LOOPBACK, 0)
        return int(self.server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more, and let what is on its way arrive."""
        if self.server is not None:
            self.server.close()
        await asyncio.gather(*self.repeats)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await self._read(reader)
            if request.startswith(b"POST"):
                await self._mistreat(request)
            answer = await exchange(self.target, request)
            if request.startswith(b"POST") and self.chance.random() < self.cut:
                self.tally["answers cut"] += 1
                answer = answer[: self.chance.randrange(len(answer))] if answer else b""
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked sees a line that is cut
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        return head + await reader.readexactly(int(length.partition(b":")[2]))

    async def _mistreat(self, request: bytes) -> None:
        if self.chance.random() < self.twice:
            self.tally["sent twice"] += 1
            repeat = asyncio.create_task(self._repeat(request, self.chance.uniform(0, self.latest)))
            self.repeats.add(repeat)
            repeat.add_done_callback(self.repeats.discard)
        if self.chance.random() < self.late:
            self.tally["held back"] += 1
            await self.window.turn()

    async def _repeat(self, request: bytes, after: float) -> None:
        await asyncio.sleep(after)
        with contextlib.suppress(OSError):
            await exchange(self.target, request)
