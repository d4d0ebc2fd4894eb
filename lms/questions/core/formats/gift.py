"""Reads GIFT; every item that no question of ours can hold is named as dropped, with its place and the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from lms.kit.findings import Finding, Level
from lms.questions.core.formats.gift_answers import NotTaken, kind_of, read_inside
from lms.questions.core.formats.gift_items import Item, find, items, unescaped
from lms.questions.core.formats.plain import Formatted, decoded
from lms.questions.core.formats.report import LeftOut, Placed, Reading
from lms.questions.core.question import UNDETERMINED, Question, QuestionType, code_from_texts

_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)(?<!\\)::", re.DOTALL)
_SLASH = re.compile(r"(?<!/)/(?!/)")
"""Between the parts of a category; a slash within a part is written twice."""
_GENERAL = re.compile(r"(?<!\\)####")
_GAP = "_____"
_BARE = "gift.bare-answer"


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A question as it is written: its title, what stands before, between and behind the braces, general feedback."""

    title: str
    before: str
    inside: str
    after: str
    general: str


def read(content: bytes) -> Reading:
    """Read a GIFT file in UTF-8, UTF-16 (with a mark) or CP932."""
    text, encoding, findings = decoded(content)
    placed: list[Placed] = []
    left_out: list[LeftOut] = []
    category: tuple[str, ...] = ()
    for item in items(text):
        if item.is_category:
            path = _SLASH.split(item.text.removeprefix("$CATEGORY:"))
            category = tuple(part.replace("//", "/").strip() for part in path if part.strip())
        elif item.unclosed is not None:
            findings.append(Finding(Level.ERROR, "gift.brace-not-closed", item.unclosed, 1))
            others = (item.line, *item.more) if item.unclosed in item.more else item.more
            findings += [_shared(line) for line in others if line != item.unclosed]
            left_out.append(LeftOut(item.name, item.line))
        else:
            question = _read_item(item, category, findings)
            if question is not None:
                placed.append(question)
    return Reading("gift", encoding, tuple(placed), tuple(findings), tuple(left_out))


def is_without_items(reading: Reading) -> bool:
    """Whether nothing in the file was an item of GIFT, but running text and braces that mean something else."""
    return (
        bool(reading.findings)
        and not has_items(reading)
        and all(
            finding.code in ("gift.second-brace", _BARE) or finding.facts.get("type") == "description"
            for finding in reading.findings
        )
    )


def has_items(reading: Reading) -> bool:
    """Whether a question was read from more than words between braces, as they stand in other texts too."""
    bare = {finding.line for finding in reading.findings if finding.code == _BARE}
    return any(placed.line not in bare for placed in reading.questions)


def _read_item(item: Item, category: tuple[str, ...], findings: list[Finding]) -> Placed | None:
    title = _TITLE.match(item.text)
    if item.opens is None or item.closes is None:
        findings.append(_said(item, Level.DROPPED, "gift.type-not-taken", type="description"))
        return None
    before = item.text[title.end() if title else 0 : item.opens]
    inside, after = item.text[item.opens + 1 : item.closes], item.text[item.closes + 1 :]
    if find(inside, "{") >= 0 or find(after, "{}") >= 0:
        findings += [_shared(line) for line in (item.line, *item.more)]
        return None
    inside, general = _split_general(inside)
    kind = kind_of(inside)
    if kind is None:
        findings.append(_said(item, Level.DROPPED, "gift.type-not-taken", type="essay"))
        return None
    try:
        pieces = _Pieces(unescaped(title[1]) if title else "", before, inside, after, general)
        question = _question(item, kind, pieces, findings)
    except NotTaken as reason:
        findings.append(_said(item, Level.DROPPED, reason.code, **reason.facts))
        return None
    return Placed(question, item.line, item.name is not None, category)


def _question(item: Item, kind: QuestionType, pieces: _Pieces, findings: list[Finding]) -> Question:
    """The question, its texts made plain. The format of the prompt is that of all texts which do not say their own."""
    mark = _FORMAT.match(pieces.before)
    texts = Formatted(mark[1].lower() if mark else "moodle")
    prompt = _plain(pieces.before, texts)
    if pieces.after.strip():
        prompt = f"{prompt} {_GAP} {_plain(pieces.after, texts)}".strip()
    read = read_inside(kind, pieces.inside, lambda written: _plain(written, texts))
    rationale = _plain(pieces.general, texts)
    question = Question(
        id=item.name or "",
        type=kind,
        prompt={UNDETERMINED: prompt},
        name={UNDETERMINED: pieces.title} if pieces.title else {},
        rationale={UNDETERMINED: rationale} if rationale else {},
        tags=item.tags,
        options=read.options,
        left=read.left,
        right=read.right,
        answers=read.answers,
    )
    if texts.has_lost_formatting:
        findings.append(_said(item, Level.CHANGED, "gift.formatting-dropped"))
    if texts.has_lost_media:
        findings.append(_said(item, Level.DROPPED, "gift.media-dropped"))
    findings += [_said(item, Level.CHANGED, code, **facts) for code, facts in read.changed]
    return question if item.name else replace(question, id=code_from_texts(question))


def _split_general(inside: str) -> tuple[str, str]:
    """The answers and the feedback for the whole behind ``####``."""
    mark = _GENERAL.search(inside)
    return (inside[: mark.start()], inside[mark.end() :]) if mark else (inside, "")


def _plain(written: str, texts: Formatted) -> str:
    """The text without its escapes and its format mark."""
    mark = _FORMAT.match(written)
    return texts.plain(unescaped(written[mark.end() :] if mark else written), mark[1].lower() if mark else None)


def _shared(line: int) -> Finding:
    """A line that opens answers in an item that has others as well: it cannot be said which belong to what."""
    return Finding(Level.DROPPED, "gift.second-brace", line, 1)


def _said(item: Item, level: Level, code: str, **facts: Any) -> Finding:
    return Finding(level, code, item.line, 1, facts)
