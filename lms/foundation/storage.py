"""Files by the hash of their content, below the data folder.

The same bytes are kept once; a name cannot lead anywhere else.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from flask import current_app

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def save(content: bytes) -> str:
    """Keep some bytes and return their SHA-256; they are on the disk when this returns."""
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(digest)
    if target.exists():
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).rename(target)
    return digest


def load(digest: str) -> bytes:
    """The bytes of a hash; ``FileNotFoundError`` when there are none."""
    return path_of(digest).read_bytes()


def path_of(digest: str) -> Path:
    """Where the bytes of a hash lie."""
    if not _SHA256.match(digest):
        raise ValueError("no hash")
    folder: Path = current_app.config["KIJUN"].data_folder
    return folder / "files" / digest[:2] / digest
