"""The panel of checks: what stands against a question, and what it passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import ngettext

from lms.foundation import findings
from lms.kit.findings import Finding, has_errors
from lms.questions import phrases
from lms.questions.core.checks import check
from lms.questions.core.question import Question
from lms.questions.core.writing import notes

_OF_CASES = frozenset({"question.weights-sum"})
"""Only a case has weights."""


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
    for title, all_named in phrases.CHECKS:
        named = [(name, codes) for name, codes in all_named if question.parts or codes != _OF_CASES]
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


def _sentence(finding: Finding) -> str:
    return findings.sentence(finding, phrases.FINDINGS)
