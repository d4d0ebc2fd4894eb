"""Findings of file checks as people read them: the sentence in their language, and the JSON of the commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.kit.findings import Finding, Level

LEVELS: Mapping[Level, Any] = {
    Level.ERROR: _l("error"),
    Level.DROPPED: _l("dropped"),
    Level.CHANGED: _l("changed"),
    Level.WARNING: _l("warning"),
    Level.INFO: _l("note"),
}
"""What a level is called in a line of a command."""


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


def line(finding: Finding, phrases: Mapping[str, Any]) -> str:
    """A finding as a line of a command: place, level, sentence."""
    place = f"{finding.line}:{finding.column or 1}" if finding.line else "-"
    file = f"{finding.facts['file']}:" if "file" in finding.facts else ""
    told = sentence(finding, phrases)
    level = LEVELS[finding.level]
    return str(_("%(place)s %(level)s: %(sentence)s", place=f"{file}{place}", level=level, sentence=told))


def as_json(finding: Finding, phrases: Mapping[str, Any]) -> dict[str, Any]:
    """A finding in the shape that the commands print."""
    return {
        "level": finding.level.value,
        "line": finding.line,
        "column": finding.column,
        "code": finding.code,
        "message": sentence(finding, phrases),
    }
