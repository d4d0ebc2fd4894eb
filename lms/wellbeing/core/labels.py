"""What is said about sensitive content before anybody sees it: its kind, its degree and its form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

KINDS = ("insult", "threat", "unwanted-contact", "private-details", "group-targeting", "dare", "self-harm")
"""The kinds that pages have words for; a file may name others."""


class Degree(StrEnum):
    """How strong the material is."""

    MILD = "mild"
    MEDIUM = "medium"
    STRONG = "strong"


class Form(StrEnum):
    """In which form it comes."""

    TEXT = "text"
    IMAGE = "image"
    SOUND = "sound"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Label:
    """What a block says about its content before anybody sees it."""

    kind: str
    degree: Degree
    form: Form


def rank(degree: str) -> int:
    """The place of a degree from mild to strong; what is none of them counts as the strongest.

    >>> rank("mild"), rank("strong"), rank("")
    (0, 2, 2)
    """
    order = list(Degree)
    return order.index(Degree(degree)) if degree in order else len(order) - 1
