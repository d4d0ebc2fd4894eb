"""The panel of checks: what stands against a question, and what it passes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from lms.foundation import findings
from lms.kit.findings import Finding, has_errors
from lms.questions import phrases
from lms.questions.core.checks import REASONED, check
from lms.questions.core.question import WRITTEN, Question, QuestionType
from lms.questions.core.writing import notes

CHECKS: tuple[tuple[Any, tuple[tuple[Any, frozenset[str]], ...]], ...] = (
    (
        _l("English and Japanese"),
        (
            (_l("Every text in both languages"), frozenset({"question.language-missing", "question.unknown-locale"})),
            (_l("The same numbers"), frozenset({"question.numbers-differ", "question.option-numbers-differ"})),
            (_l("Negative words are emphasised"), frozenset({"question.negative-plain"})),
            (_l("Length as usual"), frozenset({"question.lengths-differ"})),
        ),
    ),
    (
        _l("Key"),
        (
            (
                _l("The key is marked"),
                frozenset(
                    {
                        "question.no-right-answer",
                        "question.part-without-key",
                        "question.part-missing",
                        "question.fractions-sum",
                        "question.too-few-options",
                        "question.not-true-and-false",
                        "question.one-is-right",
                        "question.without-match",
                        "question.too-few-pairs",
                        "question.too-few-items",
                        "question.no-full-answer",
                        "question.no-answer-in",
                        "question.answer-empty",
                        "question.answer-no-number",
                        "question.answer-turned",
                    }
                ),
            ),
            (_l("No ID gives the key away"), frozenset({"question.ids-tell-pairs", "question.ids-tell-order"})),
            (
                _l("Each gap is in both texts once"),
                frozenset(
                    {
                        "question.no-gap",
                        "question.gap-not-in-text",
                        "question.gap-unknown",
                        "question.gap-twice",
                        "question.gap-weight",
                        "question.gap-options",
                    }
                ),
            ),
            (_l("Weights add up to 100"), frozenset({"question.weights-sum"})),
            (
                _l("It cites a section"),
                frozenset({"question.no-section", "question.bad-section", "question.foreign-section"}),
            ),
        ),
    ),
    (
        _l("Writing"),
        (
            (_l("No text is empty"), frozenset({"question.prompt-empty", "question.option-empty"})),
            (_l("No two options say the same"), frozenset({"question.same-option-twice"})),
            (_l("No word gives the answer away"), frozenset({"question.cue-word"})),
            (_l("The key is no longer than the rest"), frozenset({"question.key-longest"})),
            (_l("Every option has a rationale"), frozenset({"question.no-rationale"})),
            (_l("Every wrong option names its misconception"), frozenset({"question.no-misconception"})),
            (_l("It says why"), frozenset({"question.no-reason"})),
        ),
    ),
)
"""What an author is shown as passed when none of these findings stands against it."""

_BY_TYPE: Mapping[str, Collection[QuestionType]] = {
    "question.weights-sum": {QuestionType.CASE},
    "question.ids-tell-pairs": {QuestionType.MATCHING, QuestionType.ORDERING},
    "question.no-gap": {QuestionType.CLOZE},
    "question.key-longest": REASONED - {QuestionType.TRUE_FALSE},
    "question.same-option-twice": set(QuestionType) - WRITTEN,
    "question.cue-word": REASONED,
    "question.no-rationale": REASONED,
    "question.no-misconception": REASONED,
    "question.no-reason": set(QuestionType) - REASONED,
}
"""Checks that only some types are asked, by one of their codes."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of checks: what was found, and the names of those that pass."""

    title: Any
    found: list[tuple[Finding, str]]
    passed: list[Any]


@dataclass(frozen=True, slots=True)
class Checks:
    """All checks of a question, as its page and its editor show them."""

    groups: list[Group]
    error_count: int
    passed_count: int
    count: int

    @property
    def why_closed(self) -> str:
        """Why the question cannot be put into use yet; empty when nothing is against it."""
        if not self.error_count:
            return ""
        sentence = ngettext(
            "Available once the %(num)d error under Checks is fixed.",
            "Available once the %(num)d errors under Checks are fixed.",
            self.error_count,
        )
        return str(sentence)


def checks_of(question: Question) -> Checks:
    """Run the checks and the notes on the wording, and sort them under their headings."""
    found = [*check(question), *notes(question)]
    groups = []
    placed: set[str] = set()
    count = 0
    for title, all_named in CHECKS:
        named = [(name, codes) for name, codes in all_named if _is_asked(question, codes)]
        codes = frozenset[str]().union(*(codes for _name, codes in named))
        placed |= codes
        count += len(named)
        groups.append(
            Group(
                title,
                [(finding, _sentence(finding)) for finding in found if finding.code in codes],
                [name for name, codes in named if not any(finding.code in codes for finding in found)],
            )
        )
    others = [(finding, _sentence(finding)) for finding in found if finding.code not in placed]
    groups[-1].found.extend(others)
    return Checks(
        groups=groups,
        error_count=sum(has_errors([finding]) for finding in found),
        passed_count=sum(len(group.passed) for group in groups),
        count=count,
    )


def _is_asked(question: Question, codes: Collection[str]) -> bool:
    return all(question.type in _BY_TYPE[code] for code in codes if code in _BY_TYPE)


def _sentence(finding: Finding) -> str:
    return findings.sentence(finding, phrases.FINDINGS)
