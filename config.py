"""Settings, read from environment variables only. Each variable stands in docs/settings.md."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True)
class Base:
    """What every kind of installation has in common."""

    data_folder: Path
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    redis_url: str | None = field(default=None, repr=False)
    proxy_count: int = 0
    loopback: bool = True
    sample_allowed: bool = False
    production: bool = False
    testing: bool = False

    @property
    def translations_folder(self) -> Path:
        """The one folder of catalogues; Babel's default (inside the package) is never used."""
        return ROOT / "translations"

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the SQLite file that belongs to this data folder."""
        return self.database_url == embedded_url(self.data_folder)


class Development(Base):
    """A developer's machine or a trial: plain http on loopback, embedded SQLite."""


class Testing(Base):
    """The test suite: built by ``tests/conftest.py`` with its own folders and databases."""


class Production(Base):
    """Behind TLS: secure cookies, HSTS, no listed sign-ins."""


def embedded_url(data_folder: Path) -> str:
    """The URL of the embedded SQLite file below ``data_folder``."""
    return f"sqlite:///{data_folder / 'kijun.sqlite'}"


def from_environment() -> Base:
    """Read the settings of this process; raises ``ValueError`` for a setting that cannot be read."""
    data_folder = Path(os.environ.get("KIJUN_DATA") or ROOT / "instance").resolve()
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    production = os.environ.get("KIJUN_ENV") == "production"
    kind = Production if production else Development
    proxies = _whole_number("KIJUN_PROXIES")
    return kind(
        data_folder=data_folder,
        secret_key=os.environ.get("SECRET_KEY") or secret_key(data_folder),
        database_url=_database_url(data_folder),
        redis_url=os.environ.get("REDIS_URL") or None,
        proxy_count=proxies,
        # behind a proxy the loopback address is everybody's door
        loopback=proxies == 0 and (os.environ.get("HOST") or "127.0.0.1") in {"127.0.0.1", "::1", "localhost"},
        sample_allowed=os.environ.get("KIJUN_SAMPLE") == "1",
        production=production,
    )


def _whole_number(name: str) -> int:
    value = os.environ.get(name) or "0"
    if not value.isdecimal():
        raise ValueError(f"{name}={value}")
    return int(value)


def _database_url(data_folder: Path) -> str:
    url = psycopg_url(os.environ.get("DATABASE_URL") or embedded_url(data_folder))
    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver not in {"sqlite", "postgresql+psycopg"}:
        raise ValueError("DATABASE_URL (sqlite:///…, postgresql://…)")  # not the URL itself: it may hold a password
    return url


def psycopg_url(url: str) -> str:
    """Name the driver in a PostgreSQL URL, in whichever way it was written.

    >>> psycopg_url("postgres://kijun@localhost/kijun")
    'postgresql+psycopg://kijun@localhost/kijun'
    """
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def secret_key(data_folder: Path) -> str:
    """The installation's own key, made at first use and readable by its owner alone."""
    path = data_folder / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text()
