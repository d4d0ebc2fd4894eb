"""What tests of corrective actions have in common: a practised analyst opens one from a finding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select

from lms.accounts.models import Person
from lms.followup import actions
from lms.followup.core.kinds import About, ActionKind
from lms.followup.core.wishes import Draft
from lms.followup.models import CorrectiveAction
from lms.followup.queries.opening import get_named, list_owners
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from tests.quizzes import sitting

QUIZ = "harassment-checkpoint"
QA, EDITOR, LOCALIZER = "qa@kijun.example", "editor@kijun.example", "localizer@kijun.example"
TRAINERS = ("trainer@kijun.example", "trainer-b@kijun.example")
DUE = date(2026, 11, 27)
ADDRESS = f"/actions/new?quiz={QUIZ}"
LOCALIZE = f"{ADDRESS}&question=HAR-014&finding=translation-suspect"


def everything(someone: Person) -> Access:
    return Access(someone.id, someone.vendor_id, someone.site_id, frozenset({"qa"}), frozenset({Scope.ALL}))


def open_one(kind: ActionKind, finding: str = "", owner: str | None = None, **about: str) -> CorrectiveAction:
    """An action on the checkpoint, opened by the analyst; its usual owner, or this one."""
    analyst = sitting.person(QA)
    named = get_named(About(about.pop("quiz", QUIZ), **about), everything(analyst))
    owners = list_owners(kind, named)
    owner_id = sitting.person(owner).id if owner else owners[0].person.id
    return actions.open_action(Draft(kind, finding, owner_id, DUE, "Please look."), named, by=analyst)


def stored(action_id: int) -> CorrectiveAction:
    return db.session.scalars(select(CorrectiveAction).where(CorrectiveAction.id == action_id)).one()


def fields(action: CorrectiveAction, **changed: Any) -> dict[str, Any]:
    """The form of an action as its page shows it, with some fields typed anew."""
    shown = {
        "state": action.state,
        "owner": action.owner_id,
        "due_on": action.due_on.isoformat(),
        "note": action.note,
        "reason": action.reason,
        "revision": action.revision,
    }
    return {**shown, **changed}


def make_actions() -> dict[str, int]:
    """One action that everybody who follows findings up reaches, practice for the joiner, and who can own one."""
    editor, joiner = sitting.person(EDITOR), sitting.person()
    own = _made(CorrectiveAction.opened_by == editor.id, CorrectiveAction.kind == ActionKind.REFRESHER)
    if own is None:
        own = open_one(ActionKind.REFRESHER, cohort="tokyo-a", question="HAR-014")
        own.opened_by, own.owner_id = editor.id, sitting.person(LOCALIZER).id
    practice = _made(CorrectiveAction.person_id == joiner.id)
    if practice is None:
        practice = open_one(ActionKind.PRACTICE, owner=QA, person=joiner.code)
    return {"own": own.id, "practice": practice.id, "owner": own.owner_id, "analyst": sitting.person(QA).id}


def _made(*conditions: ColumnElement[bool]) -> CorrectiveAction | None:
    """One of an earlier time: what is open already is not opened again."""
    return db.session.scalars(select(CorrectiveAction).where(*conditions)).first()


def examples_of_followup(actions: Mapping[str, int]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The arguments of each address, and to whom what they name belongs."""
    own = {"action_id": actions.get("own", 0)}, {"trainers": TRAINERS}
    practice = {"action_id": actions.get("practice", 0)}, {"owner": sitting.JOINER}
    followed = ("followup.show", "followup.change", "carrying_out.wording", "carrying_out.agenda")
    return {
        **dict.fromkeys((*followed, "carrying_out.put_on_timetable"), own),
        **dict.fromkeys(("carrying_out.offered", "carrying_out.practise"), practice),
    }


def forms_of_followup(owner_id: int, analyst_id: int) -> dict[str, dict[str, Any]]:
    """What somebody sends who fills in the forms as they should be."""
    plain = {"owner": owner_id, "due_on": DUE.isoformat(), "note": "Mend it."}
    return {
        "followup.new": plain,
        "followup.new_practice": {**plain, "owner": analyst_id},
        "followup.change": {**plain, "state": "under_way", "revision": "1"},
        "carrying_out.put_on_timetable": {"on": "2026-12-03", "starts": "18:30", "minutes": "20"},
    }
