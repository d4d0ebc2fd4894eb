"""What a refresher is made of: what a cohort misses, questions that it has answered, and the sections' texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from lms.cohorts.models import Cohort, Enrolment
from lms.followup.core.agenda import Candidate, Step, sections_of, steps
from lms.followup.models import CorrectiveAction
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import queries as policies
from lms.policies.models import Section
from lms.policies.queries import SectionText
from lms.questions import queries as questions
from lms.questions.core.question import QuestionType
from lms.questions.models import Question, QuestionVersion, SectionLink
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.models import Attempt, AttemptQuestion, GradingItem
from lms.quizzes.queries import join_marks


@dataclass(frozen=True, slots=True)
class Told:
    """A misconception as the agenda names it: its text by language, how often it was chosen, of how many answers."""

    texts: Mapping[str, str]
    count: int
    n: int

    @property
    def share(self) -> float:
        return min(1.0, self.count / self.n)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The agenda of a refresher. ``bodies`` are the questions as they were last written, without keys."""

    misconceptions: Sequence[Told]
    steps: Sequence[Step]
    sections: Sequence[SectionText]
    every_section: Mapping[str, SectionText]
    bodies: Mapping[str, Mapping[str, Any]]


def load_agenda(action: CorrectiveAction, cohort: Cohort) -> Agenda:
    """The agenda for a cohort, by what it missed when the action was opened.

    Only what at least one of its people has answered is on it, so that nothing is given away that is still to come to
    all of them; and it shows no key.
    """
    kept = action.evidence
    names = sections_of(kept.get("sections", ()), action.section.full_name if action.section else "")
    in_force = policies.load_sections_in_force(clock.now())
    candidates, bodies = _candidates(cohort, names)
    chosen = steps(names, candidates)
    wanted = {code for step in chosen for code in (step.case, step.check) if code}
    return Agenda(
        misconceptions=_told(kept.get("misconceptions", ())),
        steps=chosen,
        sections=[in_force[name] for name in names if name in in_force],
        every_section=in_force,
        bodies={code: body for code, body in bodies.items() if code in wanted},
    )


def _told(kept: Sequence[Mapping[str, Any]]) -> list[Told]:
    """The misconceptions in the words of today; one of which no option says anything any more is left out."""
    codes = {item for one in kept for item, _option in one["options"]}
    rows = db.session.scalars(select(Question).where(Question.code.in_(codes))).all() if codes else []
    newest = questions.load_current(rows) if rows else {}
    keys = questions.load_keys({(one.version.id, one.key_n) for one in newest.values()})
    of_code = {
        one.question.code: keys[one.version.id, one.key_n]["groups"].get("options", {}) for one in newest.values()
    }
    found = []
    for one in kept:
        texts = [of_code.get(item, {}).get(option, {}).get("misconception", {}) for item, option in one["options"]]
        words = next((text for text in texts if any(text.values())), None)
        if words is not None:
            found.append(Told(words, one["count"], one["n"]))
    return found


def _candidates(cohort: Cohort, names: Collection[str]) -> tuple[list[Candidate], dict[str, Mapping[str, Any]]]:
    """The questions on these sections that people of the cohort have answered, and their newest texts."""
    members = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort.id, Enrolment.left_at.is_(None))
    keys = [name.partition("/")[2] for name in names]
    is_missed = case((GradingItem.awarded_thousandths < GradingItem.max_thousandths, 1), else_=0)
    query = (
        join_marks(select(QuestionVersion.question_id, Section, func.count(), func.sum(is_missed)))
        .join(QuestionVersion, QuestionVersion.id == AttemptQuestion.question_version_id)
        .join(Section, Section.id == SectionLink.section_id)
        .where(Attempt.person_id.in_(members), Attempt.purpose == Purpose.ASSESSED, Attempt.closed_at.is_not(None))
        .where(Attempt.state != AttemptState.VOID, Section.key.in_(keys))
        .group_by(QuestionVersion.question_id, Section.id)
    )
    rows = [row for row in db.session.execute(query) if row[1].full_name in names]
    newest = select(QuestionVersion.question_id, func.max(QuestionVersion.n).label("n")).group_by(
        QuestionVersion.question_id
    )
    last = newest.where(QuestionVersion.question_id.in_([row[0] for row in rows])).subquery()
    texts = (
        select(Question.id, Question.code, QuestionVersion.type, QuestionVersion.body)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(last, (last.c.question_id == Question.id) & (last.c.n == QuestionVersion.n))
    )
    written = {row.id: row for row in db.session.execute(texts)}
    candidates = [
        Candidate(written[key].code, section.full_name, written[key].type == QuestionType.CASE, int(missed), int(n))
        for key, section, n, missed in rows
        if key in written
    ]
    return candidates, {row.code: row.body for row in written.values()}
