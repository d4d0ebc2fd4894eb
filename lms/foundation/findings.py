"""Findings of file checks as people read them: the sentence in their language, and the JSON of the commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from lms.kit.findings import Finding


def sentence(finding: Finding, phrases: Mapping[str, Any]) -> str:
    """The sentence of a finding; every code of a feature stands in its ``phrases.FINDINGS``.

    What stands there is a sentence, or makes one of the facts. A fact of several words is joined as the language does.
    """
    phrase = phrases[finding.code]
    if callable(phrase):
        return str(phrase(finding.facts))
    facts = {name: joined(fact) for name, fact in finding.facts.items()}
    return str(phrase) % facts if facts else str(phrase)


def joined(fact: Any) -> Any:
    """A fact as a sentence takes it; several words stand as a list of the reader's language."""
    return _(", ").join(map(str, fact)) if isinstance(fact, tuple) else fact


def as_json(finding: Finding, phrases: Mapping[str, Any]) -> dict[str, Any]:
    """A finding in the shape that the commands print."""
    return {
        "level": finding.level.value,
        "line": finding.line,
        "column": finding.column,
        "code": finding.code,
        "message": sentence(finding, phrases),
    }
