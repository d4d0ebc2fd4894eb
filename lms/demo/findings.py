"""What the sample's people do about the faults that are planted: corrective actions, one of them done and measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.accounts.models import Person
from lms.demo.world import World
from lms.followup import actions
from lms.followup.core.kinds import About, ActionKind
from lms.followup.core.states import ActionState
from lms.followup.core.wishes import Draft, Wish
from lms.followup.models import CorrectiveAction
from lms.followup.queries.measuring import load_before
from lms.followup.queries.opening import get_named, named_of
from lms.foundation import clock
from lms.foundation.access import Access, Scope
from lms.foundation.db import db


def follow_up(world: World, organisation: Mapping[str, Any]) -> None:
    """Every action of the files, opened by the analyst on the morning of loading; those that are done lie back."""
    analyst = world.people["qa@kijun.example"]
    with clock.fixed(world.cutoff):
        for entry in organisation.get("actions", ()):
            _open(world, entry, analyst)


def _open(world: World, entry: Mapping[str, Any], analyst: Person) -> None:
    about = About(entry["quiz"], entry.get("question", ""), entry.get("section", ""), entry.get("cohort", ""))
    everywhere = Access(analyst.id, analyst.vendor_id, analyst.site_id, analyst.roles, frozenset({Scope.ALL}))
    owner = world.people[entry["owner"]]
    due_on = world.workday(entry["due_in_working_days"])
    draft = Draft(ActionKind(entry["kind"]), entry.get("finding", ""), owner.id, due_on, entry["note"])
    action = actions.open_action(draft, get_named(about, everywhere), by=analyst)
    state = ActionState(entry.get("state", ActionState.OPEN))
    if state is not ActionState.OPEN:
        wish = Wish(state, owner.id, due_on, entry["note"], "")
        actions.change(action, wish, named_of(action), revision=action.revision, by=owner)
    if "done_in_working_days" in entry:
        _lie_back(world, action, entry)


def _lie_back(world: World, action: CorrectiveAction, entry: Mapping[str, Any]) -> None:
    """It was opened and done before: its figure is that of the answers given until then."""
    action.opened_at = world.at(world.workday(entry["opened_in_working_days"]), 10)
    action.closed_at = world.at(world.workday(entry["done_in_working_days"]), 17)
    db.session.flush()
    before = load_before([action]).get(action.id)
    action.baseline = before.kept if before else {}
    action.evidence = {}
    db.session.flush()
