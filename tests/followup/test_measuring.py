"""What is measured after an action is the figure that the analysis shows, on the answers given since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lms.analysis import queries as analysis
from lms.analysis.queries import Filters
from lms.followup.core.kinds import ActionKind
from lms.followup.core.states import ActionState
from lms.followup.models import CorrectiveAction
from lms.followup.queries.measuring import load_after, load_before, load_effects
from lms.foundation import clock
from lms.foundation.db import db
from lms.quizzes import queries as quizzes
from tests.conftest import Unit
from tests.followup.following import QUIZ, open_one

pytestmark = pytest.mark.usefixtures("sample")
LONG_AGO = timedelta(days=3000)


def done(action: CorrectiveAction, ago: timedelta) -> CorrectiveAction:
    action.state, action.closed_at, action.closed_by = ActionState.DONE, clock.now() - ago, action.owner_id
    db.session.flush()
    return action


def test_over_all_answers_the_figures_are_those_of_the_analysis(unit: Unit) -> None:
    with unit():
        facility = done(open_one(ActionKind.REVIEW, question="HAR-014"), LONG_AGO)
        section = done(open_one(ActionKind.SECTION, section="HAR/unwanted-contact"), LONG_AGO)
        cohort = done(open_one(ActionKind.REFRESHER, cohort="osaka-b"), LONG_AGO)
        after = load_after([facility, section, cohort])
        found = analysis.load_analysis(quizzes.get_quiz(QUIZ), Filters())
        assert found is not None
        item = next(entry.figures for entry in found.health if entry.item == "HAR-014")
        assert after[facility.id].n == item.n
        assert after[facility.id].value == pytest.approx(item.facility)
        assert after[facility.id].interval == item.interval
        told = next(one for one in found.missed if one.section == "HAR/unwanted-contact")
        assert (after[section.id].n, after[section.id].value) == (told.n, pytest.approx(told.facility))
        assert facility.baseline["value"] == pytest.approx(item.facility)
        of_cohort = analysis.load_analysis(quizzes.get_quiz(QUIZ), Filters(cohort="osaka-b"))
        assert of_cohort is not None
        assert after[cohort.id].n == of_cohort.summary.attempts
        assert cohort.baseline["value"] == pytest.approx(of_cohort.summary.mean)


def test_what_is_just_done_has_no_effect_yet_and_costs_few_statements(unit: Unit) -> None:
    with unit():
        action = done(open_one(ActionKind.REVIEW, question="HAR-014"), timedelta())
        assert load_effects([action]) == {}
        before = load_before([action])[action.id]
        assert before.kept == pytest.approx(action.baseline)
        action.closed_at = clock.now() - LONG_AGO
        db.session.flush()
        effect = load_effects([action])[action.id]
        assert effect.change == pytest.approx(0)
        assert effect.outcome == "unclear"
