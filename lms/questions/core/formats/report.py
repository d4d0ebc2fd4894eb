"""What reading a file of questions gave: the questions that were understood, and findings for all that was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.kit.findings import Finding
from lms.questions.core.question import Question


@dataclass(frozen=True, slots=True)
class Placed:
    """A question with the line where it starts; ``named`` says whether its id is the file's own."""

    question: Question
    line: int
    named: bool = True
    category: tuple[str, ...] = ()
    feedback: Mapping[str, Mapping[str, str]] | None = None
    """Feedback per option id, and for the whole under ``""``, where the format has it apart from rationales."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Every item of the file stands in ``questions`` or has a finding with its place."""

    format: str
    encoding: str
    questions: tuple[Placed, ...]
    findings: tuple[Finding, ...]


def as_json(placed: Placed) -> dict[str, Any]:
    """A question in the shape of ``flask questions check``."""
    question = placed.question
    feedback = placed.feedback or {}
    parts = [
        {
            "part": part.name.value,
            "weight": part.weight,
            "option": option.section or option.id,
            "fraction": float(option.fraction),
        }
        for part in question.parts
        for option in part.options
    ]
    return {
        "id": question.id if placed.named else None,
        "line": placed.line,
        "type": question.type.value,
        "name": dict(question.name),
        "category": list(placed.category),
        "prompt": dict(question.prompt),
        "options": [
            {
                "text": dict(option.text),
                "fraction": float(option.fraction),
                "feedback": dict(feedback.get(option.id, option.rationale)),
            }
            for option in question.options
        ],
        "answers": parts,
        "feedback": dict(feedback.get("", {})),
        "rationale": dict(question.rationale),
        "tags": list(question.tags),
        "sections": list(question.sections),
    }
