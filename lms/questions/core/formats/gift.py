"""Reads the choice questions of GIFT; every other item of a file is named as dropped, with its place and its type."""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass
from fractions import Fraction

import nh3

from lms.kit.findings import Finding, Level
from lms.questions.core.formats.gift_items import Item, find, items, unescaped
from lms.questions.core.formats.report import Placed, Reading
from lms.questions.core.question import UNDETERMINED, Option, Question, QuestionType

_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)(?<!\\)::", re.DOTALL)
_WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(#.*)?\Z", re.DOTALL)
_GAP = "_____"


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer between the braces: its sign (``=`` or ``~``), weight in percent, text and feedback."""

    sign: str
    weight: Fraction | None
    text: str
    feedback: str


def read(content: bytes) -> Reading:
    """Read a GIFT file in UTF-8, UTF-16 (with a mark) or CP932."""
    text, encoding, findings = _decoded(content)
    placed: list[Placed] = []
    category: tuple[str, ...] = ()
    for item in items(text):
        if item.is_category:
            path = item.text.removeprefix("$CATEGORY:").strip()
            category = tuple(part.strip() for part in path.split("/") if part.strip())
        elif item.unclosed is not None:
            findings.append(Finding(Level.ERROR, "gift.brace-not-closed", item.unclosed, 1))
        else:
            question = _read_item(item, category, len(placed) + 1, findings)
            if question is not None:
                placed.append(question)
    return Reading("gift", encoding, tuple(placed), tuple(findings))


def _decoded(content: bytes) -> tuple[str, str, list[Finding]]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _lines(content.decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")), encoding, []
    for encoding in ("utf-8", "cp932"):
        try:
            return _lines(content.decode(encoding)), encoding, []
        except UnicodeDecodeError:
            continue
    return "", "unknown", [Finding(Level.ERROR, "file.encoding-unknown")]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_item(item: Item, category: tuple[str, ...], number: int, findings: list[Finding]) -> Placed | None:
    title = _TITLE.match(item.text)
    name = unescaped(title[1]) if title else ""
    if item.opens is None or item.closes is None:
        findings.append(_dropped(item, "description"))
        return None
    before = item.text[title.end() if title else 0 : item.opens]
    inside, after = item.text[item.opens + 1 : item.closes], item.text[item.closes + 1 :]
    inside, _, general = _split_feedback(inside)
    kind = _kind(inside)
    if kind is not None:
        findings.append(_dropped(item, kind))
        return None
    answers = _answers(inside)
    prompt = _plain(before, item, findings)
    if after.strip():
        prompt = f"{prompt} {_GAP} {_plain(after, item, findings)}"
    is_single = any(answer.sign == "=" for answer in answers)
    options = tuple(
        Option(id=f"o{place}", text={UNDETERMINED: _plain(answer.text, item, findings)}, fraction=_fraction(answer))
        for place, answer in enumerate(answers, start=1)
    )
    question = Question(
        id=item.name or f"gift-{number}",
        type=QuestionType.SINGLE if is_single else QuestionType.MULTIPLE,
        prompt={UNDETERMINED: prompt},
        name={UNDETERMINED: name} if name else {},
        options=options,
        rationale={UNDETERMINED: unescaped(general)} if general else {},
        tags=item.tags,
    )
    feedback = {
        f"o{place}": {UNDETERMINED: unescaped(answer.feedback)}
        for place, answer in enumerate(answers, start=1)
        if answer.feedback.strip()
    }
    whole = {"": {UNDETERMINED: unescaped(general)}} if general else {}
    return Placed(question, item.line, item.name is not None, category, {**feedback, **whole})


def _split_feedback(inside: str) -> tuple[str, str, str]:
    """The answers and the feedback for the whole behind ``####``."""
    answers, mark, general = inside.partition("####")
    return answers, mark, general.strip()


def _kind(inside: str) -> str | None:
    """The type of an item that is no choice question; None for one that is."""
    if not inside.strip():
        return "essay"
    if inside.lstrip().startswith("#"):
        return "numeric"
    if _TRUTH.match(inside):
        return "true_false"
    signs = {inside[place] for place in _sign_places(inside)}
    if not signs:
        return "short_text"
    if "~" in signs:
        return None
    return "matching" if "->" in inside else "short_text"


def _sign_places(inside: str) -> list[int]:
    places, place = [], find(inside, "=~")
    while place >= 0:
        places.append(place)
        place = find(inside, "=~", place + 1)
    return places


def _answers(inside: str) -> list[_Answer]:
    places = _sign_places(inside)
    answers = []
    for start, end in zip(places, [*places[1:], len(inside)], strict=True):
        written = inside[start + 1 : end]
        weight = _WEIGHT.match(written)
        rest = written[weight.end() :] if weight else written
        hash_place = find(rest, "#")
        text, feedback = (rest, "") if hash_place < 0 else (rest[:hash_place], rest[hash_place + 1 :])
        answers.append(_Answer(inside[start], Fraction(weight[1]) if weight else None, text, feedback))
    return answers


def _fraction(answer: _Answer) -> Fraction:
    if answer.weight is not None:
        return max(Fraction(-1), min(Fraction(1), answer.weight / 100))
    return Fraction(int(answer.sign == "="))


def _plain(text: str, item: Item, findings: list[Finding]) -> str:
    """The text without its format mark; HTML is read as plain text, and that is reported."""
    mark = _FORMAT.match(text)
    body = unescaped(text[mark.end() :] if mark else text)
    if mark is None or mark[1].lower() != "html" or "<" not in body:
        return body
    findings.append(Finding(Level.CHANGED, "gift.formatting-dropped", item.line, 1))
    return html.unescape(nh3.clean(body, tags=set())).strip()


def _dropped(item: Item, kind: str) -> Finding:
    return Finding(Level.DROPPED, "gift.type-not-taken", item.line, 1, {"type": kind})
