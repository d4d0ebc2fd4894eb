"""What the forms of reports take, for every kind."""

from __future__ import annotations

from typing import Any

from tests.campaigns.making import CODE, PERIOD

ASKED: dict[str, Any] = {"language": "en", "people": "none", "comment": ""}


def forms_of_reports(*, at_home: bool) -> dict[str, dict[str, Any]]:
    """By route; a cohort is one within reach of whoever is at home, or of those of the other vendor."""
    quiz = {"quiz": "harassment-checkpoint", "cohort": "", "taken_in": ""}
    return {
        "reports.new_analysis": {**quiz, "parts": ["summary"], **ASKED},
        "reports.new_golive": {"cohort": "tokyo-a" if at_home else "osaka-b", "parts": ["summary"], **ASKED},
        "reports.new_transcript": {"person": "", "parts": ["attempts"], **ASKED},
        "reports.new_acknowledgements": {"module": "HAR", "version": "", "parts": ["summary"], **ASKED},
        "reports.new_campaign": {"run": f"{CODE}/{PERIOD}", "parts": ["summary"], **ASKED},
        "reports.new_monthly": {"month": "2026-11", "vendor": "", "parts": ["summary"], **ASKED},
    }
