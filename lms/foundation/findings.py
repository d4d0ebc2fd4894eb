"""Findings of file checks as people read them: the sentence in their language, and the JSON of the commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.kit.findings import Finding


def sentence(finding: Finding, phrases: Mapping[str, Any]) -> str:
    """The sentence of a finding; every code of a feature stands in its ``phrases.FINDINGS``."""
    template = str(phrases[finding.code])
    return template % finding.facts if finding.facts else template


def as_json(finding: Finding, phrases: Mapping[str, Any]) -> dict[str, Any]:
    """A finding in the shape that the commands print."""
    return {
        "level": finding.level.value,
        "line": finding.line,
        "column": finding.column,
        "code": finding.code,
        "message": sentence(finding, phrases),
    }
