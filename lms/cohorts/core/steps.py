"""The steps of a plan as text, one a line, and what keeps them from being a plan."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from lms.cohorts.core.plan import QUIZ_DUE, StepKind, is_quiz_too_late

MOST_MINUTES = 720
MIDNIGHT = 24 * 60
_GAP = r"[\s,、，]+"
_LINE = re.compile(rf"(\S+?){_GAP}(\S+?){_GAP}(\S+?){_GAP}([^\s,、，]+){_GAP}(.+)\Z")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\Z")


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step that was read; ``about`` names its quiz, module or section, empty when it is about none."""

    number: int
    day: int
    starts: str
    minutes: int
    kind: StepKind
    title_text: dict[str, str]
    about: str = ""

    @property
    def first_minute(self) -> int:
        """Minutes after midnight at which it starts."""
        hours, minutes = self.starts.split(":")
        return int(hours) * 60 + int(minutes)

    @property
    def last_minute(self) -> int:
        """Minutes after midnight at which it ends."""
        return self.first_minute + self.minutes


@dataclass(frozen=True, slots=True)
class StepFault:
    """What is wrong with a line: its number, a code, facts for the sentence."""

    number: int
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def read_steps(text: str) -> tuple[list[StepLine], list[StepFault]]:
    """The steps of a text, and every line that is none. Full-width digits, letters, colons and bars are as good.

    >>> read_steps("１　９：３０　６０　class　Welcome ｜ 顔合わせ")[0][0].starts
    '09:30'
    >>> [(fault.number, fault.code) for fault in read_steps("1 09:30 60 party A | あ")[1]]
    [(1, 'plan.line_kind')]
    """
    lines, faults = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _read(number, line.strip())
        if isinstance(found, StepLine):
            lines.append(found)
        else:
            faults.append(found)
    return lines, faults


def check_steps(lines: Sequence[StepLine], day_count: int) -> list[StepFault]:
    """Every line that cannot stand in a plan of so many days, by its number."""
    faults = [fault for line in lines for fault in _check(line, day_count)]
    return sorted([*faults, *_overlaps(lines)], key=lambda fault: fault.number)


def write_steps(lines: Iterable[StepLine]) -> str:
    """The text that ``read_steps`` reads back to these steps."""
    return "\n".join(
        f"{line.day} {line.starts} {line.minutes} {line.kind} "
        + " | ".join(filter(None, (line.title_text.get("en", ""), line.title_text.get("ja", ""), line.about)))
        for line in lines
    )


def _read(number: int, line: str) -> StepLine | StepFault:
    match = _LINE.match(line)
    if match is None:
        return StepFault(number, "plan.line_form")
    day, starts, minutes, kind = (unicodedata.normalize("NFKC", part) for part in match.groups()[:4])
    titles = [part.strip() for part in re.split(r"[|｜]", match[5])]
    clock = _TIME.match(starts)
    if not day.isdecimal() or not minutes.isdecimal() or clock is None:
        return StepFault(number, "plan.line_form")
    kind = kind.casefold().replace("-", "_")
    if kind not in set(StepKind):
        return StepFault(number, "plan.line_kind", {"kind": kind})
    if not 2 <= len(titles) <= 3 or not all(titles[:2]):
        return StepFault(number, "plan.line_titles")
    if not 1 <= int(minutes) <= MOST_MINUTES:
        return StepFault(number, "plan.line_minutes", {"most": MOST_MINUTES})
    shown = f"{int(clock[1]):02}:{clock[2]}"
    title_text = {"en": titles[0], "ja": titles[1]}
    return StepLine(number, int(day), shown, int(minutes), StepKind(kind), title_text, "".join(titles[2:]))


def _check(line: StepLine, day_count: int) -> Iterable[StepFault]:
    if not 1 <= line.day <= day_count:
        yield StepFault(line.number, "plan.line_day", {"days": day_count})
    if line.last_minute > MIDNIGHT:
        yield StepFault(line.number, "plan.line_midnight")
    if line.kind is StepKind.QUIZ and is_quiz_too_late(time.fromisoformat(line.starts)):
        yield StepFault(line.number, "plan.line_quiz", {"due": QUIZ_DUE.strftime("%H:%M")})


def _overlaps(lines: Sequence[StepLine]) -> Iterable[StepFault]:
    """Each step that begins before an earlier one of its day has ended."""
    ending: dict[int, StepLine] = {}
    for line in sorted(lines, key=lambda line: (line.day, line.first_minute, line.number)):
        before = ending.get(line.day)
        if before is not None and line.first_minute < before.last_minute:
            yield StepFault(line.number, "plan.line_overlap", {"other": before.number})
        if before is None or line.last_minute > before.last_minute:
            ending[line.day] = line
