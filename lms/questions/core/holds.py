"""Why a question is held from quizzes, and when it may be drawn again."""

from __future__ import annotations

from enum import StrEnum

from lms.kit.problems import Invalid
from lms.questions.core.formats.plain import has_controls

LONGEST_REASON = 500


class HoldCause(StrEnum):
    """What holds a question: a rule that it rests on has changed, or somebody who says why."""

    RULE_CHANGE = "rule_change"
    BY_HAND = "by_hand"


def reason_from(typed: str) -> str:
    """The reason as it is kept; raises ``Invalid`` when there is none, or too much of it.

    >>> reason_from("  The key is doubtful. ")
    'The key is doubtful.'
    """
    reason = " ".join(typed.split())
    if not reason or len(reason) > LONGEST_REASON or has_controls(reason):
        raise Invalid("question.hold_reason", field="reason", most=LONGEST_REASON)
    return reason
