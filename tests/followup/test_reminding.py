"""Owners are reminded of what should have been over: on the day after, once, in the daily mail whatever they chose."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.followup import actions
from lms.followup.core.kinds import ActionKind
from lms.followup.core.states import ActionState
from lms.followup.core.wishes import Wish
from lms.followup.models import CorrectiveAction
from lms.followup.queries.opening import named_of
from lms.foundation import clock, notices
from lms.foundation.db import db
from lms.notifications.models import Notice
from tests.conftest import Unit
from tests.followup.following import DUE, LOCALIZER, QA, open_one
from tests.quizzes import sitting

pytestmark = pytest.mark.usefixtures("sample")
TOKYO = ZoneInfo("Asia/Tokyo")
MIDNIGHT = datetime.combine(DUE + timedelta(days=1), time(), TOKYO)


def reminded(about: int) -> list[tuple[str, bool]]:
    """Who was reminded of an action, and whether it waits to be read."""
    query = select(Person.login, Notice.read_at).join(Person, Person.id == Notice.person_id)
    rows = db.session.execute(query.where(Notice.kind == "followup.overdue", Notice.about == str(about)))
    return [(login, read_at is None) for login, read_at in rows]


def remind(at: datetime) -> None:
    with clock.fixed(at.astimezone(UTC)):
        actions.remind_owners()


def changed(action: CorrectiveAction, *, state: str = "open", owner: str = LOCALIZER, due_on: date = DUE) -> None:
    wish = Wish(ActionState(state), sitting.person(owner).id, due_on, "", "")
    actions.change(action, wish, named_of(action), revision=action.revision, by=sitting.person(QA))


def test_an_owner_is_reminded_once_when_the_day_is_over_where_they_are(unit: Unit) -> None:
    with unit():
        action = open_one(ActionKind.LOCALIZE, owner=LOCALIZER, question="HAR-014")
        action.owner.own_zone_name = TOKYO.key
        remind(MIDNIGHT - timedelta(minutes=1))
        assert reminded(action.id) == []
        remind(MIDNIGHT)
        assert reminded(action.id) == [(LOCALIZER, True)]
        assert "followup.overdue" in notices.required_kinds()
        notice = db.session.scalars(select(Notice).where(Notice.kind == "followup.overdue")).one()
        said = notices.sentence(notice.kind, notice.facts, TOKYO)
        assert "HAR-014" in said
        assert notices.path(notice.kind, notice.facts) == f"/actions/{action.id}"
        notice.read_at = clock.now()
        remind(MIDNIGHT + timedelta(hours=1))
        assert reminded(action.id) == [(LOCALIZER, False)]


def test_a_later_day_is_waited_for_and_what_is_done_is_not_asked_for(unit: Unit) -> None:
    with unit():
        action = open_one(ActionKind.LOCALIZE, owner=LOCALIZER, question="HAR-014")
        later = DUE + timedelta(days=7)
        remind(MIDNIGHT + timedelta(days=1))
        changed(action, due_on=later)
        assert reminded(action.id) == [(LOCALIZER, False)]
        remind(MIDNIGHT + timedelta(days=2))
        assert reminded(action.id) == [(LOCALIZER, False)]
        remind(MIDNIGHT + timedelta(days=8))
        assert reminded(action.id) == [(LOCALIZER, True)]
        changed(action, state="done", due_on=later)
        remind(MIDNIGHT + timedelta(days=9))
        assert reminded(action.id) == [(LOCALIZER, False)]
