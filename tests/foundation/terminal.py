"""A terminal in which an installation is started by hand."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def environment(**more: str) -> dict[str, str]:
    """Of a terminal in English that knows nothing of an installation."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return {**kept, "LC_ALL": "en_GB.UTF-8", "PYTHONPATH": str(ROOT), **more}
