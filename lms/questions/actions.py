from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from lms.accounts import queries as accounts
from lms.accounts.models import Person
from lms.foundation import clock, journal, notices
from lms.foundation.db import db
from lms.kit.chains import sha256_of
from lms.kit.findings import Finding, Level, has_errors
from lms.kit.problems import Conflict, Invalid
from lms.policies import queries as policies
from lms.policies.models import Section
from lms.questions import queries
from lms.questions.core.checks import BANK_CODE, LONGEST_TITLE, check, distinct, editorial, finding_at, flaws, repeated
from lms.questions.core.formats.plain import has_controls
from lms.questions.core.formats.report import LeftOut, Placed, Reading
from lms.questions.core.halves import halves
from lms.questions.core.languages import PairBy, fill, in_language, is_same, key_differences, languages, only
from lms.questions.core.question import UNDETERMINED, Question, code_from_texts
from lms.questions.models import Bank, QuestionDraft, QuestionKey, QuestionState, QuestionVersion, SectionLink
from lms.questions.models import Question as QuestionRow

SYSTEM = "system"
PUBLISH, WAITS, RELEASED = "question.publish", "question.waits", "question.released"
DECLINED, RETIRED = "question.declined", "question.retired"
_FIELDS = {"question.bad_code": "code", "question.unknown_section": "section"}
"""The field of a form at which an obstacle is said."""
ROOM_FOR_BANK = 24
"""How much of a bank's code stands before an id that is made here: ids have at most 40 characters."""


class Keep(Protocol):
    """Writes a question into a bank; gives its row and whether anything was written."""

    def __call__(self, bank: Bank, question: Question, *, by: Person | None) -> tuple[QuestionRow, bool]: ...


@dataclass(slots=True)
class Imported:
    """What an import did: codes of new questions, of revised ones, and of those that were the same already.

    ``left_out`` are the items with an error; ``drafts`` is how many of the new and revised ones are not finished.
    """

    created: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    drafts: int = 0
    waiting: int = 0
    """How many of the new and revised ones wait for a second person."""
    keep: Keep | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out because of an error."""
        return not has_errors(self.findings)

    @property
    def has_taken(self) -> bool:
        """Whether anything of the file stands in the bank now."""
        return bool(self.created or self.revised or self.unchanged)

    def after(self, reading: Reading) -> Imported:
        """The import with what the reading of its file found before it."""
        found = [*reading.findings, *self.findings]
        if not self.has_taken and not has_errors(found):
            found.append(Finding(Level.ERROR, "file.no-questions"))
        return replace(self, findings=found, left_out=[*reading.left_out, *self.left_out])

    def refuse(self, item: Placed, code: str, facts: Mapping[str, Any]) -> None:
        """Leave an item out because of an error."""
        self.findings.append(finding_at(item, Level.ERROR, code, facts))
        self.leave_out(item)

    def leave_out(self, item: Placed) -> None:
        """List an item among those that were not taken, once."""
        entry = LeftOut(item.question.id if item.named else None, item.line, item.file)
        if entry not in self.left_out:
            self.left_out.append(entry)


def create_bank(
    code: str, title_text: Mapping[str, str], module_code: str | None = None, *, by: Person | None = None
) -> Bank:
    """Create a bank. Raises ``Invalid`` for a code that is taken or unfit, a title too long, a module unknown."""
    if not BANK_CODE.fullmatch(code):
        raise Invalid("bank.bad_code", field="code")
    _check_titles(title_text)
    if queries.find_bank(code) is not None:
        raise Invalid("bank.code_taken", field="code")
    module = policies.find_module(module_code) if module_code else None
    if module_code and module is None:
        raise Invalid("bank.unknown_module", module=module_code)
    bank = Bank(code=code, title_text=dict(title_text), module_id=module.id if module else None)
    db.session.add(bank)
    db.session.flush()
    journal.record("bank.create", actor=by.code if by else SYSTEM, object=bank.code)
    return bank


def change_bank(bank: Bank, title_text: Mapping[str, str], *, seen: int, by: Person) -> None:
    """Change a bank's title; its code stays. Raises ``Conflict`` when somebody else changed it."""
    if seen != bank.revision:
        raise Conflict("bank.changed")
    _check_titles(title_text)
    if dict(bank.title_text) == dict(title_text):
        return
    before, bank.title_text = dict(bank.title_text), dict(title_text)
    bank.revision += 1
    journal.record("bank.change", actor=by.code, object=bank.code, before=before, after=dict(title_text))


def retire_bank(bank: Bank, *, by: Person) -> None:
    """Offer a bank's questions to no further quiz; those that draw them already keep them."""
    if bank.retired_at is None:
        bank.retired_at = clock.now()
        bank.revision += 1
        journal.record("bank.retire", actor=by.code, object=bank.code)


def restore_bank(bank: Bank, *, by: Person) -> None:
    """Take a retired bank into use again."""
    if bank.retired_at is not None:
        bank.retired_at = None
        bank.revision += 1
        journal.record("bank.restore", actor=by.code, object=bank.code)


def _check_titles(title_text: Mapping[str, str]) -> None:
    if any(len(title) > LONGEST_TITLE or has_controls(title) for title in title_text.values()):
        raise Invalid("bank.bad_title", field="title_en", most=LONGEST_TITLE)


def save_question(bank: Bank, question: Question, *, by: Person | None) -> tuple[QuestionRow, bool]:
    """Write a question as a new version; returns its row and whether anything was written.

    A version is never changed: other content is version n + 1, the same content is nothing. A question in which
    ``check`` finds an error (one language only, no section) is a draft. Raises ``Invalid`` for a code that no address
    can carry, for texts without bounds, and when it cites or offers a section that there is not.
    """
    check_storable(question)
    cut = halves(question)
    row = queries.find_question(question.id)
    if row is not None and row.bank_id != bank.id:
        raise Invalid("question.other_bank", field="code", question=question.id)
    current = queries.load_current([row]).get(row.id) if row is not None else None
    key = queries.load_keys({(current.version.id, current.key_n)}) if current else {}
    if current and current.version.sha256 == cut.body_sha256 and list(key.values()) == [cut.key]:
        return current.question, False
    state = QuestionState.DRAFT if has_errors(check(question)) else QuestionState.IN_USE
    if row is not None and state is QuestionState.IN_USE and queries.list_open_holds([row]):
        state = QuestionState.HELD
    if row is None:
        row = QuestionRow(bank_id=bank.id, code=question.id, state=state)
        db.session.add(row)
        db.session.flush()
    else:
        row.revision += 1
        if row.state not in (QuestionState.HELD, QuestionState.RETIRED):
            row.state = state
    row.variant_of = queries.variant_root(question)
    now = clock.now()
    version = QuestionVersion(
        question_id=row.id,
        n=current.version.n + 1 if current else 1,
        type=question.type,
        body=cut.body,
        sha256=cut.body_sha256,
        created_at=now,
        links=[SectionLink(section_id=section.id, position=position) for position, section in _cited(question)],
    )
    db.session.add(version)
    db.session.flush()
    db.session.add(QuestionKey(question_version_id=version.id, n=1, key=cut.key, sha256=cut.key_sha256, created_at=now))
    journal.record("question.revise", actor=by.code if by else SYSTEM, object=f"{row.code} v{version.n}")
    return row, True


def correct_key(version: QuestionVersion, key: Mapping[str, Any], *, by: Person) -> int:
    """Write another key of a question version, and give its number; one that reads like the newest is that one.

    A key is never changed: attempts that have pinned an earlier one keep it until they are graded anew.
    """
    newest, sha256 = queries.load_newest_key(version.id), sha256_of(key)
    if newest.sha256 == sha256:
        return newest.n
    n = newest.n + 1
    db.session.add(
        QuestionKey(question_version_id=version.id, n=n, key=dict(key), sha256=sha256, created_at=clock.now())
    )
    db.session.flush()
    name = f"{version.question.code} v{version.n}"
    journal.record("question.correct_key", actor=by.code, object=name, key=n)
    return n


def tell_waiting(bank: Bank, *, by: Person) -> None:
    """Tell whoever could release them that questions of a bank wait: one notice for each bank, however many wait."""
    able = set(accounts.load_able(PUBLISH)) - {by.id}
    notices.tell(WAITS, bank.code, able, code=bank.code, bank_text=bank.title_text)


def settle_waiting(bank: Bank) -> None:
    """Let the notice rest once nothing of the bank waits any more."""
    if not queries.list_waiting(bank):
        notices.settle(WAITS, about=bank.code)


def tell_released(bank: Bank, writer_id: int, *, by: Person) -> None:
    """Tell a writer that their questions of a bank are in use: one notice for each bank, however many they are."""
    if writer_id != by.id:
        notices.tell(RELEASED, bank.code, [writer_id], code=bank.code, bank_text=bank.title_text, by=by.code)


def tell_declined(kind: str, question: QuestionRow, draft: QuestionDraft | None, *, by: Person) -> None:
    """Tell a writer that somebody else does not put into use what waited for them."""
    if draft is not None and draft.sent_at is not None and draft.prepared_by_id != by.id:
        facts: dict[str, Any] = {"bank": question.bank.code, "code": question.code, "by": by.code}
        notices.tell(kind, question.code, [draft.prepared_by_id], **facts)


def check_storable(question: Question) -> None:
    """Raise ``Invalid`` for the first thing that keeps a question out of any bank."""
    for code, facts in _obstacles(question):
        raise Invalid(code, field=_FIELDS.get(code), **facts)


def _obstacles(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """All that keeps a question out, as (code, facts); the sections that a case offers must exist as well."""
    offered = [option.section for part in question.parts for option in part.options if option.section is not None]
    names = dict.fromkeys((*question.sections, *offered))
    unknown = [name for name in names if policies.find_section(name) is None]
    return [*flaws(question), *(("question.unknown_section", {"section": name}) for name in unknown)]


def _cited(question: Question) -> Iterable[tuple[int, Section]]:
    """The sections that a question cites, each once and with its place, the main one first."""
    found = [policies.find_section(name) for name in dict.fromkeys(question.sections)]
    return enumerate(section for section in found if section is not None)


def import_questions(
    bank: Bank,
    placed: Sequence[Placed],
    *,
    by: Person | None,
    locale: str | None = None,
    pair_by: PairBy | None = None,
    withheld: Collection[str] = (),
    keep: Keep = save_question,
    **noted: Any,
) -> Imported:
    """Write the questions of a file into a bank, or with ``pair_by`` fill a language of questions that are there.

    ``locale`` is the language of texts that do not say theirs. An item with an error is left out and listed; whether
    the rest is kept is for the caller to say, by rolling back or not. ``withheld`` are questions whose key may not be
    seen yet: nothing is compared with them. ``keep`` writes each question, by default as a version that may be drawn;
    ``noted`` goes into the journal.
    """
    done = Imported(keep=keep)
    taken, repeats = distinct(placed)
    for item in repeats:
        done.findings.append(repeated(item))
        if item.named:
            done.leave_out(item)
    items = []
    for item in (_of_bank(item, bank) for item in taken):
        if item.question.id in withheld:
            done.refuse(item, "question.withheld", {"question": item.question.id})
        else:
            items.append(item)
    if pair_by is None:
        _take(bank, items, locale, by, done)
    else:
        spoken = [replace(item, question=in_language(item.question, locale)) if locale else item for item in items]
        rows = [row for row in queries.list_questions(bank) if row.code not in withheld]
        stored = queries.load_values(rows)
        pairs = _paired_by_id(spoken, stored, done) if pair_by is PairBy.ID else _paired_in_order(spoken, stored, done)
        for question, item in pairs:
            filled = fill(question, item.question)
            done.findings += editorial(item, filled)
            _save(bank, item, filled, by, done)
    if done.drafts:
        done.findings.append(Finding(Level.INFO, "question.drafts", facts={"count": done.drafts}))
    if done.waiting:
        done.findings.append(Finding(Level.INFO, "question.waiting", facts={"count": done.waiting}))
    if done.waiting and by is not None:
        tell_waiting(bank, by=by)
    actor = by.code if by else SYSTEM
    facts = {"created": len(done.created), "revised": len(done.revised), **noted}
    journal.record("question.import", actor=actor, object=bank.code, **facts)
    return done


def _of_bank(item: Placed, bank: Bank) -> Placed:
    """The item under a code of the bank, where its file has none."""
    if item.named:
        return item
    return replace(item, question=replace(item.question, id=f"{bank.code[:ROOM_FOR_BANK]}-{item.question.id}"))


def _take(bank: Bank, items: Sequence[Placed], locale: str | None, by: Person | None, done: Imported) -> None:
    """Write items as new or revised questions. What says no language cannot replace what stands in two."""
    stored = {question.id: question for question in queries.load_values(queries.list_questions(bank))}
    for item in items:
        question = in_language(item.question, locale) if locale else item.question
        done.findings += editorial(item, question)
        earlier = stored.get(question.id)
        if earlier == question:
            done.unchanged.append(question.id)
            continue
        if earlier is not None and UNDETERMINED in languages(item.question):
            lost = languages(earlier) - languages(question) - {UNDETERMINED}
            if lost and is_same(only(earlier, languages(question)), question):
                done.unchanged.append(question.id)
                continue
            if lost:
                facts = {"question": question.id, "locale": tuple(sorted(lost))}
                done.refuse(item, "question.other-language", facts)
                continue
        _save(bank, item, question, by, done)


def _paired_by_id(
    items: Sequence[Placed], stored: Sequence[Question], done: Imported
) -> Iterable[tuple[Question, Placed]]:
    """Each item with the question of its id; those whose keys differ are left out."""
    by_id = {question.id: question for question in stored}
    for item in items:
        question = by_id.get(item.question.id)
        if not item.named:
            done.refuse(item, "question.pair-without-id", {})
        elif question is None:
            done.refuse(item, "question.pair-unknown", {"question": item.question.id})
        elif differences := _pair_flaws(question, item.question):
            done.refuse(item, *differences[0])
        else:
            yield question, item


def _paired_in_order(
    items: Sequence[Placed], stored: Sequence[Question], done: Imported
) -> Sequence[tuple[Question, Placed]]:
    """The items with the questions that lack their language, each in its order; one that does not fit stops all.

    An item whose texts stand in the bank already belongs to the question that has them.
    """
    spoken = frozenset[str]().union(*(languages(item.question) for item in items))
    complete = {code_from_texts(only(question, spoken)): question for question in stored}
    waiting = [question for question in stored if not spoken <= languages(question)]
    fresh = [item for item in items if code_from_texts(item.question) not in complete]
    if len(fresh) != len(waiting):
        facts = {"items": len(fresh), "questions": len(waiting)}
        done.findings.append(Finding(Level.ERROR, "question.pair-count", facts=facts))
    following = iter(waiting)
    pairs = [(complete.get(code_from_texts(item.question)) or next(following, None), item) for item in items]
    for question, item in pairs:
        if question is not None:
            done.findings += [
                finding_at(item, Level.ERROR, code, facts) for code, facts in _pair_flaws(question, item.question)
            ]
    if has_errors(done.findings):
        for item in items:
            done.leave_out(item)
        return []
    return [(question, item) for question, item in pairs if question is not None]


def _pair_flaws(question: Question, other: Question) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """What keeps two questions from being one in two languages."""
    if UNDETERMINED in languages(question) | languages(other):
        return [("question.pair-language", {"question": question.id})]
    return key_differences(question, other)


def _save(bank: Bank, item: Placed, question: Question, by: Person | None, done: Imported) -> None:
    """Save the question of an item, and say so when that takes one out of use."""
    earlier = queries.find_question(question.id)
    was_in_use = earlier is not None and earlier.state == QuestionState.IN_USE
    try:
        row, is_written = (done.keep or save_question)(bank, question, by=by)
    except Invalid as problem:
        for code, facts in _obstacles(question) or [(problem.code, problem.facts)]:
            done.refuse(item, code, facts)
        return
    is_finished = not has_errors(check(question))
    done.drafts += is_written and row.state == QuestionState.DRAFT and not is_finished
    done.waiting += is_written and is_finished and done.keep is not save_question
    if was_in_use and row.state == QuestionState.DRAFT:
        done.findings.append(finding_at(item, Level.WARNING, "question.out-of-use", {"question": row.code}))
    (done.unchanged if not is_written else done.revised if earlier else done.created).append(row.code)
