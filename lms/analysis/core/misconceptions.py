"""What people who choose a wrong option take to be true, and how often it was chosen, over all questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.analysis.core.items import OptionFigures

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Misconception:
    """One misconception: its name by language, and the options that stand for it as (question, place of the option).

    ``n`` counts the answers to these questions, ``count`` how often one of the options was chosen.
    """

    texts: Texts
    options: tuple[tuple[str, int], ...]
    count: int
    n: int

    @property
    def share(self) -> float:
        """How often it was chosen, 0 to 1."""
        return min(1.0, self.count / self.n)


def misconceptions(
    figures: Mapping[str, Sequence[OptionFigures]], named: Mapping[str, Mapping[str, Texts]]
) -> tuple[Misconception, ...]:
    """Those that somebody has chosen, the most frequent first. Options that share a name in every language are one.

    ``named`` holds for each question the misconception of each option. What few people answered has no figures of
    options, and so none here.
    """
    pooled: dict[tuple[tuple[str, str], ...], dict[tuple[str, int], OptionFigures]] = {}
    for item, options in figures.items():
        for place, option in enumerate(options):
            texts = named.get(item, {}).get(option.option, {})
            if any(texts.values()) and not option.is_key:
                pooled.setdefault(tuple(sorted(texts.items())), {})[item, place] = option
    found = [
        Misconception(
            texts=dict(texts),
            options=tuple(members),
            count=sum(option.count for option in members.values()),
            n=sum({item: option.n for (item, _place), option in members.items()}.values()),
        )
        for texts, members in pooled.items()
    ]
    return tuple(sorted((one for one in found if one.count), key=lambda one: -one.share))
