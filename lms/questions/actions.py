from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lms.accounts.models import Person
from lms.foundation import clock, journal
from lms.foundation.db import db
from lms.kit.findings import Finding, Level, has_errors
from lms.kit.problems import Invalid
from lms.policies import queries as policies
from lms.policies.models import Section
from lms.questions import queries
from lms.questions.core.checks import check
from lms.questions.core.formats.report import Placed
from lms.questions.core.question import UNDETERMINED, Option, Part, Question, Text, halves
from lms.questions.models import Bank, QuestionKey, QuestionState, QuestionVersion, SectionLink
from lms.questions.models import Question as QuestionRow

SYSTEM = "system"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: codes of new questions, of revised ones, and of those that were the same already."""

    created: Sequence[str]
    revised: Sequence[str]
    unchanged: Sequence[str]
    findings: Sequence[Finding]


def create_bank(code: str, title_text: Mapping[str, str], module_code: str | None = None) -> Bank:
    """Create a bank; the code is unique."""
    if queries.find_bank(code) is not None:
        raise Invalid("bank.code_taken", field="code")
    module = policies.find_module(module_code) if module_code else None
    bank = Bank(code=code, title_text=dict(title_text), module_id=module.id if module else None)
    db.session.add(bank)
    db.session.flush()
    return bank


def save_question(bank: Bank, question: Question, *, by: Person | None) -> tuple[QuestionRow, bool]:
    """Write a question as a new version; returns its row and whether anything was written.

    A version is never changed: other content is version n + 1, the same content is nothing. A question with one
    language only stays a draft. Raises ``Invalid`` for a code that no address can carry, and when it cites or offers a
    section that there is not.
    """
    if not CODE.fullmatch(question.id):
        raise Invalid("question.bad_code", field="code", question=question.id)
    links = _sections(question)
    cut = halves(question)
    row = queries.find_question(question.id)
    if row is not None and row.bank_id != bank.id:
        raise Invalid("question.other_bank", field="code", question=question.id)
    current = queries.load_current([row]).get(row.id) if row is not None else None
    key = queries.load_keys({(current.version.id, current.key_n)}) if current else {}
    if current and current.version.sha256 == cut.body_sha256 and list(key.values()) == [cut.key]:
        return current.question, False
    findings = check(question)
    state = QuestionState.DRAFT if has_errors(findings) else QuestionState.IN_USE
    if row is None:
        row = QuestionRow(bank_id=bank.id, code=question.id, state=state)
        db.session.add(row)
        db.session.flush()
    else:
        row.state, row.revision = state, row.revision + 1
    now = clock.now()
    version = QuestionVersion(
        question_id=row.id,
        n=current.version.n + 1 if current else 1,
        type=question.type,
        body=cut.body,
        sha256=cut.body_sha256,
        created_at=now,
        links=[SectionLink(section_id=section.id, position=position) for position, section in enumerate(links)],
    )
    db.session.add(version)
    db.session.flush()
    db.session.add(QuestionKey(question_version_id=version.id, n=1, key=cut.key, sha256=cut.key_sha256, created_at=now))
    journal.record("question.revise", actor=by.code if by else SYSTEM, object=f"{row.code} v{version.n}")
    return row, True


def _sections(question: Question) -> list[Section]:
    """The sections that a question cites, each once, the main one first; those that a case offers must exist too."""
    offered = [option.section for part in question.parts for option in part.options if option.section is not None]
    found = {name: policies.find_section(name) for name in (*question.sections, *offered)}
    for name, section in found.items():
        if section is None:
            raise Invalid("question.unknown_section", field="section", section=name)
    return [section for name in dict.fromkeys(question.sections) if (section := found[name]) is not None]


def import_questions(bank: Bank, placed: Sequence[Placed], *, by: Person | None, locale: str | None = None) -> Imported:
    """Write the questions of a file into a bank, all of them or (when one cannot be) none."""
    findings: list[Finding] = []
    created: list[str] = []
    revised: list[str] = []
    unchanged: list[str] = []
    seen: set[str] = set()
    for item in placed:
        question = _named(item, bank, locale)
        if question.id in seen:
            findings.append(Finding(Level.ERROR, "question.id-repeated", item.line, 1, {"question": question.id}))
            continue
        seen.add(question.id)
        existed = queries.find_question(question.id) is not None
        try:
            _row, written = save_question(bank, question, by=by)
        except Invalid as problem:
            findings.append(Finding(Level.ERROR, problem.code, item.line, 1, problem.facts))
            continue
        (unchanged if not written else revised if existed else created).append(question.id)
    actor = by.code if by else SYSTEM
    journal.record("question.import", actor=actor, object=bank.code, created=len(created), revised=len(revised))
    return Imported(created, revised, unchanged, findings)


def _named(item: Placed, bank: Bank, locale: str | None) -> Question:
    """The question under a code of the bank, its texts of unknown language put into ``locale``."""
    question = item.question
    if not item.named:
        question = replace(question, id=f"{bank.code}-{question.id}")
    return _in_language(question, locale) if locale else question


def _in_language(question: Question, locale: str) -> Question:
    def text(value: Text) -> Text:
        return {locale if key == UNDETERMINED else key: words for key, words in value.items()}

    def option(value: Option) -> Option:
        return replace(
            value,
            text=text(value.text),
            rationale=text(value.rationale),
            misconception=text(value.misconception),
        )

    return replace(
        question,
        prompt=text(question.prompt),
        name=text(question.name),
        case=text(question.case),
        rationale=text(question.rationale),
        options=tuple(option(value) for value in question.options),
        parts=tuple(Part(part.name, part.weight, tuple(option(v) for v in part.options)) for part in question.parts),
    )
