"""The drawn paper: which question stands where and in which order its options are shown, from a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lms.kit.shuffles import shuffled, shuffled_by

Ordering = Callable[[Sequence[str]], Sequence[str]]
OptionOrder = Mapping[str, Sequence[str]]
"""The ids of the options in the order shown, by group: ``{"options": [...]}``, in a case one group per part."""


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """A question that may stand on the paper. ``order_options`` orders its options with the ordering it is given."""

    question_version_id: int
    code: str
    key_n: int
    order_options: Callable[[Ordering], OptionOrder]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row of the drawn paper; positions count from 1."""

    position: int
    question_version_id: int
    key_n: int
    option_order: OptionOrder
    max_thousandths: int


def draw(questions: Sequence[PaperQuestion], *, seed: str, shuffle: bool, max_thousandths: int) -> list[PaperRow]:
    """Draw the paper of a fixed list. The same seed draws the same paper, on every machine."""
    placed = shuffled_by(f"{seed}:paper", questions, lambda question: question.code) if shuffle else list(questions)
    return [
        PaperRow(
            position=position,
            question_version_id=question.question_version_id,
            key_n=question.key_n,
            option_order=question.order_options(_ordering(seed, question.code, shuffle)),
            max_thousandths=max_thousandths,
        )
        for position, question in enumerate(placed, start=1)
    ]


def _ordering(seed: str, code: str, shuffle: bool) -> Ordering:
    return (lambda names: shuffled(f"{seed}:{code}", names)) if shuffle else list
