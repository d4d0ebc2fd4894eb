"""How alike a section and its possible translation are, by what survives translation: names, numbers, shape."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lms.policies.core.document import Section

_TOKENS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
_MARKUP = re.compile(r"\{\{[^}]*\}\}|\{%[^%]*%\}|<!--.*?-->|</?[a-z][^>]*>", re.DOTALL)
_SHAPES = {
    "item": re.compile(r"^\s*(?:[-*+]|\d+[.)])\s", re.MULTILINE),
    "link": re.compile(r"\]\(|\]\[|https?://"),
    "code": re.compile(r"^\s*```|`[^`\n]+`", re.MULTILINE),
    "row": re.compile(r"^\s*\|", re.MULTILINE),
    "tag": re.compile(r"<[a-z]+|\{\{|\{%"),
    "quote": re.compile(r"^\s*>", re.MULTILINE),
    "block": re.compile(r"\n\s*\n"),
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a section can be compared across languages."""

    level: int
    tokens: frozenset[str]
    signs: frozenset[str]
    heading_signs: frozenset[str]
    shape: Counter[str]
    length: int


def traits(section: Section) -> Traits:
    """The traits of a section."""
    heading = section.title or ""
    text = f"{heading}\n{section.body}"
    return Traits(
        level=section.level,
        tokens=frozenset(token.lower() for token in _TOKENS.findall(text) if len(token) > 1 or token.isdigit()),
        signs=frozenset(_signs(text)),
        heading_signs=frozenset([*_signs(heading), *re.findall(r"\d+", heading)]),
        shape=Counter({name: len(shape.findall(section.body)) for name, shape in _SHAPES.items()}),
        length=len(_MARKUP.sub("", section.body)),
    )


class Likeness:
    """Compares the sections of a source with those of a translation.

    A token counts by how rare it is in the source: the name of a tool says more than "the". Lengths are compared by the
    ratio of the two documents, so that a terse language is no fault.
    """

    def __init__(self, sources: Sequence[Section], translations: Sequence[Section]) -> None:
        self.sources = [traits(section) for section in sources]
        self.translations = [traits(section) for section in translations]
        seen = Counter(token for source in self.sources for token in source.tokens)
        self.weights = {token: math.log(1 + len(self.sources) / count) for token, count in seen.items()}
        source_length = sum(source.length for source in self.sources) or 1
        self.ratio = (sum(translation.length for translation in self.translations) or 1) / source_length

    def __call__(self, source: int, translation: int) -> float:
        """0 (nothing alike) to 1."""
        left, right = self.sources[source], self.translations[translation]
        shared, mass = self._tokens(left, right)
        weights = {"tokens": min(3.0, mass), "shape": 1.0, "length": 1.0, "signs": 0.0}
        values = {
            "tokens": shared,
            "shape": _overlap(left.shape, right.shape),
            "length": self._length(left, right),
            "signs": 0.0,
        }
        if left.heading_signs or right.heading_signs:
            weights["signs"] = 2.0
            values["signs"] = _jaccard(left.heading_signs, right.heading_signs)
        total = sum(weights.values())
        likeness = sum(weights[name] * values[name] for name in weights) / total
        return max(0.0, likeness - 0.25 * (left.level != right.level))

    def has_words(self, source: int, translation: int) -> bool:
        """Whether the two share a name, a number or a sign in the heading, and not only their shape and length."""
        left, right = self.sources[source], self.translations[translation]
        return bool(left.tokens & right.tokens or left.heading_signs & right.heading_signs)

    def _tokens(self, left: Traits, right: Traits) -> tuple[float, float]:
        """The weighted share of the translation's tokens that the source has, and how much weight there is to share."""
        known = [token for token in right.tokens if token in self.weights]
        mass = sum(self.weights[token] for token in known)
        if not mass:
            return 0.0, 0.0
        return sum(self.weights[token] for token in known if token in left.tokens) / mass, mass / 3

    def _length(self, left: Traits, right: Traits) -> float:
        expected = left.length * self.ratio + 20
        return math.exp(-abs(math.log((right.length + 20) / expected)))


def _signs(text: str) -> list[str]:
    """Pictographs: they are copied, not translated."""
    return [character for character in text if unicodedata.category(character) == "So"]


def _overlap(left: Counter[str], right: Counter[str]) -> float:
    # one is added to both, so that a single paragraph more or less is no contradiction
    return (sum((left & right).values()) + 1) / (sum((left | right).values()) + 1)


def _jaccard(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / len(left | right)
