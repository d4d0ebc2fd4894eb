"""People who leave a cohort, for good or for another one."""

from __future__ import annotations

from lms.accounts.models import Person
from lms.cohorts.actions import enrol
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.queries.moves import open_assignment_ids
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.kit.problems import Conflict, Invalid
from lms.quizzes.actions.assignments import remove_assignee


def leave(cohort: Cohort, person: Person, reason: str, *, to: Cohort | None, by: Person) -> None:
    """Take a person out of a cohort, for a reason that is kept; ``to`` takes them in and gives them its quizzes.

    What the old cohort has given and they have not begun is theirs no more. Raises ``Conflict`` when they have left
    already, ``Invalid`` on ``to`` when that cohort cannot take them in.
    """
    enrolment = db.session.get(Enrolment, (cohort.id, person.id), with_for_update=True, populate_existing=True)
    if enrolment is None or enrolment.left_at is not None:
        raise Conflict("cohort.left_already")
    now = clock.now()
    remove_assignee(open_assignment_ids(cohort, now), person.id)
    enrolment.left_at, enrolment.left_reason = now, reason
    db.session.flush()
    journal.record(
        "cohort.leave",
        actor=by.code,
        object=cohort.code,
        chain_id=cohort.site.vendor_id,
        people=[person.code],
        to=to.code if to else None,
    )
    if to is None:
        return
    try:
        enrol(to, [person], by=by, at=now)
    except Invalid as problem:
        raise Invalid(problem.code, field="to", **problem.facts) from problem
