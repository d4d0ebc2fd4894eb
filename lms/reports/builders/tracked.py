"""The actions that answer what a report finds: what is done, by whom, until when, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from lms.kit.tables import Column, Kind, Table, Text
from lms.reports.core.document import Grid, Part


@dataclass(frozen=True, slots=True)
class Action:
    """One action. ``before`` and ``after`` are shares of right answers where its effect has been measured."""

    what: Text
    about: Text
    owner: str
    due_on: date | None
    state: Text
    before: float | None = None
    after: float | None = None


_LOADERS: list[Callable[[str], Sequence[Action]]] = []


def register_actions(load: Callable[[str], Sequence[Action]]) -> None:
    """Let a feature say which actions answer the findings on a quiz, by its code."""
    if load not in _LOADERS:
        _LOADERS.append(load)


def load_actions(quiz: str) -> list[Action]:
    """Every action on a quiz."""
    return [action for load in _LOADERS for action in load(quiz)]


def actions_part(actions: Sequence[Action]) -> list[Part]:
    """The actions with their owners; no part where there is none."""
    if not actions:
        return []
    columns = (
        *(Column(_("Action")), Column(_("About")), Column(_("Owner")), Column(_("Due"), Kind.DAY), Column(_("State"))),
        *(Column(_("Before"), Kind.SHARE), Column(_("After"), Kind.SHARE)),
    )
    rows = tuple((one.what, one.about, one.owner, one.due_on, one.state, one.before, one.after) for one in actions)
    return [Part("actions", _("Actions"), (Grid("actions", Table(_("Actions"), columns, rows)),))]
