"""Each question with its verdicts and what describes its figures, and which question needs attention first.

Verdicts say what is wrong and come from ``diagnosis``, whose thresholds are the only ones. What stands here beside them
puts a figure into words and asks for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lms.analysis.core.items import ItemFigures
from lms.analysis.core.verdicts import ABOUT_KEY, Kind, Verdict
from lms.kit.figures import INDICATIVE, is_small, shown_count

WEAK_UNDER = 0.15
"""A rest correlation under this is marked: it does not tell strong from weak."""

VERY_EASY_OVER = 0.95


class Code(StrEnum):
    """What describes the figures of a question. The facts that come with each are listed here."""

    WEAK = "weak"  # rest_correlation, absent where everybody has the same mark
    GOOD = "good"  # none
    VERY_EASY = "very-easy"  # facility
    FEW_DATA = "few-data"  # n_shown; stands alone: under 5 people, or no complete rows to tell discrimination from
    INDICATIVE = "indicative"  # n; stands beside the others


_NEED: dict[Kind | Code, int] = {kind: need for need, kind in enumerate(Kind)}
_NEED |= {Code.WEAK: len(Kind), Code.VERY_EASY: len(Kind) + 1, Code.GOOD: len(Kind) + 1, Code.INDICATIVE: len(Kind) + 1}
_NEED |= {Kind.NOT_ENOUGH_DATA: len(Kind) + 1, Kind.DEAD_DISTRACTOR: len(Kind) + 1, Code.FEW_DATA: len(Kind) + 2}


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """One thing to say of one question: a verdict, or what describes a figure."""

    code: Kind | Code
    facts: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """A question with its figures, what is to be said of it, the gravest first, and its verdicts."""

    figures: ItemFigures
    findings: tuple[ItemFinding, ...]
    verdicts: tuple[Verdict, ...] = ()

    @property
    def item(self) -> str:
        """The question's code."""
        return self.figures.item

    @property
    def needs_review(self) -> bool:
        """Whether the question counts among those to review: it has a verdict that says what to mend, or its key is
        suspect.
        """
        return any(verdict.is_sharp or verdict.kind is Kind.KEY_SUSPECT for verdict in self.verdicts)

    @property
    def dead(self) -> tuple[str, ...]:
        """The wrong options that next to nobody takes."""
        return tuple(str(one.facts["option"]) for one in self.verdicts if one.kind is Kind.DEAD_DISTRACTOR)

    def untold(self) -> Health:
        """The same without what tells the key."""
        verdicts = [verdict.untold() for verdict in self.verdicts if verdict.kind is not Kind.DEAD_DISTRACTOR]
        return replace(self, verdicts=tuple(verdicts))


def by_need(figures: Sequence[ItemFigures], verdicts: Sequence[Verdict]) -> tuple[Health, ...]:
    """Every question with its verdicts, by need and then by facility, the hardest first."""
    of_item: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if isinstance(verdict.place, str):
            of_item.setdefault(verdict.place, []).append(verdict)
    judged = []
    for item in figures:
        own = tuple(of_item.get(item.item, ()))
        judged.append(Health(item, item_findings(item, own), own))
    return tuple(sorted(judged, key=_order))


def item_findings(figures: ItemFigures, verdicts: Sequence[Verdict]) -> tuple[ItemFinding, ...]:
    """What is to be said of one question, in the order of need; ``good`` when nothing stands out.

    A low discrimination is nothing of its own where a verdict explains it or nearly everybody is right. A question that
    gives everybody the same mark has none, and is weak. An option that nobody takes is said of the option.
    """
    if figures.facility is None or is_small(figures.n):
        return (ItemFinding(Code.FEW_DATA, {"n_shown": shown_count(figures.n)}),)
    kinds = [verdict.kind for verdict in verdicts if verdict.kind not in (Kind.DEAD_DISTRACTOR, Kind.NOT_ENOUGH_DATA)]
    found = [ItemFinding(kind) for kind in dict.fromkeys(kinds)]
    is_explained = any(kind in ABOUT_KEY or kind is Kind.GIVE_AWAY for kind in kinds)
    if figures.facility > VERY_EASY_OVER:
        found.append(ItemFinding(Code.VERY_EASY, {"facility": figures.facility}))
    elif not is_explained and figures.sd == 0:
        found.append(ItemFinding(Code.WEAK))
    elif not is_explained and figures.rest_correlation is not None and figures.rest_correlation < WEAK_UNDER:
        found.append(ItemFinding(Code.WEAK, {"rest_correlation": figures.rest_correlation}))
    if not found and figures.rest_correlation is None:
        return (ItemFinding(Code.FEW_DATA, {"n_shown": shown_count(figures.n)}),)
    if not found:
        found.append(ItemFinding(Kind.NOT_ENOUGH_DATA if figures.n < INDICATIVE else Code.GOOD))
    if figures.n < INDICATIVE:
        found.append(ItemFinding(Code.INDICATIVE, {"n": figures.n}))
    return tuple(found)


def reads_otherwise(then: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether a section's text is another one now in a language that it had then, or gone; both as hashes by language.

    A section that was not there then has not changed, and a language that came later has changed nothing.

    >>> reads_otherwise({"en": "a"}, {"en": "a", "ja": "b"}), reads_otherwise({"en": "a"}, {"en": "b"})
    (False, True)
    >>> reads_otherwise({"en": "a"}, {}), reads_otherwise({}, {"en": "a"})
    (True, False)
    """
    return bool(then) and (not now or any(now.get(language, text) != text for language, text in then.items()))


def _order(health: Health) -> tuple[int, float]:
    need = min(_NEED[finding.code] for finding in health.findings)
    return need, health.figures.facility if health.figures.facility is not None else 1.0
