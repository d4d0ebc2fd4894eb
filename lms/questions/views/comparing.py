"""Two versions of a question beside each other: what changed, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.policies import queries as policies
from lms.questions import drafts, phrases, queries
from lms.questions.core.comparing import compare
from lms.questions.core.question import Question, without_key
from lms.questions.models import Question as QuestionRow
from lms.questions.views.questions import get_row

blueprint = Blueprint("question_versions", __name__, template_folder="../templates")
DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions that are compared."""

    name: str
    label: Any
    question: Question


@blueprint.get("/questions/<bank>/<code>/compare")
@policy("question.read")
def show(bank: str, code: str) -> str:
    """Compare the versions of ``?from=`` and ``?to=``; by default the newest with the one before it."""
    row = get_row(bank, code)
    is_withheld = bool(queries.load_withheld([row], access()))
    names = _names(row, with_draft=not is_withheld)
    newer = _side(row, request.args.get("to"), names, 0)
    older = _side(row, request.args.get("from"), names, names.index(newer.name) + 1) if newer else None
    comparison = None
    if newer and older:
        sides = [without_key(side.question) if is_withheld else side.question for side in (older, newer)]
        comparison = compare(*sides)
    return render_template(
        "questions/comparing.html",
        row=row,
        choices=[(name, _label(name)) for name in names],
        older=older,
        newer=newer,
        comparison=comparison,
        is_withheld=is_withheld,
        sections=policies.load_sections_in_force(clock.now()),
        phrases=phrases,
    )


def _names(row: QuestionRow, *, with_draft: bool) -> list[str]:
    """What can be compared: the draft, then the versions, the newest first."""
    has_draft = with_draft and row.id in queries.load_drafts([row])
    return [*([DRAFT] if has_draft else []), *(str(version.n) for version in queries.list_question_versions(row))]


def _side(row: QuestionRow, asked: str | None, names: list[str], otherwise: int) -> Side | None:
    """The version asked for, or the one at this place of the list; None where there is none."""
    name = asked if asked in names else names[min(otherwise, len(names) - 1)] if names else None
    if name is None:
        return None
    if name == DRAFT:
        return Side(name, _label(name), drafts.working_copy(row)[0])
    version = next(version for version in queries.list_question_versions(row) if str(version.n) == name)
    return Side(name, _label(name), queries.load_version_value(row, version))


def _label(name: str) -> str:
    return str(_("Draft") if name == DRAFT else f"v{name}")
