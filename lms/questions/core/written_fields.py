"""Accepted answers and gaps as fields of the editor, and back; places count from 1."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from lms.questions.core.checks import LOCALES, LONGEST_WORD, MOST_ANSWERS
from lms.questions.core.formats.plain import has_controls
from lms.questions.core.question import GAP_TYPES, NUMBERS, WRITTEN, Answer, Gap, Question, QuestionType, Text
from lms.questions.core.types.single_choice import new_options
from lms.questions.core.written import in_digits

Flaws = dict[str, tuple[str, Mapping[str, Any]]]
ReadText = Callable[[str, Text], Text]
"""Reads a text of both languages from the fields of a stem."""
_SHARE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_GAP_NUMBER = re.compile(r"g([0-9]{1,4})")


def percent(fraction: Fraction) -> str:
    """A fraction as it is typed.

    >>> percent(Fraction(1, 2)), percent(Fraction(1, 3)), percent(Fraction(0))
    ('50', '33.3333', '0')
    """
    return f"{float(fraction * 100):.4f}".rstrip("0").rstrip(".")


def written_fields(question: Question) -> dict[str, str]:
    """The fields of all accepted answers, and of the weights of gaps."""
    fields = {f"weight.{gap.group}": str(gap.weight) for gap in question.gaps}
    for group, answers in question.answer_groups.items():
        fields[f"count.{group}"] = str(len(answers))
        for place, answer in enumerate(answers, start=1):
            stem = f"{group}.{place}"
            fields[f"{stem}.percent"] = percent(answer.fraction)
            fields |= {f"{stem}.{name}": getattr(answer, name) or "" for name in NUMBERS}
            for locale in LOCALES:
                fields[f"{stem}.text.{locale}"] = "\n".join(answer.text.get(locale, ()))
                fields[f"{stem}.rationale.{locale}"] = answer.rationale.get(locale, "")
    return fields


def read_written(
    base: Question, typed: Mapping[str, str], flaws: Flaws, text: ReadText
) -> dict[str, tuple[Answer, ...]]:
    """The accepted answers that were typed over those of ``base``."""
    return {
        group: tuple(
            _answer(f"{group}.{place}", answers[place - 1] if place <= len(answers) else Answer(), typed, flaws, text)
            for place in range(1, _count(typed, group, len(answers)) + 1)
        )
        for group, answers in base.answer_groups.items()
    }


def read_weights(base: Question, typed: Mapping[str, str], flaws: Flaws) -> tuple[Gap, ...]:
    """The gaps with the weights that were typed."""
    return tuple(replace(gap, weight=_weight(gap, typed, flaws)) for gap in base.gaps)


def with_answer(question: Question, group: str) -> Question:
    """The question with an empty accepted answer more in a group."""
    answers = question.answer_groups[group]
    return question if len(answers) >= MOST_ANSWERS else question.with_answers({group: (*answers, Answer())})


def without_answer(question: Question, group: str, place: str) -> Question:
    """The question without the answer at a place; the last one stays."""
    answers = question.answer_groups[group]
    if len(answers) < 2 or place not in {str(n) for n in range(1, len(answers) + 1)}:
        return question
    return question.with_answers({group: (*answers[: int(place) - 1], *answers[int(place) :])})


def with_gap(question: Question, kind: str, seed: str) -> Question:
    """The question with a gap more, which its author puts into the text."""
    if kind not in GAP_TYPES or len(question.gaps) >= MOST_ANSWERS:
        return question
    numbers = [int(found[1]) for gap in question.gaps if (found := _GAP_NUMBER.fullmatch(gap.id))]
    gap = Gap(f"g{max(numbers, default=0) + 1}", QuestionType(kind))
    if gap.type in WRITTEN:
        return replace(question, gaps=(*question.gaps, replace(gap, answers=(Answer(),))))
    return replace(question, gaps=(*question.gaps, replace(gap, options=new_options(3, seed))))


def without_gap(question: Question, name: str) -> Question:
    """The question without a gap; its mark in the text stays until the author takes it out, and the checks say so."""
    return replace(question, gaps=tuple(gap for gap in question.gaps if gap.id != name))


def _count(typed: Mapping[str, str], group: str, known: int) -> int:
    written = typed.get(f"count.{group}", "")
    return min(int(written), MOST_ANSWERS) if re.fullmatch(r"[0-9]{1,3}", written) else known


def _answer(stem: str, earlier: Answer, typed: Mapping[str, str], flaws: Flaws, text: ReadText) -> Answer:
    others = {locale: words for locale, words in earlier.text.items() if locale not in LOCALES}
    words = {
        locale: _words(f"{stem}.text.{locale}", typed, flaws)
        if f"{stem}.text.{locale}" in typed
        else tuple(earlier.text.get(locale, ()))
        for locale in LOCALES
    }
    numbers = {name: _number(f"{stem}.{name}", getattr(earlier, name), typed, flaws) for name in NUMBERS}
    if numbers["low"] or numbers["high"]:
        numbers |= {"value": None, "tolerance": None}
    elif numbers["value"]:
        numbers |= {"low": None, "high": None, "tolerance": numbers["tolerance"] or "0"}
    return Answer(
        fraction=_share(f"{stem}.percent", earlier.fraction, typed, flaws),
        text={**{locale: listed for locale, listed in words.items() if listed}, **others},
        rationale=text(f"{stem}.rationale", earlier.rationale),
        **{name: number or None for name, number in numbers.items()},
    )


def _words(name: str, typed: Mapping[str, str], flaws: Flaws) -> tuple[str, ...]:
    """Accepted words, one a line."""
    lines = [line for written in typed[name].splitlines() if (line := " ".join(written.split()))]
    words = tuple(dict.fromkeys(lines))
    longest = max(map(len, words), default=0)
    if longest > LONGEST_WORD:
        flaws[name] = ("question.word-too-long", {"length": longest, "most": LONGEST_WORD})
    elif len(words) > MOST_ANSWERS:
        flaws[name] = ("question.too-many-answers", {"most": MOST_ANSWERS})
    elif any(has_controls(line) for line in words):
        flaws[name] = ("question.control-character", {})
    return words


def _number(name: str, earlier: str | None, typed: Mapping[str, str], flaws: Flaws) -> str | None:
    """A number as it was typed, in plain digits; a flaw at its field for anything else."""
    if name not in typed:
        return earlier
    if not typed[name].strip():
        return None
    number = in_digits(typed[name])
    if number is None or (Fraction(number) < 0 and name.endswith(".tolerance")):
        flaws[name] = ("question.not_a_number", {})
        return earlier
    return number


def _share(name: str, earlier: Fraction, typed: Mapping[str, str], flaws: Flaws) -> Fraction:
    """What an answer earns; a share that was not touched stays exact."""
    if name not in typed:
        return earlier
    written = unicodedata.normalize("NFKC", typed[name]).strip().replace(",", ".").removesuffix("%").strip()
    if written == percent(earlier):
        return earlier
    if not _SHARE.fullmatch(written) or Fraction(written) > 100:
        flaws[name] = ("question.bad_share", {})
        return earlier
    return Fraction(written) / 100


def _weight(gap: Gap, typed: Mapping[str, str], flaws: Flaws) -> int:
    name = f"weight.{gap.group}"
    written = unicodedata.normalize("NFKC", typed.get(name, str(gap.weight))).strip()
    if not re.fullmatch(r"[0-9]{1,3}", written) or not 1 <= int(written) <= 100:
        flaws[name] = ("question.bad_gap_weight", {})
        return gap.weight
    return int(written)
