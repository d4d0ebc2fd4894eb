"""Telling people of policies: what waits for a second person, what is to come, what is to be read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.foundation import clock, notices
from lms.policies import queries
from lms.policies.models import PolicyVersion, PublicationRequest
from lms.policies.queries.rule_changes import apply_rule_changes

WAITS, DECIDED, ANNOUNCED, TO_READ = "policy.waits", "policy.decided", "policy.announced", "policy.to_read"
TOLD_WITHIN = timedelta(days=7)
"""So long after its effective instant people are told of a version, should the worker have been away."""


def tell_waiting(version: PolicyVersion, *, by: Person) -> None:
    """Tell whoever could publish a draft that it waits for them."""
    able = set(accounts.load_able("policy.publish")) - {by.id}
    notices.tell(WAITS, str(version.id), able, **_facts(version))


def settle_waiting(version: PolicyVersion) -> None:
    """A draft waits for nobody any more."""
    notices.settle(WAITS, about=str(version.id))


def tell_decided(version: PolicyVersion, request: PublicationRequest, *, by: Person | None) -> None:
    """Tell whoever asked for the publication of a draft that somebody else has published it."""
    if by is None or request.asked_by != by.id:
        notices.tell(DECIDED, str(version.id), [request.asked_by], **_facts(version))


def announce(version: PolicyVersion) -> None:
    """Tell everybody of a version that takes effect later."""
    people, about = accounts.load_active_ids(), version.module.code
    notices.tell(ANNOUNCED, about, people, effective_at=version.effective_at, **_facts(version))


def tell_of_version(version: PolicyVersion, *, people: Collection[int] | None = None, anew: bool | None = None) -> None:
    """Tell people (everybody, by default) that a version in force is to be read; one notice for each policy.

    Everybody hears it ``anew``, even who has read such a notice; some only if it is said so.
    """
    readers = accounts.load_active_ids() if people is None else people
    notices.settle(ANNOUNCED, about=version.module.code)
    is_anew = people is None if anew is None else anew
    notices.tell(TO_READ, version.module.code, readers, anew=is_anew, **_facts(version))


def tell_of_effect() -> None:
    """Of versions that came into force lately: do what their rules change, tell those who have not read them, once."""
    now = clock.now()
    for version in queries.load_in_force(now).values():
        if version.effective_at is None or now - version.effective_at > TOLD_WITHIN:
            continue
        apply_rule_changes(version)
        active = accounts.load_active_ids()
        read = queries.load_acknowledged_pairs(active, [version.id])
        tell_of_version(version, people=active - {person_id for person_id, _ in read})


def _facts(version: PolicyVersion) -> dict[str, Any]:
    return {"policy_text": version.title_text, "code": version.module.code, "number": version.number}
