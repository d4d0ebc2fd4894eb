"""Settings, read from environment variables only. Each variable stands in docs/settings.md."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent


MAIL_FROM = "Kijun <no-reply@kijun.invalid>"
"""The sender of mails that are kept here and sent nowhere."""

REPORT_DAYS = 90
"""For so long a finished report is kept."""


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """The server that takes our mail."""

    host: str
    port: int
    is_tls: bool
    """Whether the connection begins with TLS (smtps://); otherwise STARTTLS follows where the server offers it."""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Base:
    """What every kind of installation has in common."""

    data_folder: Path
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    redis_url: str | None = field(default=None, repr=False)
    mail_server: MailServer | None = None
    mail_from: str = MAIL_FROM
    public_url: str = "http://127.0.0.1:8000"
    report_days: int = REPORT_DAYS
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
    mail_server = _mail_server(os.environ.get("SMTP_URL"))
    return kind(
        data_folder=data_folder,
        secret_key=os.environ.get("SECRET_KEY") or secret_key(data_folder),
        database_url=_database_url(data_folder),
        redis_url=os.environ.get("REDIS_URL") or None,
        mail_server=mail_server,
        mail_from=_mail_from(os.environ.get("MAIL_FROM"), is_needed=mail_server is not None),
        public_url=_public_url(os.environ.get("KIJUN_URL")),
        report_days=_report_days(),
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


def _report_days() -> int:
    days = _whole_number("KIJUN_REPORT_DAYS")
    if days > 3650:
        raise ValueError(f"KIJUN_REPORT_DAYS={days}")
    return days or REPORT_DAYS


def _mail_server(url: str | None) -> MailServer | None:
    """The server of an address such as ``smtp://name:password@host:587``.

    >>> _mail_server("smtps://mail.example").port, _mail_server("smtp://mail.example").port
    (465, 25)
    >>> server = _mail_server("smtp://kijun:p%40ss@mail.example")
    >>> server.port, server.user, server.password, server
    (587, 'kijun', 'p@ss', MailServer(host='mail.example', port=587, is_tls=False))
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ValueError("SMTP_URL (smtp://…, smtps://…)")  # not the address itself: it may hold a password
    usual = 465 if parts.scheme == "smtps" else 587 if parts.username else 25
    return MailServer(
        host=parts.hostname,
        port=port or usual,
        is_tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _mail_from(sender: str | None, *, is_needed: bool) -> str:
    """Whose mails these are: ``Kijun <no-reply@site.example>``."""
    if not sender and not is_needed:
        return MAIL_FROM
    _name, address = parseaddr(sender or "")
    local, _at, domain = address.rpartition("@")
    if not (local and domain and address.isascii() and (sender or "").isprintable()):
        raise ValueError(f"MAIL_FROM={sender or ''}")
    return sender or ""


def _public_url(url: str | None) -> str:
    """Where people reach this installation; stands in mails."""
    if not url:
        return f"http://{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or not url.isprintable():
        raise ValueError(f"KIJUN_URL={url}")
    return url.rstrip("/")


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
