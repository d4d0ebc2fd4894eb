from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.policies.models import Section
from lms.questions.access import withheld
from lms.questions.core.question import Question as QuestionValue
from lms.questions.core.question import question_from
from lms.questions.models import Bank, Question, QuestionKey, QuestionState, QuestionVersion, SectionLink


@dataclass(frozen=True, slots=True)
class Current:
    """The newest version and key of a question."""

    question: Question
    version: QuestionVersion
    key_n: int


def list_banks() -> list[tuple[Bank, int]]:
    """Banks by code, with how many questions each has."""
    counts = select(Question.bank_id, func.count().label("count")).group_by(Question.bank_id).subquery()
    query = select(Bank, func.coalesce(counts.c.count, 0)).outerjoin(counts, counts.c.bank_id == Bank.id)
    return [(bank, count) for bank, count in db.session.execute(query.order_by(Bank.code))]


def get_bank(code: str) -> Bank:
    """The bank of a code."""
    bank = db.session.scalar(select(Bank).where(Bank.code == code))
    if bank is None:
        raise NotFound
    return bank


def find_bank(code: str) -> Bank | None:
    """The bank of a code, if there is one."""
    return db.session.scalar(select(Bank).where(Bank.code == code))


def get_question(code: str) -> Question:
    """The question of a code, with its bank."""
    question = db.session.scalar(select(Question).where(Question.code == code).options(joinedload(Question.bank)))
    if question is None:
        raise NotFound
    return question


def find_question(code: str) -> Question | None:
    """The question of a code, if there is one."""
    return db.session.scalar(select(Question).where(Question.code == code))


def load_current(questions: Sequence[Question]) -> dict[int, Current]:
    """The newest version and key of each question, by question id."""
    ids = [question.id for question in questions]
    newest = (
        select(QuestionVersion.question_id, func.max(QuestionVersion.n).label("n"))
        .where(QuestionVersion.question_id.in_(ids))
        .group_by(QuestionVersion.question_id)
        .subquery()
    )
    key_n = (
        select(func.max(QuestionKey.n))
        .where(QuestionKey.question_version_id == QuestionVersion.id)
        .correlate(QuestionVersion)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(QuestionVersion, key_n)
        .join(newest, (newest.c.question_id == QuestionVersion.question_id) & (newest.c.n == QuestionVersion.n))
        .options(selectinload(QuestionVersion.links).joinedload(SectionLink.section).joinedload(Section.module))
    )
    by_id = {question.id: question for question in questions}
    return {version.question_id: Current(by_id[version.question_id], version, n) for version, n in rows}


def list_questions(bank: Bank) -> list[Question]:
    """The questions of a bank by code."""
    return list(db.session.scalars(select(Question).where(Question.bank_id == bank.id).order_by(Question.code)))


def load_values(questions: Sequence[Question]) -> list[QuestionValue]:
    """The newest content of questions with its key, in the order in which they first came."""
    current = load_current(questions)
    keys = load_keys({(entry.version.id, entry.key_n) for entry in current.values()})
    return [
        question_from(entry.question.code, entry.version.body, keys[(entry.version.id, entry.key_n)])
        for _id, entry in sorted(current.items())
    ]


def load_withheld(questions: Sequence[Question], access: Access) -> frozenset[int]:
    """The ids of those questions whose key, and what hints at it, this person may not see yet."""
    ids = [question.id for question in questions]
    return frozenset(db.session.scalars(select(Question.id).where(Question.id.in_(ids), withheld(access))))


def list_usable_questions() -> list[Question]:
    """Every question that may be put into a quiz, by code."""
    query = select(Question).where(Question.state == QuestionState.IN_USE).order_by(Question.code)
    return list(db.session.scalars(query))


def load_keys(pinned: Collection[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Any]]:
    """The answer keys of (question version, key number). For grading, and for pages that declare key access."""
    if not pinned:
        return {}
    query = select(QuestionKey).where(tuple_(QuestionKey.question_version_id, QuestionKey.n).in_(list(pinned)))
    return {(key.question_version_id, key.n): key.key for key in db.session.scalars(query)}


def load_main_sections(version_ids: Iterable[int]) -> dict[int, Section]:
    """The first section that each question version rests on, with its module."""
    query = (
        select(SectionLink)
        .where(SectionLink.question_version_id.in_(list(version_ids)), SectionLink.position == 0)
        .options(joinedload(SectionLink.section).joinedload(Section.module))
    )
    return {link.question_version_id: link.section for link in db.session.scalars(query)}
