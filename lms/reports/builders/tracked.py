"""The actions that answer what a report finds: what is done, by whom, until when, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from lms.followup import phrases
from lms.followup import queries as followup
from lms.followup.core.kinds import ActionKind, FigureKind
from lms.followup.core.states import ActionState
from lms.foundation import clock
from lms.foundation.locale import localized
from lms.kit.tables import Column, Kind, Table
from lms.policies.queries import SectionText
from lms.reports.core.document import Grid, Part
from lms.reports.words import numbered


@dataclass(frozen=True, slots=True)
class Action:
    """One action, as values. ``before`` and ``after`` are its figure where the effect has been measured."""

    kind: ActionKind
    question: str
    section: str
    cohort_text: Mapping[str, str]
    owner: str
    due_on: date
    state: ActionState
    figure: FigureKind
    before: float | None = None
    after: float | None = None

    def about(self, sections: Mapping[str, SectionText]) -> str:
        """What it is about, in the language that is being spoken: a question, or else a section; and a cohort."""
        text = sections.get(self.section)
        section = numbered(text) if text else self.section
        named = (self.question or section, localized(self.cohort_text) if self.cohort_text else "")
        return str(_(" · ")).join(filter(None, named))

    def said(self, value: float | None) -> float | str | None:
        """A share as a number; a gap, which may be negative, in words."""
        if value is None or self.figure is not FigureKind.GAP:
            return value
        return phrases.shown(self.figure, value)


def load_actions(quiz: str) -> list[Action]:
    """Every action on a quiz but those for one person, as they stand now."""
    found = []
    for listed in followup.list_of_quiz(quiz, clock.now().date()):
        action, effect = listed.action, listed.effect
        if action.person_id is not None:  # what is done for one person is theirs, and no report's
            continue
        found.append(
            Action(
                kind=ActionKind(action.kind),
                question=action.question.code if action.question else "",
                section=action.section.full_name if action.section else "",
                cohort_text=dict(action.cohort.name_text) if action.cohort else {},
                owner=action.owner.code,
                due_on=action.due_on,
                state=ActionState(action.state),
                figure=FigureKind(action.figure),
                before=effect.before.value if effect else None,
                after=effect.after.value if effect else None,
            )
        )
    return found


def actions_part(actions: Sequence[Action], sections: Mapping[str, SectionText]) -> list[Part]:
    """The actions with their owners; no part where there is none. ``sections`` are those that have a name."""
    if not actions:
        return []
    columns = (
        *(Column(_("Action")), Column(_("About")), Column(_("Owner")), Column(_("Due"), Kind.DAY), Column(_("State"))),
        *(Column(_("Before"), Kind.SHARE), Column(_("After"), Kind.SHARE)),
    )
    rows = tuple(
        (
            *(str(phrases.KINDS[one.kind]), one.about(sections), one.owner, one.due_on, str(phrases.STATES[one.state])),
            *(one.said(one.before), one.said(one.after)),
        )
        for one in actions
    )
    return [Part("actions", _("Actions"), (Grid("actions", Table(_("Actions"), columns, rows)),))]
