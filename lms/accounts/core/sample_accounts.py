"""The sign-ins that a sample database lists, and when it may list them."""

from __future__ import annotations

DOMAIN = "kijun.example"
NAMES = ("joiner", "moderator", "trainer", "qa", "editor", "localizer", "vendor", "admin")


def login_of(name: str) -> str:
    """The login of a listed account.

    >>> login_of("joiner")
    'joiner@kijun.example'
    """
    return f"{name}@{DOMAIN}"


def may_be_listed(*, is_sample: bool, on_loopback: bool) -> bool:
    """Accounts are listed, and opened with one click, only on sample data that nobody else can reach."""
    return is_sample and on_loopback
