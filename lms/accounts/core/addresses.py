"""What passes for an e-mail address."""

from __future__ import annotations

import re

LONGEST = 255
_SHAPE = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def is_address(text: str) -> bool:
    """Whether a text has the shape of an address; whether mail arrives is known when somebody has used the link.

    >>> is_address("sakura@site.example"), is_address("sakura@site"), is_address("sa kura@site.example")
    (True, False, False)
    """
    return len(text) <= LONGEST and _SHAPE.fullmatch(text) is not None
