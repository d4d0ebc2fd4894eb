"""Public identifiers. The entropy is an argument: this module makes nothing up."""

from __future__ import annotations

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o, u, so that an id can be read over the telephone."""


def public_id(entropy: bytes) -> str:
    """Write 16 bytes of entropy as 26 characters.

    >>> public_id(bytes(15) + b"\\x21")
    '00000000000000000000000011'
    """
    if len(entropy) != 16:
        raise ValueError("16 bytes make an id")
    number = int.from_bytes(entropy)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def person_code(letter: str, number: int) -> str:
    """What a person is called where names are not shown: the letter of the first role and a number from 1.

    >>> person_code("L", 42), person_code("L", 12345)
    ('L0042', 'L12345')
    """
    if number < 1:
        raise ValueError("numbers start at 1")
    return f"{letter}{number:04d}"
