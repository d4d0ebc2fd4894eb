"""Checks of a question: what keeps it out, what keeps it from use, what an author should look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lms.kit.findings import Finding, Level
from lms.kit.text import fold_spaces, letter
from lms.questions.core.formats.plain import has_controls
from lms.questions.core.formats.report import Placed
from lms.questions.core.question import (
    CHOICES,
    NUMBERS,
    UNDETERMINED,
    Option,
    Question,
    QuestionType,
    Text,
    missing_languages,
    texts_of,
)
from lms.questions.core.types import TYPES

LOCALES = ("en", "ja")
LONGEST_TEXT = 10_000
LONGEST_WORD = 200
MOST_OPTIONS = 26
"""Options are lettered from A to Z."""
MOST_ANSWERS = 20
"""Of accepted answers, of gaps in a text, and of words for one answer."""
LONGEST_TITLE = 255
_BEYOND_OTHER_FORMATS = frozenset(
    {
        "question.language-missing",
        "question.no-answer-in",
        "question.no-section",
        "question.no-rationale",
        "question.no-reason",
        "question.no-misconception",
    }
)
"""What is missing in every item of a format that has no place for languages, sections and misconceptions."""
BANK_CODE = re.compile(r"[A-Z0-9-]{1,40}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_SECTION = re.compile(r"[A-Z0-9-]+/[^\s{}#]{1,80}\Z")
_CUE_WORDS = re.compile(
    r"\b(always|never|all of the above|none of the above)\b"
    r"|必ず|常に|決して|絶対に|すべて正しい|上記のすべて|いずれでもない|どれでもない",
    re.IGNORECASE,
)


def refusals(placed: Iterable[Placed]) -> list[Finding]:
    """What keeps items of a file out of any bank, and what is said of items that stand twice."""
    items, repeats = distinct(placed)
    return [
        *(
            finding_at(item, Level.ERROR, code, facts)
            for item in items
            for code, facts in flaws(item.question)
            if item.named or code != "question.bad_code"
        ),
        *(repeated(item) for item in repeats),
    ]


def distinct(placed: Iterable[Placed]) -> tuple[list[Placed], list[Placed]]:
    """The items of a file that each become a question, and those that repeat an earlier one.

    An id may stand once. Items without an id have theirs from their texts: one with the same texts and another key gets
    a number behind it, and one that is the same in all is a repeat.
    """
    items: list[Placed] = []
    repeats: list[Placed] = []
    alike: dict[str, list[Question]] = {}
    for item in placed:
        earlier = alike.setdefault(item.question.id, [])
        if earlier and (item.named or item.question in earlier):
            repeats.append(item)
            continue
        earlier.append(item.question)
        number = f"-{len(earlier)}" if len(earlier) > 1 else ""
        items.append(replace(item, question=replace(item.question, id=item.question.id + number)))
    return items, repeats


def repeated(item: Placed) -> Finding:
    """An error for an id of the file's own; what says the same without one is merely passed over."""
    if item.named:
        return finding_at(item, Level.ERROR, "question.id-repeated", {"question": item.question.id})
    return finding_at(item, Level.WARNING, "question.same-twice", {})


def finding_at(item: Placed, level: Level, code: str, facts: Mapping[str, Any]) -> Finding:
    """A finding at the place of an item."""
    return Finding(level, code, item.line, 1, {**facts, "file": item.file} if item.file else facts)


def editorial(item: Placed, question: Question | None = None) -> list[Finding]:
    """What editors should look at in an item: all of it warnings, since a question may be finished later.

    ``question`` is what the item becomes in a bank. Where texts do not say their language, the file is in another
    format than ours, and what that format cannot say is not held against each of its items.
    """
    is_ours = not any(UNDETERMINED in text for text in texts_of(item.question))
    return [
        finding_at(item, Level.WARNING, finding.code, finding.facts)
        for finding in check(question or item.question)
        if is_ours or finding.code not in _BEYOND_OTHER_FORMATS
    ]


def is_id(word: str) -> bool:
    """Whether a question may have this as its id."""
    return bool(_ID.fullmatch(word))


def flaws(question: Question) -> list[tuple[str, Mapping[str, Any]]]:
    """What keeps a question from being stored at all, as (code, facts): its ids, its length, its characters."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    if not _ID.fullmatch(question.id):
        found.append(("question.bad_code", {"question": question.id[:80]}))
    if question.variant_of and not _ID.fullmatch(question.variant_of):
        found.append(("question.bad_variant", {"question": question.variant_of[:80]}))
    most = max((len(group) for group in question.option_groups.values()), default=0)
    if most > MOST_OPTIONS:
        found.append(("question.too-many-options", {"options": most, "most": MOST_OPTIONS}))
    ids = {group: [option.id for option in options] for group, options in question.option_groups.items()}
    for group, names in {**ids, "gaps": [gap.id for gap in question.gaps]}.items():  # the key goes by these ids
        if len(set(names)) < len(names):
            found.append(("question.same-id-twice", {"group": group}))
    accepted = max((len(group) for group in question.answer_groups.values()), default=0)
    if max(accepted, len(question.gaps)) > MOST_ANSWERS:
        found.append(("question.too-many-answers", {"most": MOST_ANSWERS}))
    written = [words for text in texts_of(question) for words in text.values()]
    words = _words(question)
    longest = max(map(len, written), default=0)
    if longest > LONGEST_TEXT:
        found.append(("question.text-too-long", {"length": longest, "most": LONGEST_TEXT}))
    longest = max(map(len, words), default=0)
    if longest > LONGEST_WORD:
        found.append(("question.word-too-long", {"length": longest, "most": LONGEST_WORD}))
    if any(has_controls(value) for value in (*written, *words)):
        found.append(("question.control-character", {}))
    return found


def _words(question: Question) -> list[str]:
    """What stands in a question besides its texts: ids, names of sections, tags, locales, words of its material."""
    options = [option for group in question.option_groups.values() for option in group]
    sensitive = question.sensitive
    answers = [answer for group in question.answer_groups.values() for answer in group]
    return [
        *question.sections,
        *question.tags,
        *(option.id for option in options),
        *(option.section for option in options if option.section is not None),
        *(option.match for option in options if option.match is not None),
        *(words for answer in answers for locale, listed in answer.text.items() for words in (locale, *listed)),
        *(number for answer in answers for name in NUMBERS if (number := getattr(answer, name)) is not None),
        *(gap.id for gap in question.gaps),
        *(locale for text in texts_of(question) for locale in text),
        *((sensitive.kind, sensitive.degree, sensitive.form) if sensitive else ()),
    ]


def check(question: Question, *, line: int | None = None, locales: Iterable[str] = LOCALES) -> list[Finding]:
    """What stands against a question, the errors first."""
    found = [Finding(Level.ERROR, code, line, None, facts) for code, facts in TYPES[question.type].findings(question)]
    found += [Finding(Level.ERROR, code, line, None, facts) for code, facts in _faults(question, tuple(locales))]
    found += [Finding(Level.WARNING, code, line, None, facts) for code, facts in _weaknesses(question)]
    return found


def _faults(question: Question, locales: tuple[str, ...]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for locale in sorted(missing_languages(_shown_texts(question), locales)):
        yield "question.language-missing", {"locale": locale}
    if not _has_words(question.prompt):
        yield "question.prompt-empty", {}
    for group, options in question.option_groups.items():
        for place, option in enumerate(options):
            if option.section is None and not _has_words(option.text):
                yield "question.option-empty", {"option": letter(place), "group": group}
    if not question.sections:
        yield "question.no-section", {}
    for section in question.sections:
        if not _SECTION.match(section):
            yield "question.bad-section", {"section": section}
    yield from _foreign_sections(question)
    for group, options in question.option_groups.items():
        for locale in (*locales, UNDETERMINED):
            texts = [
                fold_spaces(option.text.get(locale, "")).casefold() for option in options if option.section is None
            ]
            if len({text for text in texts if text}) < len([text for text in texts if text]):
                yield "question.same-option-twice", {"group": group, "locale": locale}


def _foreign_sections(question: Question) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """A case offers sections of the policies that it cites: an attempt pins those policies and no others."""
    cited = {_module(section) for section in question.sections}
    offered = [option.section for part in question.parts for option in part.options if option.section is not None]
    for section in dict.fromkeys(offered):
        if cited and _module(section) not in cited:
            yield "question.foreign-section", {"section": section}


def _module(section: str) -> str:
    return section.partition("/")[0]


def _weaknesses(question: Question) -> Iterable[tuple[str, Mapping[str, Any]]]:
    shown_nowhere = {locale for text in texts_of(question) for locale in text} - {*LOCALES, UNDETERMINED}
    for locale in sorted(shown_nowhere):
        yield "question.unknown-locale", {"locale": locale}
    if question.type not in REASONED and not question.rationale:
        yield "question.no-reason", {}
    for group, options in question.option_groups.items() if question.type in REASONED else ():
        for place, option in enumerate(options):
            facts = {"option": letter(place), "group": group}
            if option.section is None and not option.rationale:
                yield "question.no-rationale", facts
            if option.fraction < 1 and option.section is None and not option.misconception:
                yield "question.no-misconception", facts
            if any(_CUE_WORDS.search(text) for text in option.text.values()):
                yield "question.cue-word", facts


REASONED = CHOICES | {QuestionType.CASE}
"""Types of which each option has its own reason; the others are explained as a whole."""


def _shown_texts(question: Question) -> list[Text]:
    texts = [question.prompt, *(option.text for option in _worded(question))]
    return [*texts, question.case] if question.case else texts


def _has_words(text: Text) -> bool:
    return any(words.strip() for words in text.values())


def _worded(question: Question) -> list[Option]:
    return [option for options in question.option_groups.values() for option in options if option.section is None]
