"""The sentences of a section on which a question rests, and their marks in the text.

A question says why its key is right in words close to the policy's. The sentence is known by a hash of its text, so
that a mark is where the sentence still is and nowhere else.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from lms.kit.text import fold_spaces
from lms.policies.core.fragment import read
from lms.policies.core.markup import Block, Prose

LEAST_SHARE = 0.4
"""How much of a sentence's weight the hints must hold before it counts as the one that is meant."""
LEAST_SHARED_WORDS = 3
MOST_SENTENCES = 3
_QUOTED = re.compile(r"[“「『]([^“”「」『』]{6,})[”」』]")
_WORD = re.compile(r"[a-z0-9]{4,}|[0-9]+")
_JAPANESE = re.compile(r"[\u3005\u3041-\u30ff\u3400-\u9fff]+")


def cited_sentences(blocks: Iterable[Block], hints: Sequence[str]) -> list[str]:
    """The hashes of the sentences that the hints quote or, else, come close to, the closest first; often none or one.

    Sensitive blocks are never cited.
    """
    found = [text for block in blocks if isinstance(block, Prose) for text in _sentences(block)]
    quotes = [fold_spaces(quoted).rstrip(".。") for hint in hints for quoted in _QUOTED.findall(hint)]
    if quoted := [text for text in found if any(quote in text for quote in quotes)]:
        return [_hash(text) for text in quoted[:MOST_SENTENCES]]
    seen = Counter(word for text in found for word in _words(text))
    weights = {word: math.log(1 + len(found) / count) for word, count in seen.items()}
    shares = [(max((_share(text, hint, weights) for hint in hints), default=0.0), text) for text in found]
    close = sorted((pair for pair in shares if pair[0] >= LEAST_SHARE), key=lambda pair: -pair[0])
    return [_hash(text) for _share_of_it, text in close[:MOST_SENTENCES]]


def with_marks(blocks: Iterable[Block], cited: Collection[str]) -> list[Block]:
    """The blocks with the sentences of these hashes in ``<mark>``; the rest as it was."""
    if not cited:
        return list(blocks)
    return [replace(block, html=_marked(block.html, cited)) if isinstance(block, Prose) else block for block in blocks]


def _marked(cleaned: str, cited: Collection[str]) -> str:
    fragment = read(cleaned)
    spans = [
        (first, end) for first, end in fragment.sentences() if _hash(fold_spaces(fragment.text[first:end])) in cited
    ]
    return fragment.wrapped(spans, lambda _number, text: f"<mark>{text}</mark>") if spans else cleaned


def _sentences(block: Prose) -> list[str]:
    fragment = read(block.html)
    return [fold_spaces(fragment.text[first:end]) for first, end in fragment.sentences()]


def _share(sentence: str, hint: str, weights: Mapping[str, float]) -> float:
    """How much of a sentence's weight stands in a hint, from 0 to 1; 0 when they share next to nothing."""
    words = _words(sentence)
    shared = words & _words(hint)
    if len(shared) < LEAST_SHARED_WORDS:
        return 0.0
    return sum(weights[word] for word in shared) / sum(weights[word] for word in words)


def _hash(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()[:16]


def _words(text: str) -> set[str]:
    """Longer words and numbers, and of Japanese each pair of characters."""
    pairs = {run[at : at + 2] for run in _JAPANESE.findall(text) for at in range(len(run) - 1)}
    return pairs | set(_WORD.findall(text.lower()))
