"""What stands between the braces of a GIFT item: its kind, and its answers as a question of ours holds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from lms.kit.text import fold_spaces
from lms.questions.core.formats.gift_items import find, unescaped
from lms.questions.core.question import NUMBERS, UNDETERMINED, Answer, Option, QuestionType, Text
from lms.questions.core.telling import neutral_ids
from lms.questions.core.types import true_false
from lms.questions.core.written import in_digits

_WEIGHT = re.compile(r"\s*%(-?\d{1,9}(?:[.,]\d{1,20})?)%")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*(#.*)?\Z", re.DOTALL)
_DECIMAL = re.compile(r"[-+]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})([eE][-+]?\d{1,2})?")
_ANYTHING = re.compile(r"(?<!\\)\*")
"""In an accepted answer a star stands for any letters, unless a backslash stands before it."""

Fact = tuple[str, Mapping[str, Any]]
Plain = Callable[[str], str]
"""Makes a text plain: without its escapes and its formatting."""


class NotTaken(Exception):
    """An item that no question of ours can hold, with the code of what is said and its facts."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True, slots=True)
class Written:
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


@dataclass(frozen=True, slots=True)
class Inside:
    """The lists of the question, as its type has them, and what was changed in reading, as (code, facts)."""

    options: tuple[Option, ...] = ()
    left: tuple[Option, ...] = ()
    right: tuple[Option, ...] = ()
    answers: tuple[Answer, ...] = ()
    changed: tuple[Fact, ...] = ()


def kind_of(inside: str) -> QuestionType | None:
    """The type of a question by what stands between its braces; None for an essay, where nothing does.

    >>> [str(kind_of(each)) for each in ("#3:1", "T#no", "=a ~b", "=a -> b =c -> d", "=a =b", " ")]
    ['numeric', 'true_false', 'single', 'matching', 'short_text', 'None']
    """
    if not inside.strip():
        return None
    if inside.lstrip().startswith("#"):
        return QuestionType.NUMERIC
    if _TRUTH.match(inside):
        return QuestionType.TRUE_FALSE
    signs = {inside[place] for place in _sign_places(inside)}
    if "~" in signs:
        return QuestionType.SINGLE if "=" in signs else QuestionType.MULTIPLE
    return QuestionType.MATCHING if "=" in signs and "->" in inside else QuestionType.SHORT_TEXT


def read_inside(kind: QuestionType, inside: str, plain: Plain) -> Inside:
    """The answers of a question of this type. Raises ``NotTaken`` for what the type cannot hold."""
    return _READERS[kind](inside, plain)


def _choices(inside: str, plain: Plain) -> Inside:
    written = _signed(inside)
    options = tuple(
        Option(f"o{place}", {UNDETERMINED: plain(each.text)}, each.fraction, _text(plain(each.feedback)))
        for place, each in enumerate(written, start=1)
    )
    lost: list[Fact] = [("gift.text-before-answers", {})] if _bare(inside) else []
    return Inside(options=options, changed=(*lost, *_cut_weights(written)))


def _truth(inside: str, plain: Plain) -> Inside:
    """The first feedback is for whoever is wrong, and the second for whoever is right."""
    word, _hash, feedback = inside.partition("#")
    wrong, right = _split_feedback(feedback)
    key = true_false.TRUE if word.strip().startswith("T") else true_false.FALSE
    options = tuple(
        replace(option, fraction=Fraction(1), rationale=_text(plain(right)))
        if option.id == key
        else replace(option, rationale=_text(plain(wrong)))
        for option in true_false.unspoken()
    )
    return Inside(options=options)


def _pairs(inside: str, plain: Plain) -> Inside:
    """What stands right of an arrow without anything left of it is surplus. Ids on the right come of their texts."""
    left: list[Option] = []
    right: dict[str, str] = {}
    for _sign, piece in _pieces(inside):
        item, arrow, other = piece.partition("->")
        text, match = plain(item), fold_spaces(plain(other))
        if not arrow or not match:
            raise NotTaken("gift.pair-incomplete")
        if match not in right:
            right[match] = neutral_ids(1, right.values(), match)[0]
        if text:
            left.append(Option(f"l{len(left) + 1}", {UNDETERMINED: text}, match=right[match]))
    if _bare(inside) or not left:
        raise NotTaken("gift.pair-incomplete")
    others = tuple(Option(name, {UNDETERMINED: text}) for text, name in right.items())
    return Inside(left=tuple(left), right=others)


def _numbers(inside: str, plain: Plain) -> Inside:
    listed = inside.lstrip()[1:]
    written = [*_bare(listed), *_signed(listed)]
    answers, has_others = [], False
    for each in written:
        number = unescaped(each.text)
        if number in ("", "*"):
            has_others = has_others or _is_for_others(each, number)
        else:
            answers.append(replace(_number(number), fraction=each.fraction, rationale=_text(plain(each.feedback))))
    return _accepted(answers, written, [], has_others=has_others)


def _words(inside: str, plain: Plain) -> Inside:
    """Words that earn the same for the same reason are one answer: another language may have more of them, or fewer."""
    bare = _bare(inside)
    written = [*bare, *_signed(inside)]
    alike: dict[tuple[Fraction, str], list[str]] = {}
    has_others = False
    for each in written:
        word = fold_spaces(plain(each.text))
        if not word or _ANYTHING.search(word):
            has_others = has_others or _is_for_others(each, word)
        else:
            alike.setdefault((each.fraction, plain(each.feedback)), []).append(word.replace("\\*", "*"))
    answers = [
        Answer(fraction, {UNDETERMINED: tuple(dict.fromkeys(words))}, rationale=_text(reason))
        for (fraction, reason), words in alike.items()
    ]
    told: list[Fact] = [("gift.bare-answer", {})] if bare else []
    return _accepted(answers, written, told, has_others=has_others)


_READERS: Mapping[QuestionType, Callable[[str, Plain], Inside]] = {
    QuestionType.SINGLE: _choices,
    QuestionType.MULTIPLE: _choices,
    QuestionType.TRUE_FALSE: _truth,
    QuestionType.MATCHING: _pairs,
    QuestionType.NUMERIC: _numbers,
    QuestionType.SHORT_TEXT: _words,
}


def _accepted(answers: list[Answer], written: list[Written], changed: list[Fact], *, has_others: bool) -> Inside:
    if not answers:
        raise NotTaken("gift.no-answer")
    lost: list[Fact] = [("gift.others-feedback-dropped", {})] if has_others else []
    return Inside(answers=tuple(answers), changed=(*changed, *lost, *_cut_weights(written)))


def _is_for_others(each: Written, word: str) -> bool:
    """Whether feedback is lost that is for answers which nobody can list. Raises when they would earn something."""
    if word and each.fraction > 0:
        raise NotTaken("gift.wildcard", value=word[:40])
    return bool(each.feedback.strip())


def _number(written: str) -> Answer:
    """``30``, ``30:2`` or ``28..31``, exact."""
    low, dots, high = (part.strip() for part in written.partition(".."))
    value, _colon, tolerance = (part.strip() for part in written.partition(":"))
    answer = (
        Answer(low=_digits(low), high=_digits(high))
        if dots
        else Answer(value=_digits(value), tolerance=_digits(tolerance or "0"))
    )
    given = [number for name in NUMBERS if (number := getattr(answer, name)) is not None]
    if len(given) < 2 or (answer.tolerance or "").startswith("-"):
        raise NotTaken("gift.not-a-number", value=written[:40])
    return answer


def _digits(written: str) -> str | None:
    """A number as our questions hold it: GIFT has ``.5`` and ``1e3`` as well.

    >>> _digits(".50"), _digits("1e3"), _digits("1,000"), _digits("3,14"), _digits("1e30")
    ('0.50', '1000', '1000', None, None)
    """
    plain = in_digits(written)
    if plain is None and _DECIMAL.fullmatch(written):
        plain = in_digits(format(Decimal(written), "f"))
    return plain


def _cut_weights(written: list[Written]) -> tuple[Fact, ...]:
    return tuple(
        ("gift.weight-changed", {"weight": f"{float(each.weight):g}"})
        for each in written
        if each.weight is not None and abs(each.weight) > 100
    )


def _sign_places(inside: str) -> list[int]:
    places, place = [], find(inside, "=~")
    while place >= 0:
        places.append(place)
        place = find(inside, "=~", place + 1)
    return places


def _pieces(inside: str) -> list[tuple[str, str]]:
    """Each sign with what stands behind it."""
    bounds = pairwise([*_sign_places(inside), len(inside)])
    return [(inside[start], inside[start + 1 : end]) for start, end in bounds]


def _signed(inside: str) -> list[Written]:
    """The answers behind a sign."""
    return [_answer(sign, piece) for sign, piece in _pieces(inside)]


def _bare(inside: str) -> list[Written]:
    """What stands before the first sign: an accepted answer as well, where somebody writes."""
    before = inside[: next(iter(_sign_places(inside)), len(inside))]
    return [_answer("=", before)] if before.strip() else []


def _answer(sign: str, written: str) -> Written:
    weight = _WEIGHT.match(written)
    text, feedback = _split_feedback(written[weight.end() :] if weight else written)
    return Written(sign, Fraction(weight[1].replace(",", ".")) if weight else None, text, feedback)


def _split_feedback(written: str) -> tuple[str, str]:
    place = find(written, "#")
    return (written, "") if place < 0 else (written[:place], written[place + 1 :])


def _text(words: str) -> Text:
    return {UNDETERMINED: words} if words else {}
