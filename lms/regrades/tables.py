"""The table of everybody whom a regrade concerns, for CSV: codes and no names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from lms.foundation.locale import localized
from lms.kit.tables import Column, Kind, Table
from lms.quizzes.core.passing import shown_points
from lms.quizzes.core.regrading import Direction, Standing
from lms.regrades import phrases
from lms.regrades.queries import Move


def people(moves: Sequence[Move], cohorts: Mapping[str, Mapping[str, str]]) -> Table:
    """A line for each attempt of which the score changes."""
    columns = (
        Column(_("Person")),
        Column(_("Cohort")),
        Column(_("Attempt"), Kind.COUNT),
        Column(_("Points before"), Kind.FIGURE),
        Column(_("Of, before"), Kind.FIGURE),
        Column(_("Passed before")),
        Column(_("Points after"), Kind.FIGURE),
        Column(_("Of, after"), Kind.FIGURE),
        Column(_("Passed after")),
        Column(_("Score")),
        Column(_("What follows")),
    )
    rows = tuple(
        (
            move.code,
            localized(cohorts[move.cohort]) if move.cohort else _("No cohort"),
            move.attempt_no,
            *_standing(move.before),
            *_standing(move.after),
            {Direction.GAIN: _("Gains"), Direction.LOSE: _("Loses"), Direction.STAY: _("Stays")}[move.direction],
            str(phrases.FOLLOWS[move.follows]) if move.follows else "",
        )
        for move in moves
        if move.is_changed
    )
    return Table(_("Regrade"), columns, rows)


def _standing(standing: Standing) -> tuple[float, float, str]:
    passed = _("Pass") if standing.passed else _("Not yet passed")
    return float(shown_points(standing.score)), float(shown_points(standing.maximum)), passed
