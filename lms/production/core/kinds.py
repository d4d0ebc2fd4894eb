"""What is imported from queue tools, and the kinds of error that a decision can have."""

from __future__ import annotations

from enum import StrEnum


class ImportKind(StrEnum):
    """Where decisions come from: a sample that QA has checked, or all that a queue tool wrote in a day."""

    AUDIT = "audit"
    DAILY = "daily"


class ImportState(StrEnum):
    """An import waits as a draft until it is applied; applied, it can be taken back as a whole."""

    DRAFT = "draft"
    APPLIED = "applied"
    TAKEN_BACK = "taken_back"


class ErrorKind(StrEnum):
    """What was wrong with a decision.

    False positive: acted on what was allowed. False negative: missed what was not. Wrong selection: the right decision
    with a wrong section or label. Technical: the tool failed, which says nothing of what somebody knows.
    """

    FALSE_POSITIVE = "false_positive"
    FALSE_NEGATIVE = "false_negative"
    WRONG_SELECTION = "wrong_selection"
    TECHNICAL = "technical"


OF_JUDGEMENT = (ErrorKind.FALSE_POSITIVE, ErrorKind.FALSE_NEGATIVE, ErrorKind.WRONG_SELECTION)
"""The errors that somebody made, as against those of the tool."""

LONGEST_CASE = 120
LONGEST_WORD = 80
"""Of a queue or a decision."""
