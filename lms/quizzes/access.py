"""How far each scope reaches among attempts and assignments, and whose keys wait until a quiz is taken."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, or_, select, true

from lms.accounts import access as people_access
from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.access import Access, Scope
from lms.questions.access import register_withheld_criterion
from lms.questions.models import Question
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.models import Assignee, Assignment, Attempt, QuizQuestion, QuizVersion


def attempts(access: Access) -> ColumnElement[bool]:
    """The attempts that this access reaches. Practice is seen by nobody but the person."""
    reached = or_(false(), *(_attempts(access, scope) for scope in access.scopes))
    return reached & ((Attempt.purpose != Purpose.PRACTICE) | (Attempt.person_id == access.person_id))


def _attempts(access: Access, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.ALL:
            return true()
        case Scope.OWN:
            return Attempt.person_id == access.person_id
        case Scope.VENDOR:
            return Attempt.vendor_id == access.vendor_id
        case Scope.SITE:
            return Attempt.site_id == access.site_id
        case Scope.COHORT:
            own = access.reaching(frozenset({Scope.COHORT}))
            return Attempt.person_id.in_(select(Person.id).where(people_access.people(own)))


def still_to_take(access: Access) -> ColumnElement[bool]:
    """The questions of quizzes that this person has still to take, or is taking now: what is open outlives a window
    that was moved or ended meanwhile.
    """
    own = (Attempt.assignment_id == Assignment.id) & (Attempt.person_id == access.person_id)
    is_open, is_closed = (exists().where(own, state) for state in (_IS_OPEN, ~_IS_OPEN))
    now = clock.now()
    is_due = (Assignment.due_at > now) | ((Assignee.own_due_at > now) & Assignment.ended_at.is_(None))
    query = (
        select(QuizQuestion.question_id)
        .join(QuizVersion, QuizVersion.id == QuizQuestion.quiz_version_id)
        .join(Assignment, Assignment.quiz_id == QuizVersion.quiz_id)
        .join(Assignee, Assignee.assignment_id == Assignment.id)
        .where(Assignee.person_id == access.person_id, Assignment.purpose != Purpose.PRACTICE)
        .where(or_(is_open, is_due & ~is_closed))
    )
    return Question.id.in_(query)


_IS_OPEN = Attempt.state == AttemptState.OPEN

register_withheld_criterion(still_to_take)
