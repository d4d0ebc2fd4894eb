"""What the forms of reports take, for every kind."""

from __future__ import annotations

from typing import Any

from tests.campaigns.making import CODE, PERIOD

ASKED: dict[str, Any] = {"language": "en", "people": "none", "comment": ""}
FORMS_OF_REPORTS: dict[str, dict[str, Any]] = {
    "reports.new_analysis": {
        **{"quiz": "harassment-checkpoint", "cohort": "", "taken_in": "", "parts": ["summary"]},
        **ASKED,
    },
    "reports.new_golive": {"cohort": "tokyo-a", "parts": ["summary"], **ASKED},
    "reports.new_transcript": {"person": "", "parts": ["attempts"], **ASKED},
    "reports.new_acknowledgements": {"module": "HAR", "version": "", "parts": ["summary"], **ASKED},
    "reports.new_campaign": {"run": f"{CODE}/{PERIOD}", "parts": ["summary"], **ASKED},
    "reports.new_monthly": {"month": "2026-11", "vendor": "", "parts": ["summary"], **ASKED},
}
