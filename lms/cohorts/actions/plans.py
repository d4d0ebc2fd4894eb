"""Training plans: made, changed, copied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.accounts.models import Person
from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.steps import StepFault, StepLine, check_steps
from lms.cohorts.models import PlanStep, PlanTemplate
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid
from lms.policies.queries import find_module, find_section
from lms.quizzes.queries import find_quiz

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class NewStep:
    """An item of a plan to be created."""

    day: int
    starts: str
    minutes: int
    kind: StepKind
    title_text: Mapping[str, str]
    detail_text: Mapping[str, str]
    module_id: int | None = None
    section_id: int | None = None
    quiz_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A plan to be created; ``gates`` are the stored criteria."""

    code: str
    title_text: Mapping[str, str]
    day_count: int
    gates: Sequence[Mapping[str, Any]]
    steps: Sequence[NewStep]


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What a plan is to become; ``revision`` is the one that its editor has seen."""

    title_text: Mapping[str, str]
    day_count: int
    gates: Sequence[Mapping[str, Any]]
    steps: Sequence[NewStep]
    revision: int


def create_template(command: NewTemplate, *, by: Person | None = None) -> PlanTemplate:
    """Create a plan; the code is unique, and every step can stand in it.

    Raises ``Invalid`` with ``plan.bad_steps`` on ``steps``; the fact ``faults`` says what is wrong with which line.
    """
    if db.session.scalar(select(PlanTemplate.id).where(PlanTemplate.code == command.code)):
        raise Invalid("plan.code_taken", field="code")
    _check(command.steps, command.day_count)
    template = PlanTemplate(
        code=command.code,
        title_text=dict(command.title_text),
        day_count=command.day_count,
        gates={"gates": [dict(gate) for gate in command.gates]},
        steps=[_row(step) for step in command.steps],
    )
    db.session.add(template)
    db.session.flush()
    journal.record("plan.create", actor=by.code if by else SYSTEM, object=template.code)
    return template


def change_template(template: PlanTemplate, change: TemplateChange, *, by: Person) -> None:
    """Put a plan's new state in the place of the old one; cohorts that stand on the calendar keep their sessions."""
    db.session.refresh(template, with_for_update={"of": PlanTemplate})
    if template.revision != change.revision:
        raise Conflict("plan.changed_meanwhile")
    _check(change.steps, change.day_count)
    before = template.day_count, len(template.steps)
    template.title_text = dict(change.title_text)
    template.day_count = change.day_count
    template.gates = {"gates": [dict(gate) for gate in change.gates]}
    for step in list(template.steps):
        db.session.delete(step)
    template.steps = [_row(step) for step in change.steps]
    template.revision += 1
    db.session.flush()
    after = change.day_count, len(change.steps)
    journal.record("plan.change", actor=by.code, object=template.code, before=list(before), after=list(after))


def retire_template(template: PlanTemplate, *, is_back: bool, revision: int, by: Person) -> None:
    """Let no new cohort follow a plan, or take it back; cohorts that follow it go on. Asking twice changes nothing."""
    hold(template)
    if (template.retired_at is None) == is_back:
        return
    if template.revision != revision:
        raise Conflict("plan.changed_meanwhile")
    template.retired_at = None if is_back else clock.now()
    template.revision += 1
    db.session.flush()
    journal.record("plan.retire", actor=by.code, object=template.code, is_back=is_back)


def steps_from(lines: Iterable[StepLine], before: Iterable[PlanStep] = ()) -> list[NewStep]:
    """The steps of a text, each with the quiz, module or section that its line names.

    A step keeps the detail that one of its kind and title had before. Raises ``Invalid`` with
    ``plan.bad_steps`` when a line names what is not there.
    """
    known: dict[tuple[str, str], list[PlanStep]] = {}
    for step in before:
        known.setdefault((step.kind, str(sorted(step.title_text.items()))), []).append(step)
    steps, faults = [], []
    for line in lines:
        about = _about(line)
        if about is None:
            faults.append(StepFault(line.number, "plan.line_about", {"about": line.about}))
            continue
        like = known.get((line.kind, str(sorted(line.title_text.items()))))
        old = like.pop(0) if like else None
        if old is not None and old.quiz_id is not None and old.quiz_id == about.get("quiz_id"):
            about |= {"module_id": old.module_id, "section_id": old.section_id}  # a line names the quiz alone
        detail = old.detail_text if old is not None else {}
        steps.append(NewStep(line.day, line.starts, line.minutes, line.kind, line.title_text, detail, **about))
    if faults:
        raise Invalid("plan.bad_steps", field="steps", faults=faults)
    return steps


def _about(line: StepLine) -> dict[str, int | None] | None:
    """What a line names, by column; None when there is no such thing."""
    if not line.about:
        return {}
    if line.kind is StepKind.QUIZ:
        quiz = find_quiz(line.about)
        return {"quiz_id": quiz.id} if quiz else None
    if "/" in line.about:
        section = find_section(line.about)
        return {"module_id": section.module_id, "section_id": section.id} if section else None
    module = find_module(line.about)
    return {"module_id": module.id} if module else None


def _check(steps: Sequence[NewStep], day_count: int) -> None:
    lines = [
        StepLine(number, step.day, step.starts, step.minutes, step.kind, dict(step.title_text))
        for number, step in enumerate(steps, start=1)
    ]
    if faults := check_steps(lines, day_count):
        raise Invalid("plan.bad_steps", field="steps", faults=faults)


def _row(step: NewStep) -> PlanStep:
    return PlanStep(
        day=step.day,
        starts=step.starts,
        minutes=step.minutes,
        kind=step.kind,
        title_text=dict(step.title_text),
        detail_text=dict(step.detail_text),
        module_id=step.module_id,
        section_id=step.section_id,
        quiz_id=step.quiz_id,
    )
