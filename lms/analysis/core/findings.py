"""What stands out about each question, as codes and facts, and which question needs attention first.

These are descriptions of figures. They name what to look at; they do not say why it is so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lms.analysis.core.gaps import Gap
from lms.analysis.core.items import ItemFigures, OptionFigures
from lms.kit.figures import INDICATIVE, is_small, shown_count

WEAK_UNDER = 0.15
"""A rest correlation under this does not tell strong from weak."""

VERY_EASY_OVER = 0.95

SUSPECT_CHOOSERS = 10
"""So many people must have chosen an option before it can put the key in doubt."""


class Code(StrEnum):
    """What was found, in the order of need. The facts that come with each are listed here."""

    KEY_SUSPECT = "key-suspect"  # option, key, count, low, high: the interval of its mean rest score minus the key's
    LANGUAGE_GAP = "language-gap"  # first, second, first_share, second_share, first_n, second_n, gap, low, high
    POLICY_CHANGED = "policy-changed"  # none
    WEAK = "weak"  # rest_correlation, absent where everybody has the same mark
    GOOD = "good"  # none
    VERY_EASY = "very-easy"  # facility
    FEW_DATA = "few-data"  # n_shown; stands alone: under 5 people, or no complete rows to tell discrimination from
    INDICATIVE = "indicative"  # n; stands beside the others


REVIEWED = frozenset({Code.KEY_SUSPECT, Code.LANGUAGE_GAP, Code.POLICY_CHANGED, Code.WEAK})
"""The findings that make a question one to review."""

_NEED = {Code.KEY_SUSPECT: 0, Code.LANGUAGE_GAP: 1, Code.POLICY_CHANGED: 2, Code.WEAK: 3, Code.FEW_DATA: 5}
_NO_NEED = 4


@dataclass(frozen=True, slots=True)
class ItemFinding:
    """One finding about one question."""

    code: Code
    facts: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """A question with its figures and its findings, the gravest first."""

    figures: ItemFigures
    findings: tuple[ItemFinding, ...]

    @property
    def item(self) -> str:
        """The question's code."""
        return self.figures.item

    @property
    def needs_review(self) -> bool:
        """Whether the question counts among those to review."""
        return any(finding.code in REVIEWED for finding in self.findings)


def by_need(
    figures: Sequence[ItemFigures],
    options: Mapping[str, Sequence[OptionFigures]],
    gaps: Mapping[str, Gap],
    changed: Collection[str],
) -> tuple[Health, ...]:
    """Every question with its findings, by need and then by facility, the hardest first.

    ``options`` and ``gaps`` hold what there is for each question; ``changed`` names those whose policy section has
    changed.
    """
    judged = []
    for item in figures:
        code = item.item
        judged.append(Health(item, item_findings(item, options.get(code, ()), gaps.get(code), changed=code in changed)))
    return tuple(sorted(judged, key=_order))


def item_findings(
    figures: ItemFigures, options: Sequence[OptionFigures], gap: Gap | None, *, changed: bool
) -> tuple[ItemFinding, ...]:
    """The findings of one question, in the order of need; ``good`` when nothing stands out.

    A low discrimination is no finding of its own where the key is in doubt or nearly everybody is right: both bring it
    about. A question that gives everybody the same mark has none, and is weak.
    """
    if figures.facility is None or is_small(figures.n):
        return (ItemFinding(Code.FEW_DATA, {"n_shown": shown_count(figures.n)}),)
    found = []
    suspect = suspect_option(options)
    if suspect is not None:
        found.append(suspect)
    if gap is not None and gap.is_clear:
        found.append(ItemFinding(Code.LANGUAGE_GAP, _gap_facts(gap)))
    if changed:
        found.append(ItemFinding(Code.POLICY_CHANGED))
    if figures.facility > VERY_EASY_OVER:
        found.append(ItemFinding(Code.VERY_EASY, {"facility": figures.facility}))
    elif suspect is None and figures.sd == 0:
        found.append(ItemFinding(Code.WEAK))
    elif suspect is None and figures.rest_correlation is not None and figures.rest_correlation < WEAK_UNDER:
        found.append(ItemFinding(Code.WEAK, {"rest_correlation": figures.rest_correlation}))
    if not found and figures.rest_correlation is None:
        return (ItemFinding(Code.FEW_DATA, {"n_shown": shown_count(figures.n)}),)
    if not found:
        found.append(ItemFinding(Code.GOOD))
    if figures.n < INDICATIVE:
        found.append(ItemFinding(Code.INDICATIVE, {"n": figures.n}))
    return tuple(found)


def suspect_option(options: Sequence[OptionFigures]) -> ItemFinding | None:
    """The wrong option whose choosers did better on the rest than those of the key, if any: is it the right answer?

    It needs at least 10 choosers and a 95 % interval of (its mean rest score - the key's) that lies above 0. Of several
    the most chosen is named. Questions with several keys are not judged.
    """
    keys = [option.option for option in options if option.is_key]
    suspects = [
        (option.count, option.option, option.lead)
        for option in options
        if option.count >= SUSPECT_CHOOSERS and option.lead is not None and option.lead.low > 0
    ]
    if len(keys) != 1 or not suspects:
        return None
    count, option, lead = max(suspects, key=lambda suspect: suspect[0])
    return ItemFinding(
        Code.KEY_SUSPECT, {"option": option, "key": keys[0], "count": count, "low": lead.low, "high": lead.high}
    )


def reads_otherwise(then: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether a section's text is another one now in a language that it had then, or gone; both as hashes by language.

    A section that was not there then has not changed, and a language that came later has changed nothing.

    >>> reads_otherwise({"en": "a"}, {"en": "a", "ja": "b"}), reads_otherwise({"en": "a"}, {"en": "b"})
    (False, True)
    >>> reads_otherwise({"en": "a"}, {}), reads_otherwise({}, {"en": "a"})
    (True, False)
    """
    return bool(then) and (not now or any(now.get(language, text) != text for language, text in then.items()))


def _gap_facts(gap: Gap) -> dict[str, float | str]:
    facts: dict[str, float | str] = {}
    for place, side in (("first", gap.first), ("second", gap.second)):
        facts |= {place: side.language, f"{place}_n": side.n or 0, f"{place}_share": side.share or 0.0}
    if gap.gap is not None and gap.interval is not None:
        facts |= {"gap": gap.gap, "low": gap.interval.low, "high": gap.interval.high}
    return facts


def _order(health: Health) -> tuple[int, float]:
    need = min(_NEED.get(finding.code, _NO_NEED) for finding in health.findings)
    return need, health.figures.facility if health.figures.facility is not None else 1.0
