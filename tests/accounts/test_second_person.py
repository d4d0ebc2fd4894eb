"""The rule of the second person as features ask it: who counts as somebody else, and what the journal is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from lms.accounts import actions, queries
from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.kit.problems import Refused
from tests.cast import Cast, make_cast
from tests.conftest import Unit


@pytest.fixture
def cast(unit: Unit) -> Cast:
    """The cast, with a second policy editor: the QA analyst."""
    with unit():
        made = make_cast()
        person(made.qa).grants[0].role = "editor"
        return made


def person(code: str) -> Person:
    return db.session.scalars(select(Person).where(Person.code == code)).one()


def give_password(*codes: str) -> None:
    for code in codes:
        person(code).password_hash = "not verified here"


def released(prepared_by: str, by: str) -> dict[str, str | bool]:
    return actions.check_release("policy.publish", prepared_by=person(prepared_by), by=person(by))


def test_the_journal_hears_who_prepared_it_or_that_there_was_nobody_else(unit: Unit, cast: Cast) -> None:
    with unit():
        assert released(cast.editor, cast.editor) == {"without_second_person": True}
        assert released(cast.editor, cast.qa) == {"prepared_by": cast.editor}


def test_whoever_prepared_it_waits_and_hears_who_can(unit: Unit, cast: Cast) -> None:
    with unit():
        give_password(cast.editor, cast.qa, cast.trainer)
        with pytest.raises(Refused) as refused:
            released(cast.editor, cast.editor)
        assert (refused.value.code, refused.value.facts) == ("release.waits", {"people": cast.qa})


def test_only_who_can_sign_in_and_holds_a_role_that_may_counts(unit: Unit, cast: Cast) -> None:
    with unit():
        give_password(cast.editor, cast.admin, cast.learner)
        assert list(queries.load_able("policy.publish").values()) == [cast.editor]
        give_password(cast.qa)
        assert set(queries.load_able("policy.publish").values()) == {cast.editor, cast.qa}
        person(cast.qa).deactivated_at = clock.now()
        assert list(queries.load_able("policy.publish").values()) == [cast.editor]
        person(cast.editor).grants[0].revoked_at = clock.now()
        db.session.flush()
        assert queries.load_able("policy.publish") == {}


def test_whom_it_is_about_does_not_count_as_somebody_else(unit: Unit, cast: Cast) -> None:
    with unit():
        give_password(cast.editor, cast.qa)
        editor, other = person(cast.editor), person(cast.qa)
        facts = actions.check_release("policy.publish", prepared_by=editor, by=editor, not_counting=[other.id])
        assert facts == {"without_second_person": True}
