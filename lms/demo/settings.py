"""What the sample is loaded with, unless somebody says otherwise."""

from __future__ import annotations

import os
import secrets
from datetime import date
from pathlib import Path

from flask import current_app

from lms.demo.world import TOKYO
from lms.foundation import clock

SEED = "1"


def today() -> date:
    """The day that all dates count from."""
    return clock.now().astimezone(TOKYO).date()


def sample_password() -> str:
    """The one password of the sample sign-ins, made at first use and kept beside the database."""
    path: Path = current_app.config["KIJUN"].data_folder / "sample_password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("-".join(secrets.token_hex(2) for _part in range(4)))
    return path.read_text()
