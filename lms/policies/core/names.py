"""The names by which policies and sections are called from outside, in files and addresses."""

from __future__ import annotations

import re

_CODE = re.compile(r"[A-Z0-9-]{1,40}")
_KEY = re.compile(r"[^\s{}#\x00\ud800-\udfff]{1,80}")


def is_code(text: str) -> bool:
    """Whether a policy can have this code: capitals, digits and hyphens.

    >>> is_code("HAR"), is_code("har"), is_code("HAR\\0")
    (True, False, False)
    """
    return _CODE.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """Whether a section can have this key; others name nothing, and a database would not even take some.

    >>> is_key("unwanted-contact"), is_key("望まない連絡"), is_key("a\\0"), is_key("")
    (True, True, False, False)
    """
    return _KEY.fullmatch(text) is not None
