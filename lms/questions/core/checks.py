"""Editorial checks of a question: what keeps it from use (errors), what an author should look at (warnings)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lms.kit.findings import Finding, Level
from lms.kit.text import fold_spaces
from lms.questions.core.question import Option, Question, Text, missing_languages
from lms.questions.core.types import TYPES

LOCALES = ("en", "ja")
_SECTION = re.compile(r"[A-Z0-9-]+/[^\s{}#]{1,80}\Z")
_CUE_WORDS = re.compile(
    r"\b(always|never|all of the above|none of the above)\b|必ず|常に|決して|絶対に|すべて正しい|上記のすべて|いずれでもない|どれでもない",
    re.IGNORECASE,
)


def check(question: Question, *, line: int | None = None, locales: Iterable[str] = LOCALES) -> list[Finding]:
    """What stands against a question, the errors first."""
    found = [Finding(Level.ERROR, code, line, None, facts) for code, facts in TYPES[question.type].findings(question)]
    found += [Finding(Level.ERROR, code, line, None, facts) for code, facts in _faults(question, tuple(locales))]
    found += [Finding(Level.WARNING, code, line, None, facts) for code, facts in _weaknesses(question)]
    return found


def _faults(question: Question, locales: tuple[str, ...]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for locale in sorted(missing_languages(_shown_texts(question), locales)):
        yield "question.language-missing", {"locale": locale}
    for section in question.sections:
        if not _SECTION.match(section):
            yield "question.bad-section", {"section": section}
    for group, options in question.option_groups.items():
        for locale in locales:
            texts = [
                fold_spaces(option.text.get(locale, "")).casefold() for option in options if option.section is None
            ]
            if len({text for text in texts if text}) < len([text for text in texts if text]):
                yield "question.same-option-twice", {"group": group, "locale": locale}
        ids = [option.id for option in options]
        if len(set(ids)) < len(ids):
            yield "question.same-id-twice", {"group": group}


def _weaknesses(question: Question) -> Iterable[tuple[str, Mapping[str, Any]]]:
    if not question.sections:
        yield "question.no-section", {}
    for options in question.option_groups.values():
        for option in options:
            if option.section is None and not option.rationale:
                yield "question.no-rationale", {"option": option.id}
            if option.fraction < 1 and option.section is None and not option.misconception:
                yield "question.no-misconception", {"option": option.id}
            if any(_CUE_WORDS.search(text) for text in option.text.values()):
                yield "question.cue-word", {"option": option.id}


def _shown_texts(question: Question) -> list[Text]:
    texts = [question.prompt, *(option.text for option in _worded(question))]
    return [*texts, question.case] if question.case else texts


def _worded(question: Question) -> list[Option]:
    return [option for options in question.option_groups.values() for option in options if option.section is None]
