"""What carries an action out: a refresher on the timetable, practice for one person."""

from __future__ import annotations

from datetime import date, time

from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts.actions import sessions
from lms.cohorts.core.plan import StepKind
from lms.cohorts.models import Cohort, TrainingSession
from lms.followup.actions.tracking import record_change
from lms.followup.core.states import ActionState
from lms.followup.models import CorrectiveAction
from lms.foundation import clock
from lms.foundation.db import db, hold
from lms.foundation.locale import LOCALES, localized, speaking
from lms.kit.problems import Conflict
from lms.quizzes import queries as quizzes
from lms.quizzes.actions.practising import practise
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.grading import Outcome
from lms.quizzes.models import Assignment, Attempt


def put_on_timetable(
    action: CorrectiveAction, cohort: Cohort, *, on: date, starts: time, minutes: int, by: Person
) -> TrainingSession:
    """Put a refresher on the timetable of its cohort; the action is under way then.

    Raises ``Invalid`` where it cannot take place.
    """
    hold(action)
    plan = sessions.SessionPlan(
        kind=StepKind.MEETING,
        title_text=_titles(action),
        detail_text={},
        on=on,
        starts=starts,
        minutes=minutes,
        room_id=None,
        trainer_id=action.owner_id if any(one.person_id == action.owner_id for one in cohort.trainers) else None,
    )
    session = sessions.add_session(cohort, plan, by=by)
    if action.state == ActionState.OPEN:
        action.state = ActionState.UNDER_WAY
        action.revision += 1
        db.session.flush()
        record_change(action, by)
    return session


def _titles(action: CorrectiveAction) -> dict[str, str]:
    """What the session is called on the timetable: by the quiz that it is about, in every language."""
    titles = {}
    for locale in LOCALES:
        with speaking(locale):
            titles[locale] = _("Refresher: %(quiz)s", quiz=localized(action.quiz.title_text))
    return titles


def start_practice(action: CorrectiveAction, person: Person, *, locale: str) -> Attempt:
    """Open the practice that an action offers, from what the person missed in its quiz; nobody else sees it.

    Raises ``Conflict`` where there is no result, or nothing left that a quiz may not still ask.
    """
    source = find_source(action, person)
    if source is None:
        raise Conflict("followup.no_attempt")
    run = quizzes.load_current_runs([source.id], with_items=True).get(source.id)
    missed = {item.position for item in run.items if item.outcome != Outcome.RIGHT} if run else set()
    if action.section is not None:
        paper = quizzes.load_standings(source.id)
        name = action.section.full_name
        missed = {place for place in missed if place in paper and paper[place].section == name} or {
            place for place, asked in paper.items() if asked.section == name
        }
    return practise(person, source, missed, locale=locale, is_variant=False)


def find_source(action: CorrectiveAction, person: Person) -> Attempt | None:
    """The newest finished attempt of a person in the quiz of an action."""
    query = (
        select(Attempt)
        .join(Assignment, Assignment.id == Attempt.assignment_id)
        .where(Attempt.person_id == person.id, Assignment.quiz_id == action.quiz_id)
        .where(Attempt.purpose == Purpose.ASSESSED, Attempt.closed_at.is_not(None), Attempt.closed_at <= clock.now())
        .where(Attempt.state != AttemptState.VOID)
        .order_by(Attempt.opened_at.desc())
        .limit(1)
    )
    return db.session.scalar(query)
