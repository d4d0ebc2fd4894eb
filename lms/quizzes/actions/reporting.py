"""Saying something of a question, from inside an attempt or after it, and answering that."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, NotFound
from lms.quizzes.core.reporting import MOST_OF_ONE_ATTEMPT, ReportKind, owed_at, text_from
from lms.quizzes.models import Attempt, QuestionReport
from lms.quizzes.queries import reports
from lms.sites.core import holiday_calendar

SENT, ANSWERED = "report.sent", "report.answered"
ABLE = "question.publish"
"""Whoever puts questions into use answers for them."""


def report(attempt: Attempt, position: int, kind: ReportKind, typed: str, *, locale: str, by: Person) -> QuestionReport:
    """Keep what somebody says of a question on their paper, and tell those who answer for it: without a name."""
    row = next((row for row in attempt.questions if row.position == position), None)
    if row is None or attempt.person_id != by.id:
        raise NotFound
    text = text_from(typed, "text")
    if reports.count_of(attempt.id) >= MOST_OF_ONE_ATTEMPT:
        raise Conflict("report.too_many")
    now = clock.now()
    site = by.site
    years = (now.year, now.year + 1)
    calendar = holiday_calendar.calendar(site.country, site.subdivision, site.weekend, years, frozenset())
    made = QuestionReport(
        person_id=by.id,
        attempt_id=attempt.id,
        position=position,
        question_version_id=row.question_version_id,
        kind=kind,
        locale=locale,
        text=text,
        sent_at=now,
        owed_at=owed_at(now, ZoneInfo(site.zone_name), calendar),
    )
    db.session.add(made)
    db.session.flush()
    code = row.question_version.question.code
    notices.tell(SENT, str(made.id), set(accounts.load_able(ABLE)) - {by.id}, code=code, report_id=made.id)
    return made


def answer(made: QuestionReport, typed: str, *, by: Person) -> None:
    """Answer once, and tell whoever asked. Raises ``Conflict`` when somebody else was quicker."""
    text = text_from(typed, "answer")
    hold(made)
    if made.answered_at is not None:
        raise Conflict("report.answered")
    made.answer, made.answered_at, made.answered_by = text, clock.now(), by.id
    db.session.flush()
    notices.settle(SENT, about=str(made.id))
    quiz_text = made.attempt.quiz_version.title_text
    people = [made.person_id]
    notices.tell(ANSWERED, str(made.id), people, report_id=made.id, position=made.position, quiz_text=quiz_text)
    code = made.question_version.question.code
    journal.record("question.answer", actor=by.code, object=f"{code} Q-{made.id}")
