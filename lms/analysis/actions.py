"""What is done here: curves are fitted, by a job, since that takes seconds on many thousands of people."""

from __future__ import annotations

from dataclasses import asdict

from lms.analysis.core.irt import fit_2pl
from lms.analysis.models import CurveFit
from lms.analysis.queries import Filters, load_analysis
from lms.analysis.queries.curves import basis_sha256
from lms.foundation import clock, jobs, transaction
from lms.foundation.db import db, hold
from lms.quizzes.models import Quiz


def ask_for_curves(quiz: Quiz) -> None:
    """Have the curves of a quiz fitted to the answers as they are now; nothing where that is under way."""
    hold(quiz)  # two who ask at once ask for one fit
    fit = db.session.get(CurveFit, quiz.id)
    if fit is not None and fit.job.is_unfinished:
        return
    job = jobs.enqueue("analysis.fit_curves", quiz_id=quiz.id)
    if fit is None:
        db.session.add(CurveFit(quiz_id=quiz.id, job_id=job.id))
    else:
        fit.job = job


def fit_curves(quiz_id: int) -> None:
    """Fit the two-parameter logistic model to all first attempts of a quiz and keep its curves."""
    with transaction.unit(write=False):
        found = load_analysis(db.session.get_one(Quiz, quiz_id), Filters())
    if found is None:
        return
    curves = {curve.item: asdict(curve) for curve in fit_2pl(found.responses).curves}
    with transaction.unit():
        fit = db.session.get_one(CurveFit, quiz_id)
        fit.curves, fit.fitted_at, fit.basis_sha256 = curves, clock.now(), basis_sha256(found.responses)
