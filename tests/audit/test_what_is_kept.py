"""What a change says of itself in the trail: the values before and after, but of people no names."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts import granting
from lms.accounts.core.roles import Role
from lms.accounts.models import Person, RoleProposal
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.sites import actions as sites
from lms.sites.models import Site
from tests.audit.test_list import listed
from tests.cast import Cast
from tests.conftest import Unit, Visitor


def details(action: str) -> list[dict[str, object]]:
    journal.link(db.session())
    return [entry.detail for entry in db.session.scalars(select(AuditEvent).where(AuditEvent.action == action))]


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()


@pytest.fixture
def changed_site(unit: Unit, cast: Cast) -> None:
    with unit():
        site = db.session.get_one(Site, cast.tokyo)
        change = sites.SiteChange({"en": "Tokyo East", "ja": "東京東"}, "Asia/Tokyo", "JP", None, [5, 6])
        sites.change_site(site, change, actor=cast.admin, revision=1)


@pytest.mark.usefixtures("changed_site")
def test_a_place_tells_what_it_was_before(unit: Unit, admin: Visitor) -> None:
    with unit():
        assert details("site.change") == [
            {
                "before": {"name_text": {"en": "Tokyo", "ja": "東京"}},
                "after": {"name_text": {"en": "Tokyo East", "ja": "東京東"}},
            }
        ]
    [entry] = listed(admin, "?action=site.change")
    assert "Name: Tokyo → Tokyo East" in entry
    [entry] = listed(admin, "?action=site.change&lang=ja")
    assert "東京 → 東京東" in entry


def test_own_settings_are_written_down_without_a_name(unit: Unit, cast: Cast) -> None:
    with unit():
        learner = person(cast.learner)
        accounts.change_profile(
            learner, locale="ja", own_zone_name=None, reading="たかはし", wants_digest=True, revision=1
        )
        assert details("person.change") == [{"changed": ["locale", "reading"]}]


def test_a_role_that_waits_for_somebody_who_leaves_is_declined(unit: Unit, cast: Cast) -> None:
    with unit():
        learner, admin = person(cast.learner), person(cast.admin)
        db.session.add(RoleProposal(person=learner, role=Role.QA, proposer=admin, proposed_at=clock.now()))
        db.session.flush()
        granting.withdraw_proposals(learner, by=admin)
        assert details("role.decline") == [{"role": "qa"}]
