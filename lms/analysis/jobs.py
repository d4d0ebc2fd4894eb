"""Background entry points of result analysis."""

from __future__ import annotations

from lms.analysis import actions
from lms.foundation import jobs


@jobs.runs("analysis.fit_curves")
def fit_curves(quiz_id: int) -> None:
    """Fit the curves of a quiz's questions to the answers as they are now."""
    actions.fit_curves(quiz_id)
