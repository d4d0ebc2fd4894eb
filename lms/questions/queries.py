from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from lms.foundation import clock
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.policies.models import Section
from lms.questions.access import withheld
from lms.questions.core.halves import question_from
from lms.questions.core.listing import Row, facts_of
from lms.questions.core.question import Question as QuestionValue
from lms.questions.models import (
    Bank,
    Question,
    QuestionDraft,
    QuestionHold,
    QuestionKey,
    QuestionState,
    QuestionVersion,
    SectionLink,
)
from lms.wellbeing.core.labels import Degree, Form, Label
from lms.wellbeing.queries import register_labels

Columns = TypeVarTuple("Columns")
_WAITS = QuestionDraft.sent_at.is_not(None), Question.state != QuestionState.RETIRED


@dataclass(frozen=True, slots=True)
class Current:
    """The newest version and key of a question."""

    question: Question
    version: QuestionVersion
    key_n: int

    @property
    def main_section(self) -> str:
        """The full name of the section that the question rests on first; empty without one."""
        return self.version.links[0].section.full_name if self.version.links else ""


def list_banks(*, are_retired: bool = False) -> list[tuple[Bank, int]]:
    """Banks by code, with how many questions each has that are not retired; those in use or the retired ones."""
    counts = select(Question.bank_id, func.count().label("count")).where(Question.state != QuestionState.RETIRED)
    of_bank = counts.group_by(Question.bank_id).subquery()
    query = select(Bank, func.coalesce(of_bank.c.count, 0)).outerjoin(of_bank, of_bank.c.bank_id == Bank.id)
    query = query.where(Bank.retired_at.is_not(None) if are_retired else Bank.retired_at.is_(None))
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


def load_drafts(questions: Sequence[Question]) -> dict[int, QuestionDraft]:
    """The drafts of questions, by question id, with who prepared each."""
    ids = [question.id for question in questions]
    query = select(QuestionDraft).where(QuestionDraft.question_id.in_(ids))
    drafts = db.session.scalars(query.options(joinedload(QuestionDraft.prepared_by)))
    return {draft.question_id: draft for draft in drafts}


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction of a question in the results of a quiz, as its page lists it; its state is a word."""

    title_text: Mapping[str, str]
    version_n: int
    at: datetime
    state: Any
    endpoint: str
    arguments: Mapping[str, Any]


Corrections = Callable[[int], Sequence[Corrected]]
_corrections: list[Corrections] = []


def register_corrections(corrections: Corrections) -> None:
    """Let the quizzes feature, which lies above, say how the results of a question were corrected."""
    _corrections.append(corrections)


def load_corrections(question_id: int) -> list[Corrected]:
    """How the results of a question were corrected, the newest first."""
    return [found for corrections in _corrections for found in corrections(question_id)]


def has_draft(question_id: int) -> bool:
    """Whether the next version of a question is being written."""
    query = select(QuestionDraft.question_id).where(QuestionDraft.question_id == question_id)
    return db.session.scalar(query) is not None


def load_citing(section_ids: Collection[int], reader: Access | None = None) -> dict[int, list[Question]]:
    """The questions whose newest version cites each of these sections, by code; those that are retired are left out,
    and those whose keys wait for a ``reader``.
    """
    query = _citing().where(SectionLink.section_id.in_(list(section_ids)))
    found: dict[int, list[Question]] = {}
    for section_id, question in db.session.execute(query.where(~withheld(reader)) if reader else query):
        found.setdefault(section_id, []).append(question)
    return found


def list_citing_module(module_id: int) -> list[Question]:
    """The questions whose newest version cites a section of a module, by code; without those that are retired."""
    query = _citing().join(Section, Section.id == SectionLink.section_id).where(Section.module_id == module_id)
    return list(dict.fromkeys(question for _section_id, question in db.session.execute(query)))


def _citing() -> Select[int, Question]:
    newest = select(func.max(QuestionVersion.n)).where(QuestionVersion.question_id == Question.id).correlate(Question)
    return (
        select(SectionLink.section_id, Question)
        .join(QuestionVersion, QuestionVersion.id == SectionLink.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.state != QuestionState.RETIRED, QuestionVersion.n == newest.scalar_subquery())
        .options(joinedload(Question.bank))
        .order_by(Question.code)
    )


def list_waiting(bank: Bank) -> list[Question]:
    """The questions of a bank whose drafts wait for a second person, by code; none that is retired."""
    query = select(Question).join(QuestionDraft, QuestionDraft.question_id == Question.id)
    query = query.where(Question.bank_id == bank.id, *_WAITS)
    return list(db.session.scalars(query.options(joinedload(Question.bank)).order_by(Question.code)))


def list_banks_waiting_for(person_id: int) -> list[tuple[Bank, int]]:
    """The banks in which questions of others wait for a second person, by code, each with how many."""
    query = select(Bank, func.count()).join(Question, Question.bank_id == Bank.id)
    query = query.join(QuestionDraft, QuestionDraft.question_id == Question.id)
    query = query.where(*_WAITS, QuestionDraft.prepared_by_id != person_id).group_by(Bank.id).order_by(Bank.code)
    return [(bank, count) for bank, count in db.session.execute(query)]


def list_question_versions(question: Question) -> list[QuestionVersion]:
    """The versions of a question, the newest first."""
    query = select(QuestionVersion).where(QuestionVersion.question_id == question.id)
    return list(db.session.scalars(query.order_by(QuestionVersion.n.desc())))


def load_version_value(question: Question, version: QuestionVersion) -> QuestionValue:
    """The content of one version with its newest key."""
    return question_from(question.code, version.body, load_newest_key(version.id).key)


def load_newest_key(version_id: int) -> QuestionKey:
    """The key by which whoever takes a question version from now on is graded."""
    query = select(QuestionKey).where(QuestionKey.question_version_id == version_id)
    return db.session.scalars(query.order_by(QuestionKey.n.desc()).limit(1)).one()


def list_holds(question: Question) -> list[QuestionHold]:
    """Every hold of a question, the newest first."""
    query = select(QuestionHold).where(QuestionHold.question_id == question.id)
    return list(db.session.scalars(query.order_by(QuestionHold.held_at.desc(), QuestionHold.id.desc())))


def list_open_holds(questions: Sequence[Question]) -> list[QuestionHold]:
    """The holds that keep these questions from quizzes, the oldest first."""
    ids = [question.id for question in questions]
    query = select(QuestionHold).where(QuestionHold.question_id.in_(ids), QuestionHold.released_at.is_(None))
    return list(db.session.scalars(query.order_by(QuestionHold.held_at, QuestionHold.id)))


def load_held_before(version_id: int) -> set[int]:
    """The ids of the questions that a policy version has held, released since or not."""
    query = select(QuestionHold.question_id).where(QuestionHold.policy_version_id == version_id)
    return set(db.session.scalars(query))


def variant_root(question: QuestionValue) -> str | None:
    """The code under which variants are known as such: where they point at one another, that of the first."""
    if not question.variant_of:
        return None
    pointed = find_question(question.variant_of)
    root = pointed.variant_of if pointed is not None and pointed.variant_of else question.variant_of
    return None if root == question.id else root


def next_code(bank: Bank) -> str:
    """The code that comes after those of a bank: its own and a number."""
    codes = db.session.scalars(select(Question.code).where(Question.code.like(f"{bank.code}-%")))
    numbers = [found[1] for code in codes if (found := re.fullmatch(re.escape(bank.code) + r"-([0-9]{1,9})", code))]
    width = max(map(len, numbers), default=3)
    return f"{bank.code}-{max(map(int, numbers), default=0) + 1:0{width}}"


def load_rows(bank: Bank, access: Access) -> list[Row]:
    """All questions of a bank as its list shows them; of one whose key is withheld, without its sections."""
    query = _with_newest(select(Question, QuestionVersion, QuestionDraft, withheld(access)))
    query = query.where(Question.bank_id == bank.id)
    return [
        _row(question, version, draft, bool(hidden)) for question, version, draft, hidden in db.session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """A question that a search found: what its bank's list shows of it as well."""

    code: str
    bank_code: str
    state: str
    body: Mapping[str, Any]


def list_found(words: Sequence[str]) -> list[int]:
    """The ids of the questions in whose code, name or prompt every word is found; by code, the retired ones last.

    The newest version counts, the draft where there is no version yet, and never a key, an option or a section.
    """
    query = _with_newest(select(Question.id, Question.code, Question.state))
    for word in words:
        in_version = QuestionVersion.search_key.contains(word, autoescape=True)
        in_draft = QuestionVersion.id.is_(None) & QuestionDraft.search_key.contains(word, autoescape=True)
        query = query.where(or_(Question.code.icontains(word, autoescape=True), in_version, in_draft))
    rows = db.session.execute(query) if words else ()
    return [row.id for row in sorted(rows, key=lambda row: (row.state == QuestionState.RETIRED, row.code))]


def load_found(ids: Sequence[int]) -> list[Found]:
    """What is shown of questions that a search found, in this order."""
    query = _with_newest(select(Question, Bank.code, QuestionVersion.body, QuestionDraft.body))
    query = query.join(Bank, Bank.id == Question.bank_id).where(Question.id.in_(ids))
    found = {
        question.id: Found(question.code, bank, question.state, body or draft or {})
        for question, bank, body, draft in (db.session.execute(query) if ids else ())
    }
    return [found[question_id] for question_id in ids]


def _with_newest(query: Select[*Columns]) -> Select[*Columns]:
    """The query with the newest version of each question, and its draft."""
    newest = select(QuestionVersion.question_id, func.max(QuestionVersion.n).label("n"))
    newest_n = newest.group_by(QuestionVersion.question_id).subquery()
    return (
        query.outerjoin(newest_n, newest_n.c.question_id == Question.id)
        .outerjoin(QuestionVersion, (QuestionVersion.question_id == Question.id) & (QuestionVersion.n == newest_n.c.n))
        .outerjoin(QuestionDraft, QuestionDraft.question_id == Question.id)
    )


def _row(question: Question, version: QuestionVersion | None, draft: QuestionDraft | None, is_withheld: bool) -> Row:
    written = version or draft
    if written is None:
        raise LookupError(f"{question.code} has neither version nor draft")
    facts = facts_of(written.body)
    return Row(
        id=question.id,
        code=question.code,
        state=question.state,
        changed_at=draft.updated_at if draft else version.created_at if version else clock.now(),
        version=version.n if version else None,
        has_draft=draft is not None,
        is_waiting=draft is not None and draft.sent_at is not None and question.state != QuestionState.RETIRED,
        **(facts | {"sections": ()} if is_withheld else facts),
    )


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


def list_withheld_codes(bank: Bank, access: Access) -> frozenset[str]:
    """The codes of the questions of a bank whose key this person may not see yet."""
    query = select(Question.code).where(Question.bank_id == bank.id, withheld(access))
    return frozenset(db.session.scalars(query))


def list_usable_questions() -> list[Question]:
    """Every question that may be put into a quiz, by code."""
    query = (
        select(Question).join(Question.bank).where(Question.state == QuestionState.IN_USE, Bank.retired_at.is_(None))
    )
    return list(db.session.scalars(query.order_by(Question.code)))


def list_held_questions() -> list[Question]:
    """Every question that could be put into a quiz were it not held, by code, with its bank."""
    query = select(Question).join(Question.bank).where(Question.state == QuestionState.HELD, Bank.retired_at.is_(None))
    return list(db.session.scalars(query.options(contains_eager(Question.bank)).order_by(Question.code)))


def load_labels(_at: datetime) -> Iterable[Label]:
    """How the sensitive content is labelled that questions in use may show."""
    said = [QuestionVersion.body["sensitive", name].as_string() for name in ("kind", "degree", "form")]
    query = select(*said).join(QuestionVersion.question).where(Question.state == QuestionState.IN_USE)
    for kind, degree, form in db.session.execute(query.where(said[0].is_not(None)).distinct()):
        if degree in list(Degree) and form in list(Form):
            yield Label(kind, Degree(degree), Form(form))


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


register_labels(load_labels)
