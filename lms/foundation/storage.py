"""Files by the hash of their content, below the data folder.

The same bytes are kept once; a name cannot lead anywhere else.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from lms.foundation import clock
from lms.foundation.db import db

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_users: list[InstrumentedAttribute[str | None]] = []
"""The columns that name files: what stands in none of them may go."""


def register(column: InstrumentedAttribute[str | None]) -> None:
    """Keep the files whose hash stands in this column."""
    _users.append(column)


def save(content: bytes) -> str:
    """Keep some bytes and return their SHA-256; they are on the disk when this returns.

    Whoever names them in a row calls this in the transaction of that row (again): ``sweep`` spares what is young.
    """
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(digest)
    if target.exists():
        _touch(target)
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    _touch(Path(draft.name))
    Path(draft.name).rename(target)
    return digest


def sweep(before: datetime) -> int:
    """Delete the files that no row names and nobody has kept since; gives how many. Drafts of the dead go, too."""
    named = {digest for column in _users for digest in db.session.scalars(select(column).where(column.is_not(None)))}
    count = 0
    for path in _files():
        if path.name not in named and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


def _files() -> Iterator[Path]:
    folder: Path = current_app.config["KIJUN"].data_folder
    yield from (folder / "files").glob("*/*")


def _touch(path: Path) -> None:
    moment = clock.now().timestamp()
    os.utime(path, (moment, moment))


def load(digest: str) -> bytes:
    """The bytes of a hash; ``FileNotFoundError`` when there are none."""
    return path_of(digest).read_bytes()


def path_of(digest: str) -> Path:
    """Where the bytes of a hash lie."""
    if not _SHA256.match(digest):
        raise ValueError("no hash")
    folder: Path = current_app.config["KIJUN"].data_folder
    return folder / "files" / digest[:2] / digest
