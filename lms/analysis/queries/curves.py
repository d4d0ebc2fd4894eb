"""The fitted curves of a quiz's questions, and whether they still are those of its answers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from lms.analysis.core.irt import Curve, Unfitted, probability
from lms.analysis.core.responses import Responses
from lms.analysis.models import CurveFit
from lms.analysis.queries import Analysis
from lms.foundation.db import db
from lms.foundation.jobs import Job, JobState
from lms.kit.figures import INDICATIVE

ABILITIES = np.linspace(-3, 3, 25)
"""Where a curve is drawn: nearly everybody lies within three standard deviations."""


@dataclass(frozen=True, slots=True)
class FittedCurves:
    """The curves of a quiz, the flattest first and those that have none last, and the job that fits them.

    There are none until the first fit. ``is_current`` says that no answer has come or been regraded since.
    """

    curves: Sequence[Curve] = ()
    fitted_at: datetime | None = None
    is_current: bool = False
    job: Job | None = None

    @property
    def is_being_made(self) -> bool:
        return self.job is not None and self.job.is_unfinished

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state == JobState.FAILED

    @staticmethod
    def points(curve: Curve) -> list[tuple[float, float]]:
        """Of a curve that has figures: (ability, chance of a right answer), from left to right."""
        if curve.a is None or curve.d is None:
            return []
        return list(zip(ABILITIES.tolist(), probability(curve.a, curve.d, ABILITIES).tolist(), strict=True))


def load_curves(found: Analysis) -> FittedCurves | None:
    """The curves of the questions of an analysis without filters; None where there are too few people for any."""
    if len(found.responses.people) < INDICATIVE:
        return None
    fit = db.session.get(CurveFit, found.quiz.id)
    if fit is None:
        return FittedCurves()
    curves = [_curve(figures) for code, figures in fit.curves.items() if code in found.facts]
    curves.sort(key=lambda curve: (math.inf if curve.a is None else curve.a, curve.item))
    return FittedCurves(curves, fit.fitted_at, fit.basis_sha256 == basis_sha256(found.responses), fit.job)


def _curve(figures: dict[str, object]) -> Curve:
    reason = figures["reason"]
    return Curve(**{**figures, "reason": Unfitted(str(reason)) if reason else None})  # type: ignore[arg-type]


def basis_sha256(responses: Responses) -> str:
    """The answers that curves are fitted to, in few letters: who has which question right, and what they had."""
    told = hashlib.sha256(repr([item.code for item in responses.items]).encode())
    told.update(np.packbits(responses.available).tobytes())
    told.update(np.packbits(responses.right & responses.available).tobytes())
    return told.hexdigest()
