"""The faults: each is one blow, and says what it was and since when things may be well again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.installation import Cluster, Installation, kill

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Blow:
    """A fault that has been dealt: its kind, when it began, and when its cause was over."""

    kind: str
    began: float
    ended: float
    is_outage: bool = False
    """Whether nobody could save anything between the two."""


@dataclass
class Trouble:
    """What can be done to an installation."""

    installation: Installation
    cluster: Cluster | None
    chance: random.Random
    blows: list[Blow] = field(default_factory=list)

    async def kill_web_worker(self) -> None:
        began = time.monotonic()
        workers = self.installation.web_workers()
        if workers:
            kill(self.chance.choice(workers))
            self._note("web worker killed", began)

    async def kill_web_server(self) -> None:
        """Gunicorn and all its workers; the supervisor starts it anew."""
        began = time.monotonic()
        for pid in [*self.installation.web_masters(), *self.installation.web_workers()]:
            kill(pid)
        self._note("web server killed", began)

    async def kill_job_worker(self) -> None:
        """The supervisor starts it anew."""
        began = time.monotonic()
        for worker in self.installation.job_workers():
            kill(worker)
        self._note("job worker killed", began)

    async def reload(self) -> None:
        """A rolling restart, as a deployment does it."""
        began = time.monotonic()
        for master in self.installation.web_masters():
            kill(master, signal.SIGHUP)
            self._note("web workers replaced", began)

    async def kill_everything(self) -> None:
        began = time.monotonic()
        await asyncio.to_thread(self.installation.kill_everything)
        self.installation.start()
        self._note("all processes killed and started", began)
        await self.installation.wait_until_ready()

    async def crash_database(self) -> None:
        assert self.cluster is not None
        await asyncio.to_thread(self.cluster.stop)
        began = time.monotonic()
        await asyncio.sleep(self.chance.uniform(0.1, 1))
        before = time.monotonic()
        await asyncio.to_thread(self.cluster.start)
        self.blows.append(Blow("PostgreSQL stopped immediate and started", began, before, is_outage=True))

    async def kill_backend(self) -> None:
        """PostgreSQL takes the death of one backend for a crash of all."""
        assert self.cluster is not None
        began, backends = time.monotonic(), self.cluster.backends()
        if backends:
            kill(self.chance.choice(backends))
            self._note("PostgreSQL backend killed", began)

    def _note(self, kind: str, began: float) -> None:
        self.blows.append(Blow(kind, began, time.monotonic()))

    async def fill_disk(self, disk: Disk, seconds: float) -> None:
        began = time.monotonic()
        disk.fill(self.installation)
        await asyncio.sleep(seconds)
        disk.heal(self.installation)
        healed = time.monotonic()
        if self.cluster is not None and not self.cluster.is_running():
            await asyncio.to_thread(self.cluster.start)
            self.blows.append(Blow("disk full; PostgreSQL had to be started", began, healed))
        else:
            self.blows.append(Blow(f"disk full ({disk.means})", began, healed))


Deed = Callable[[], Coroutine[Any, Any, None]]


class Disk:
    """A disk that can be full: a small tmpfs, which takes root to mount."""

    means = "tmpfs"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, _installation: Installation) -> None:
        filler = self.folder / "filler"
        with filler.open("wb") as file, contextlib.suppress(OSError):
            while file.write(bytes(MEGABYTE)):
                file.flush()
        with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0"):
                pass

    def heal(self, _installation: Installation) -> None:
        (self.folder / "filler").unlink(missing_ok=True)


class FileLimit(Disk):
    """Without root: no file of the server may grow beyond what it has (RLIMIT_FSIZE). Only for SQLite."""

    means = "RLIMIT_FSIZE"

    def fill(self, installation: Installation) -> None:
        self._limit(installation, 4096)

    def heal(self, installation: Installation) -> None:
        self._limit(installation, resource.RLIM_INFINITY)

    def _limit(self, installation: Installation, most_bytes: int) -> None:
        for pid in installation.everything():
            with contextlib.suppress(ProcessLookupError):
                _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, hard))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk of so many megabytes at ``folder``; where nothing can be mounted, a limit on the size of files."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        yield FileLimit(folder)
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
