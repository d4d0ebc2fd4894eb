"""What the forms of reports take, for every kind."""

from __future__ import annotations

from typing import Any

ASKED: dict[str, Any] = {"language": "en", "people": "none", "comment": ""}
FORMS_OF_REPORTS: dict[str, dict[str, Any]] = {
    "reports.new_analysis": {
        **{"quiz": "harassment-checkpoint", "cohort": "", "taken_in": "", "parts": ["summary"]},
        **ASKED,
    },
}
