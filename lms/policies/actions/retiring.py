"""Taking a policy out of use, and back."""

from __future__ import annotations

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict
from lms.policies import queries
from lms.policies.actions.telling import ANNOUNCED, TO_READ, tell_of_version
from lms.policies.models import Module

STATES = {True: "retired", False: "in_use"}


def retire_module(module: Module, *, is_back: bool, revision: int | None, by: Person) -> None:
    """Ask nobody for a policy any more, or ask for it again; asked twice, it stays as it was.

    Its texts, what was confirmed and what cites its sections stay. Whoever had it still to read hears no more of it,
    and when it comes back those who have not read the version in force are told again. Raises ``Conflict`` when
    somebody else has changed it since ``revision``.
    """
    hold(module)
    if (module.retired_at is None) == is_back:
        return
    if module.revision != revision:
        raise Conflict("policy.changed_by_another")
    module.retired_at = None if is_back else clock.now()
    module.revision += 1
    db.session.flush()
    journal.record(
        "policy.retire", actor=by.code, object=module.code, before=STATES[is_back], after=STATES[not is_back]
    )
    if is_back:
        _ask_again(module)
        return
    for kind in (TO_READ, ANNOUNCED):
        notices.settle(kind, about=module.code)


def _ask_again(module: Module) -> None:
    version = queries.load_in_force(clock.now(), [module.id]).get(module.id)
    if version is None:
        return
    active = accounts.load_active_ids()
    read = queries.load_acknowledged_pairs(active, [version.id])
    tell_of_version(version, people=active - {person_id for person_id, _ in read}, anew=True)
