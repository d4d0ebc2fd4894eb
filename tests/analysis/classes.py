"""People who take the sample's checkpoint, one by one or as a class of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from types import MappingProxyType

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.models import Cohort
from lms.foundation import clock
from lms.quizzes import actions as quizzes
from lms.quizzes import queries as quiz_queries
from lms.quizzes.core.answers import Event
from tests.analysis.page import QUIZ
from tests.quizzes import sitting


def take(
    person: Person,
    locale: str,
    wrong: Collection[int | str] = (),
    instead: Mapping[str, str] = MappingProxyType({}),
    *,
    given: int | None = None,
) -> None:
    """One whole attempt: everything right but these questions (by position or code), and for some another option.

    ``given`` is the assignment, the first one of the person if none is named.
    """
    attempt = quizzes.open_attempt(person, given or sitting.assignment_id(person), locale=locale)
    for row in attempt.questions:
        row.shown_at = clock.now()
    events = []
    for row in attempt.questions:
        n, code = row.position, row.question_version.question.code
        given = {"option": instead[code]} if code in instead else None
        answer = given or (sitting.wrong_answer if {n, code} & set(wrong) else sitting.right_answer)(attempt, n)
        events.append(Event(1, n, n, locale, answer))
    quizzes.save_events(sitting.own_access(person), attempt.id, events)
    quizzes.submit(sitting.own_access(person), attempt.id)


def make_class(code: str, languages: Sequence[str], *, enrolled: bool = True) -> list[Person]:
    """A further cohort in Tokyo with one person for each language. The first misses nothing, the next one question …

    With ``enrolled`` false the people belong to no cohort.
    """
    made, people = _given_the_quiz(code, languages)
    for n, person in enumerate(people):
        take(person, person.locale, wrong=range(1, n + 1))
    if enrolled:
        cohorts.enrol(made, people, by=None)
    return people


def make_class_against_a_key(code: str, size: int, question: str, option: str) -> list[Person]:
    """A further cohort of all abilities, in both languages in turn, in which who knows takes ``option`` of a question.

    Who knows which question follows from ability and luck. Who does not know this one takes its key, or another option.
    """
    made, people = _given_the_quiz(code, ["ja" if n % 2 else "en" for n in range(size)])
    quiz = quiz_queries.get_quiz(QUIZ)
    listed = quiz_queries.list_quiz_questions(quiz_queries.load_current_versions([quiz.id])[quiz.id])
    for n, person in enumerate(people):
        ability = 0.3 + 0.7 * n / size
        unknown = {row.question.code for row in listed if luck(code, n, row.question.code) > ability}
        wrong = unknown - {question} if n % 2 else unknown
        take(person, person.locale, wrong, {} if question in unknown else {question: option})
    cohorts.enrol(made, people, by=None)
    return people


def _given_the_quiz(code: str, languages: Sequence[str]) -> tuple[Cohort, list[Person]]:
    """A cohort without anybody in it, and people who have the quiz still to take."""
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
    give(people)
    return made, people


def give(people: Sequence[Person]) -> int:
    """Assign the quiz from now on; the assignment."""
    given = quizzes.assign(
        quiz_queries.get_quiz(QUIZ),
        [person.id for person in people],
        opens_at=clock.now(),
        due_at=clock.now() + timedelta(days=1),
        zone_name="Asia/Tokyo",
        by=None,
    )
    return given.id


def luck(*told: str | int) -> float:
    """Between 0 and 1, the same each time."""
    return int.from_bytes(sha256(repr(told).encode()).digest()[:4]) / 2**32
