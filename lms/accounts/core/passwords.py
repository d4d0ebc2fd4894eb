"""Whether a password will do. Length decides, not composition; what everybody tries first is refused."""

from __future__ import annotations

import unicodedata

LEAST_LENGTH = 12
GREATEST_LENGTH = 128

_COMMON = frozenset(
    [
        "password",
        "passw0rd",
        "password1",
        "password12",
        "password123",
        "password1234",
        "qwertyuiop",
        "qwerty123456",
        "1234567890",
        "123456789012",
        "iloveyou",
        "letmeinletmein",
        "welcome",
        "welcome1234",
        "administrator",
        "changemechangeme",
        "kijun",
        "kijunkijun",
        "kijunkijunkijun",
        "trustandsafety",
        "trust&safety",
        "moderation",
        "moderator1234",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
    ]
)


def objection(password: str, *, login: str) -> str | None:
    """The code of what speaks against a password, or None when it will do.

    >>> objection("correct horse battery", login="l@site.example") is None
    True
    >>> objection("short", login="l@site.example")
    'password.too_short'
    """
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(password) < LEAST_LENGTH:
        return "password.too_short"
    if len(password) > GREATEST_LENGTH:
        return "password.too_long"
    if folded in _COMMON or len(set(folded)) < 4:
        return "password.common"
    if folded in {login.casefold(), login.split("@")[0].casefold() * 2}:
        return "password.like_login"
    return None
