"""People who take the sample's checkpoint, one by one or as a class of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.foundation import clock
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.core.answers import Event
from tests.analysis.page import QUIZ
from tests.quizzes import sitting


def take(person: Person, locale: str, wrong: Collection[int] = ()) -> None:
    """One whole attempt: everything right but these positions."""
    attempt = quizzes.open_attempt(person, sitting.assignment_id(person), locale=locale)
    for row in attempt.questions:
        row.shown_at = clock.now()
    events = [
        Event(1, n, n, locale, (sitting.wrong_answer if n in wrong else sitting.right_answer)(attempt, n))
        for n in range(1, len(attempt.questions) + 1)
    ]
    quizzes.save_events(sitting.own_access(person), attempt.id, events)
    quizzes.submit(sitting.own_access(person), attempt.id)


def make_class(code: str, languages: Sequence[str], *, enrolled: bool = True) -> list[Person]:
    """A further cohort in Tokyo with one person for each language. The first misses nothing, the next one question …

    With ``enrolled`` false the people belong to no cohort.
    """
    tokyo_a = cohort_queries.find_cohort("tokyo-a")
    assert tokyo_a is not None
    names = {"en": f"Class {code}", "ja": f"クラス{code}"}
    command = cohorts.NewCohort(code, names, tokyo_a.site, tokyo_a.template, tokyo_a.go_live_on, trainers=[])
    made = cohorts.create_cohort(command, by=None)
    people = [
        accounts.create_person(
            accounts.NewPerson(f"{code}{n}@site.example", f"{code} {n}", "", tokyo_a.site, locale, (Role.LEARNER,)),
            by=None,
        )
        for n, locale in enumerate(languages)
    ]
    quizzes.assign(
        quiz_queries.get_quiz(QUIZ),
        [person.id for person in people],
        opens_at=clock.now(),
        due_at=clock.now() + timedelta(days=1),
        zone_name="Asia/Tokyo",
        by=None,
    )
    for n, person in enumerate(people):
        take(person, person.locale, wrong=range(1, n + 1))
    if enrolled:
        cohorts.enrol(made, people, by=None)
    return people
