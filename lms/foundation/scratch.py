"""Temporary folders that do not outlast the processes that made them, even those that are killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

PREFIX = "kijun-"
LOCK = "held"


class Scratch(tempfile.TemporaryDirectory[str]):
    """A folder with a lock in it that ends with its process, so that ``sweep`` tells what the dead have left."""

    def __init__(self, purpose: str) -> None:
        super().__init__(prefix=f"{PREFIX}{purpose}-")
        self._lock = os.open(Path(self.name, LOCK), os.O_CREAT | os.O_WRONLY, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def cleanup(self) -> None:
        """Delete the folder; its lock goes with it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
        super().cleanup()


def sweep(before: datetime) -> int:
    """Delete the folders whose processes were killed; gives how many. The lock of a young one may not be taken yet."""
    count = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_left(folder, before):
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count


def _is_left(folder: Path, before: datetime) -> bool:
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mtime > before.timestamp():
            return False
        lock = os.open(folder / LOCK, os.O_WRONLY | os.O_NOFOLLOW)
    except OSError:  # no folder of ours, or gone by now
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody is at work in it
        return False
    finally:
        os.close(lock)
    return True
