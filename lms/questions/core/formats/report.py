"""What reading a file of questions gave: the questions that were understood, and findings for all that was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.kit.findings import Finding
from lms.questions.core.question import Question
from lms.questions.core.types import TYPES


@dataclass(frozen=True, slots=True)
class Placed:
    """A question with the line where it starts; ``named`` says whether its id is the file's own.

    What a format calls feedback is the rationale here: per option, and for the whole.
    """

    question: Question
    line: int
    named: bool = True
    category: tuple[str, ...] = ()
    file: str | None = None
    """The name of its file, where several are read at once."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An item that was not taken because of an error; ``id`` is None where the file names none."""

    id: str | None
    line: int
    file: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The item as ``flask questions import --json`` lists it."""
        return {"id": self.id, "line": self.line} | ({"file": self.file} if self.file else {})


@dataclass(frozen=True, slots=True)
class Reading:
    """Every item of the file stands in ``questions`` or has a finding with its place.

    ``left_out`` are the items of which an error was found.
    """

    format: str
    encoding: str
    questions: tuple[Placed, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...] = ()


def as_json(placed: Placed) -> dict[str, Any]:
    """A question in the shape of ``flask questions check``."""
    question = placed.question
    listed = question.options or question.items
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
                "feedback": dict(option.rationale),
            }
            for option in listed
        ],
        "answers": TYPES[question.type].answers(question),
        "feedback": dict(question.rationale),
        "rationale": dict(question.rationale),
        "tags": list(question.tags),
        "sections": list(question.sections),
    }
