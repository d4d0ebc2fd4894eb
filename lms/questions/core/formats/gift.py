"""Reads the choice questions of GIFT; every other item of a file is named as dropped, with its place and its type."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from lms.kit.findings import Finding, Level
from lms.questions.core.formats.gift_items import Item, find, items, unescaped
from lms.questions.core.formats.plain import Formatted, decoded
from lms.questions.core.formats.report import LeftOut, Placed, Reading
from lms.questions.core.question import UNDETERMINED, Option, Question, QuestionType, Text, code_from_texts

_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TITLE = re.compile(r"\s*::(.*?)(?<!\\)::", re.DOTALL)
_WEIGHT = re.compile(r"\s*%(-?\d{1,9}(?:[.,]\d{1,20})?)%")
_SLASH = re.compile(r"(?<!/)/(?!/)")
"""Between the parts of a category; a slash within a part is written twice."""
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(#.*)?\Z", re.DOTALL)
_GENERAL = re.compile(r"(?<!\\)####")
_GAP = "_____"


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer between the braces: its sign (``=`` or ``~``), weight in percent, text and feedback."""

    sign: str
    weight: Fraction | None
    text: str
    feedback: str

    @property
    def fraction(self) -> Fraction:
        """What the answer earns, from -1 to 1."""
        if self.weight is not None:
            return max(Fraction(-1), min(Fraction(1), self.weight / 100))
        return Fraction(int(self.sign == "="))


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
        and not reading.questions
        and all(
            finding.code == "gift.second-brace" or finding.facts.get("type") == "description"
            for finding in reading.findings
        )
    )


def _read_item(item: Item, category: tuple[str, ...], findings: list[Finding]) -> Placed | None:
    title = _TITLE.match(item.text)
    if item.opens is None or item.closes is None:
        findings.append(_dropped(item, "description"))
        return None
    before = item.text[title.end() if title else 0 : item.opens]
    inside, after = item.text[item.opens + 1 : item.closes], item.text[item.closes + 1 :]
    if find(inside, "{") >= 0 or find(after, "{}") >= 0:
        findings += [_shared(line) for line in (item.line, *item.more)]
        return None
    inside, general = _split_feedback(inside)
    kind = _kind(inside)
    if kind is not None:
        findings.append(_dropped(item, kind))
        return None
    answers = _answers(inside)
    question = _question(item, unescaped(title[1]) if title else "", (before, after), answers, general, findings)
    findings += [
        Finding(Level.CHANGED, "gift.weight-changed", item.line, 1, {"weight": f"{float(answer.weight):g}"})
        for answer in answers
        if answer.weight is not None and abs(answer.weight) > 100
    ]
    return Placed(question, item.line, item.name is not None, category)


def _question(
    item: Item,
    name: str,
    around: tuple[str, str],
    answers: list[_Answer],
    general: str,
    findings: list[Finding],
) -> Question:
    """The question, its texts made plain. The format of the prompt is that of all texts which do not say their own."""
    mark = _FORMAT.match(around[0])
    texts = Formatted(mark[1].lower() if mark else "moodle")

    def text(written: str) -> Text:
        words = _plain(written, texts)
        return {UNDETERMINED: words} if words else {}

    prompt = _plain(around[0], texts)
    if around[1].strip():
        prompt = f"{prompt} {_GAP} {_plain(around[1], texts)}"
    question = Question(
        id=item.name or "",
        type=QuestionType.SINGLE if any(answer.sign == "=" for answer in answers) else QuestionType.MULTIPLE,
        prompt={UNDETERMINED: prompt},
        name={UNDETERMINED: name} if name else {},
        options=tuple(
            Option(
                id=f"o{place}",
                text={UNDETERMINED: _plain(answer.text, texts)},
                fraction=answer.fraction,
                rationale=text(answer.feedback),
            )
            for place, answer in enumerate(answers, start=1)
        ),
        rationale=text(general),
        tags=item.tags,
    )
    if texts.has_lost_formatting:
        findings.append(Finding(Level.CHANGED, "gift.formatting-dropped", item.line, 1))
    if texts.has_lost_media:
        findings.append(Finding(Level.DROPPED, "gift.media-dropped", item.line, 1))
    return question if item.name else replace(question, id=code_from_texts(question))


def _split_feedback(inside: str) -> tuple[str, str]:
    """The answers and the feedback for the whole behind ``####``."""
    mark = _GENERAL.search(inside)
    return (inside[: mark.start()], inside[mark.end() :]) if mark else (inside, "")


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
        percent = Fraction(weight[1].replace(",", ".")) if weight else None
        answers.append(_Answer(inside[start], percent, text, feedback))
    return answers


def _plain(written: str, texts: Formatted) -> str:
    """The text without its escapes and its format mark."""
    mark = _FORMAT.match(written)
    return texts.plain(unescaped(written[mark.end() :] if mark else written), mark[1].lower() if mark else None)


def _shared(line: int) -> Finding:
    """A line that opens answers in an item that has others as well: it cannot be said which belong to what."""
    return Finding(Level.DROPPED, "gift.second-brace", line, 1)


def _dropped(item: Item, kind: str) -> Finding:
    return Finding(Level.DROPPED, "gift.type-not-taken", item.line, 1, {"type": kind})
