"""What the tests of recurring quizzes have in common: one that opens on the 16th, for all learners of the sample."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from lms.accounts.models import Person
from lms.campaigns import actions, queries
from lms.campaigns.core.recurrence import Repeat, Rule
from lms.campaigns.core.who import Who
from lms.campaigns.models import Campaign, Leave
from lms.foundation.db import db
from lms.quizzes import queries as quizzes
from lms.quizzes.core.reminders import Reminders

CODE, PERIOD = "monthly", "2026-11"
RULE = Rule(Repeat.DAY_OF_MONTH, date(2026, 11, 1), time(9), time(18), 8, day=16)


def plan(**changes: object) -> actions.Plan:
    made = actions.Plan(
        title_text={"en": "Monthly refresher", "ja": "月例テスト"},
        quiz=quizzes.get_quiz("harassment-checkpoint"),
        rule=RULE,
        who=Who(roles=("learner",), skips_training=False),
        reminders=Reminders(days_before=3, on_last_day=True, to_lead=True),
        fresh_days=90,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def make_campaign() -> Campaign:
    """The campaign with its run of November, which is opened, or put in step with people."""
    campaign = queries.find_campaign(CODE) or actions.create(CODE, plan(), by=None)
    actions.open_due_runs()
    actions.keep_open_runs()
    return campaign


def make_leave(person: Person) -> int:
    """Leave of somebody in the last days of November; its id."""
    leave = db.session.query(Leave).filter_by(person_id=person.id).one_or_none()
    if leave is None:
        actions.note_leave([person], date(2026, 11, 25), date(2026, 11, 30), by=person)
        leave = db.session.query(Leave).filter_by(person_id=person.id).one()
    return leave.id


def forms_of_campaigns(learner: str) -> dict[str, dict[str, Any]]:
    """In the order of their addresses a campaign is changed, ended, and a run of it skipped."""
    campaign = {
        **{"title_en": "New", "title_ja": "新規", "quiz": "harassment-checkpoint", "fresh_days": "90"},
        **{"repeat": "first_workday", "day": "1", "every": "1", "starts_on": "2026-11-01", "on_holiday": "next"},
        **{"opens": "09:00", "due_days": "8", "due": "18:00", "days_before": "3", "roles": ["learner"]},
        "passed_days": "14",
    }
    return {
        "campaigns.new": {**campaign, "code": "weekly"},
        "campaigns.edit": {**campaign, "revision": "1"},
        "campaigns.end": {"revision": "2"},
        "campaigns.skip": {"period": "2026-12"},
        "campaign_runs.excuse": {"people": learner, "reason": "On a course."},
        "leave.index": {"people": learner, "first_on": "2026-12-01", "last_on": "2026-12-14"},
    }
