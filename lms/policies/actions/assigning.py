"""Giving the translation of a draft to somebody, by a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db
from lms.kit.problems import Conflict
from lms.policies import queries
from lms.policies.models import PolicyVersion, TranslationAssignment
from lms.policies.queries import bench

GIVEN = "policy.to_translate"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of whom: a language of a draft, by the end of a day."""

    locale: str
    assignee: Person
    due_on: date


def assign(version: PolicyVersion, order: Order, *, revision: int, by: Person) -> None:
    """Give a language of a draft to somebody, or to another person or by another day than before.

    ``revision`` is that of the assignment that was seen, 0 without one.
    """
    found = _hold(version, order.locale, revision)
    before = _facts(found)
    if found is None:
        found = TranslationAssignment(version_id=version.id, locale=order.locale, revision=0)
        db.session.add(found)
    elif (found.assignee_id, found.due_on) == (order.assignee.id, order.due_on):
        return
    if found.assignee_id not in {None, order.assignee.id}:
        settle_given(version)
    found.assignee, found.due_on, found.assigner = order.assignee, order.due_on, by
    found.assigned_at, found.revision = clock.now(), found.revision + 1
    db.session.flush()
    notices.tell(
        GIVEN,
        str(version.id),
        [order.assignee.id],
        policy_text=version.title_text,
        code=version.module.code,
        number=version.number,
        due_on=order.due_on,
    )
    _record(version, order.locale, before, _facts(found), by)


def take_back(version: PolicyVersion, locale: str, *, revision: int, by: Person) -> None:
    """Ask a translation of nobody any more."""
    found = _hold(version, locale, revision)
    if found is None:
        return
    before = _facts(found)
    db.session.delete(found)
    db.session.flush()
    settle_given(version)
    _record(version, locale, before, dict.fromkeys(before), by)


def drop(version: PolicyVersion) -> None:
    """A draft is deleted, and what was asked of it with it."""
    for found in bench.list_assignments_of(version):
        db.session.delete(found)
    db.session.flush()
    settle_given(version)


def settle_given(version: PolicyVersion) -> None:
    """Nobody has to be reminded any more: it is done, or asked of somebody else."""
    notices.settle(GIVEN, about=str(version.id))


def _hold(version: PolicyVersion, locale: str, revision: int) -> TranslationAssignment | None:
    queries.hold_draft(version)
    found = bench.load_assignments([version.id], locale).get(version.id)
    if (found.revision if found else 0) != revision:
        raise Conflict("policy.changed_by_another")
    return found


def _facts(found: TranslationAssignment | None) -> dict[str, Any]:
    if found is None:
        return {"assignee": None, "due_on": None}
    return {"assignee": found.assignee.code, "due_on": found.due_on.isoformat()}


def _record(version: PolicyVersion, locale: str, before: Any, after: Any, by: Person) -> None:
    name = f"{version.module.code} v{version.number}"
    journal.record("policy.assign", actor=by.code, object=name, locale=locale, before=before, after=after)
