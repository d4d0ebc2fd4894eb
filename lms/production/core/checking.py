"""What each row of a file means: the decisions that would be kept, and what stands against a row, with its place.

Pure: what the installation knows of people, sections and earlier decisions comes in as values. A row with an error is
no decision. A row that is kept already, word for word, is dropped: weekly files overlap.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.analysis.core.sheets import Row, Sheet
from lms.kit.findings import Finding, Level
from lms.kit.text import fold_spaces, plain
from lms.production.core.choices import Choices
from lms.production.core.columns import JUDGING, NEEDED, Part
from lms.production.core.days import Ambiguous, DayOrder, day_of, order_of
from lms.production.core.kinds import LONGEST_CASE, LONGEST_WORD, ErrorKind, ImportKind
from lms.production.core.words import NO_ERROR, fold_word, kind_between, kind_of

_SHOWN = 40
_LATEST = ZoneInfo("Pacific/Kiritimati")
"""Where a day begins first: of a row that names nobody it is not known at which site its day was."""
_ROUNDED = re.compile(r"\d(\.\d+)?e\+\d{2,}", re.IGNORECASE)
"""A long number as spreadsheets write it: its last digits are lost, and several cases may have become one."""
_NUMBER_OF_SECTION = re.compile(r"\d+\.\d+")
Key = tuple[str, int, date]
"""Case reference, person and day: what tells decisions of one kind apart."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person whom a row can name: their id and the zone of their site."""

    id: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Decision:
    """A row as it is kept."""

    person_id: int
    case_ref: str
    queue: str
    decided_on: date
    decision: str
    right_decision: str | None
    error_kind: ErrorKind | None
    section_id: int | None

    @property
    def key(self) -> Key:
        return self.case_ref, self.person_id, self.decided_on


@dataclass(frozen=True, slots=True)
class Known:
    """What the installation knows.

    ``people`` are found by code and by address, both in small letters; ``sections`` by every name of theirs, folded by
    ``fold_word``: None where several have it. ``kept`` are the decisions of this kind by key.
    """

    people: Mapping[str, Member]
    sections: Mapping[str, int | None]
    kept: Mapping[Key, Decision]
    now: datetime
    """The instant of the check; which day it is follows from the zone of each person's site."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with what was found. ``wrong`` are the lines with an error, ``dropped`` those that are kept already."""

    decisions: tuple[Decision, ...] = ()
    findings: tuple[Finding, ...] = ()
    wrong: frozenset[int] = frozenset()
    dropped: frozenset[int] = frozenset()
    unjudged: int = 0
    """Decisions of which nobody says whether they were right: kept, and in no error rate."""
    without_section: int = 0
    worked_out: int = 0
    """Errors whose kind follows from the two decisions."""
    kinds: Mapping[ErrorKind, int] = field(default_factory=dict)

    @property
    def is_readable(self) -> bool:
        """Whether rows were looked at at all: a column that is needed is not missing."""
        return not any(finding.level is Level.ERROR and finding.line is None for finding in self.findings)


def check(sheet: Sheet, choices: Choices, kind: ImportKind, known: Known) -> Checked:
    """Every row of a file with what was found; about missing columns alone where there are some."""
    missing = [part for part in NEEDED if part not in choices.columns]
    findings = [Finding(Level.ERROR, "column-missing", facts={"part": part}) for part in missing]
    if kind is ImportKind.AUDIT and not any(part in choices.columns for part in JUDGING):
        findings.append(Finding(Level.ERROR, "judging-missing"))
    by_place = Counter(choices.columns.values())
    for part, place in choices.columns.items():
        if by_place[place] > 1:
            findings.append(Finding(Level.ERROR, "column-twice", facts={"part": part, "name": sheet.header[place]}))
    if findings:
        return Checked(findings=tuple(findings))
    return _Checker(sheet, choices, kind, known).checked()


class _Checker:
    def __init__(self, sheet: Sheet, choices: Choices, kind: ImportKind, known: Known) -> None:
        self._sheet, self._columns, self._kind, self._known = sheet, choices.columns, kind, known
        self._order = choices.day_order
        if self._order is DayOrder.FROM_FILE:
            place = self._columns[Part.DECIDED_ON]
            self._order = order_of(row.cells[place] for row in sheet.rows)
        self._findings: list[Finding] = []
        self._wrong: set[int] = set()
        self._dropped: set[int] = set()
        self._first: dict[Key, int] = {}
        self._worked_out = 0

    def checked(self) -> Checked:
        taken = [found for row in self._sheet.rows if (found := self._decision(row)) is not None]
        return Checked(
            decisions=tuple(taken),
            findings=tuple(self._findings),
            wrong=frozenset(self._wrong),
            dropped=frozenset(self._dropped),
            unjudged=sum(one.right_decision is None and one.error_kind is None for one in taken),
            without_section=sum(one.section_id is None for one in taken),
            worked_out=self._worked_out,
            kinds=Counter(one.error_kind for one in taken if one.error_kind is not None),
        )

    def _cell(self, row: Row, part: Part) -> str:
        place = self._columns.get(part)
        return "" if place is None else fold_spaces(row.cells[place])

    def _error(self, row: Row, part: Part, code: str, **facts: Any) -> None:
        self._wrong.add(row.line)
        self._note(Level.ERROR, row, part, code, **facts)

    def _note(self, level: Level, row: Row, part: Part, code: str, **facts: Any) -> None:
        place = self._columns.get(part)
        short = {name: fact[:_SHOWN] if type(fact) is str else fact for name, fact in facts.items()}
        self._findings.append(Finding(level, code, row.line, None if place is None else place + 1, short))

    def _decision(self, row: Row) -> Decision | None:
        member = self._member(row)
        day = self._day(row, member)
        words = {part: self._word(row, part) for part in (Part.CASE, Part.QUEUE, Part.DECISION, Part.RIGHT_DECISION)}
        right, error_kind = self._judged(row, words[Part.DECISION], words[Part.RIGHT_DECISION])
        section_id = self._section(row)
        if row.line in self._wrong or member is None or day is None:
            return None
        found = Decision(
            person_id=member.id,
            case_ref=words[Part.CASE],
            queue=words[Part.QUEUE],
            decided_on=day,
            decision=words[Part.DECISION],
            right_decision=right,
            error_kind=error_kind,
            section_id=section_id,
        )
        return found if self._is_new(row, found) else None

    def _is_new(self, row: Row, found: Decision) -> bool:
        if found.key in self._first:
            self._error(row, Part.CASE, "duplicate-row", case=found.case_ref, first=self._first[found.key])
            return False
        self._first[found.key] = row.line
        kept = self._known.kept.get(found.key)
        if kept == found:
            self._dropped.add(row.line)
            return False
        if kept is not None:
            self._error(row, Part.CASE, "kept-otherwise", case=found.case_ref)
        return kept is None

    def _member(self, row: Row) -> Member | None:
        text = plain(self._cell(row, Part.PERSON))
        if not text:
            self._error(row, Part.PERSON, "no-person")
            return None
        found = self._known.people.get(text.casefold())
        if found is None:
            self._error(row, Part.PERSON, "unknown-person", value=text)
        return found

    def _day(self, row: Row, member: Member | None) -> date | None:
        text, zone = self._cell(row, Part.DECIDED_ON), member.zone if member else _LATEST
        found = day_of(text, self._order, zone)
        if isinstance(found, Ambiguous):
            self._error(row, Part.DECIDED_ON, "ambiguous-day", value=text)
            return None
        if found is None:
            self._error(row, Part.DECIDED_ON, "bad-day" if text else "no-day", value=text)
        elif found > self._known.now.astimezone(zone).date():
            self._error(row, Part.DECIDED_ON, "future-day", value=text)
        return found

    def _word(self, row: Row, part: Part) -> str:
        text = self._cell(row, part)
        longest = LONGEST_CASE if part is Part.CASE else LONGEST_WORD
        if not text and part in NEEDED:
            self._error(row, part, "no-case" if part is Part.CASE else "no-decision")
        elif len(text) > longest:
            self._error(row, part, "too-long", value=text, most=longest)
        elif part is Part.CASE and _ROUNDED.fullmatch(text):
            self._error(row, part, "rounded-case", value=text)
        elif not text.isprintable():
            self._error(row, part, "not-printable", value="".join(filter(str.isprintable, text)))
        return text

    def _judged(self, row: Row, decision: str, right: str) -> tuple[str | None, ErrorKind | None]:
        """The right decision and the kind of error, or neither where nobody has judged."""
        text = self._cell(row, Part.ERROR_KIND)
        said = kind_of(text) if text else None
        if text and said is None:
            self._error(row, Part.ERROR_KIND, "unknown-kind", value=text)
            return None, None
        is_same = bool(right) and fold_word(decision) == fold_word(right)
        if isinstance(said, ErrorKind):
            if is_same and said in (ErrorKind.FALSE_POSITIVE, ErrorKind.FALSE_NEGATIVE):
                self._error(row, Part.ERROR_KIND, "right-with-error", kind=said, value=decision)
            return right or None, said
        if said == NO_ERROR:
            if right and not is_same:
                self._error(row, Part.ERROR_KIND, "wrong-without-error", value=decision, right=right)
            return right or decision, None
        if right and not is_same:
            self._worked_out += 1
            return right, kind_between(decision, right)
        if not right and self._kind is ImportKind.AUDIT:
            self._error(row, Part.RIGHT_DECISION, "not-judged")
        return right or None, None

    def _section(self, row: Row) -> int | None:
        text = self._cell(row, Part.SECTION)
        if not text:
            return None
        name = fold_word(text)
        if _NUMBER_OF_SECTION.fullmatch(name) and f"{name}0" in self._known.sections:
            self._error(row, Part.SECTION, "zero-lost", value=text, other=f"{name}0")
            return None
        if name not in self._known.sections:
            self._error(row, Part.SECTION, "unknown-section", value=text)
            return None
        found = self._known.sections[name]
        if found is None:
            self._error(row, Part.SECTION, "section-of-several", value=text)
        return found


def names_of_sections(listed: Sequence[tuple[int, str, str, str | None, Sequence[str]]]) -> dict[str, int | None]:
    """Every name of each section: full name, module with number, number alone, title; None where several have it.

    ``listed`` has id, module code, key, number, and what module and section are called: pairs of titles by language.

    >>> har = (1, "HAR", "unwanted-contact", "3.2", ("Harassment", "Contact", "ハラスメント", "接触"))
    >>> found = names_of_sections([har, (2, "SPM", "links", "3.2", ("Spam", "Links"))])
    >>> [found.get(fold_word(name)) for name in ("HAR/unwanted-contact", "har 3.2", "ハラスメント 3.2", "3.2", "Links")]
    [1, 1, 1, None, 2]
    """
    found: dict[str, int | None] = {}
    for section_id, module, key, number, titles in listed:
        names = {f"{module}/{key}", *titles[1::2]}
        if number:
            names |= {number, f"{module} {number}", *(f"{title} {number}" for title in titles[::2])}
        for name in {fold_word(name) for name in names} - {""}:
            found[name] = section_id if found.get(name, section_id) == section_id else None
    for section_id, module, key, _number, _titles in listed:  # a full name is one section's in any case
        found[fold_word(f"{module}/{key}")] = section_id
    return found
