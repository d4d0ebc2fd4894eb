"""Texts of content as reports say them: with their language wherever it is not the document's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from lms.foundation.locale import LOCALES, SOURCE_LOCALE, current
from lms.kit.tables import Spoken, Text
from lms.policies.core.markup import Prose, blocks
from lms.policies.queries import SectionText
from lms.questions.core.question import PartName
from lms.questions.phrases import PARTS


def told(texts: Mapping[str, str | None]) -> Text:
    """A localized text in the language of the document, else in the other one, which is named."""
    if texts.get(current()):
        return str(texts[current()])
    return next((Spoken(((language, text),)) for language, text in texts.items() if text), "")


def marked(texts: Mapping[str, str], language: str) -> Spoken:
    """A question's text in one language, whose words may be marked."""
    return Spoken(((language, texts[language]),), is_marked=True)


def in_every_language(texts: Mapping[str, str], *, is_marked: bool = False) -> Spoken:
    """A text in each language that it has, that of the document first."""
    order = [current(), *(language for language in LOCALES if language != current())]
    found = tuple((language, texts[language]) for language in order if texts.get(language))
    return Spoken(found, is_marked=is_marked)


def quoted(section: SectionText, language: str) -> tuple[str, tuple[Any, ...]]:
    """The text of a section in a language that it has, without its sensitive examples."""
    return language, tuple(block for block in blocks(section.bodies[language]) if isinstance(block, Prose))


def numbered(section: SectionText) -> str:
    """A section by its number and title."""
    return f"{section.number or ''} {section.title}".strip()


class KeyReader:
    """Names options and parts in one language where a key is put into words."""

    def __init__(self, locale: str, sections: Mapping[str, SectionText]) -> None:
        self.locale = locale
        self.sections = sections

    def option(self, option: Mapping[str, Any]) -> str:
        name = option.get("section")
        if name is None:
            return str(option["text"].get(self.locale) or option["text"].get(SOURCE_LOCALE, ""))
        section = self.sections.get(name)
        if section is None:
            return str(name)
        return f"{section.number or ''} {section.titles.get(self.locale) or section.titles.get(SOURCE_LOCALE)}".strip()

    def part(self, name: str) -> str:
        return str(PARTS[PartName(name)])

    def choice(self, before: str, after: str) -> str:
        return str(_("%(left)s → %(right)s", left=before, right=after))

    def span(self, low: str, high: str) -> str:
        return str(_("%(low)s to %(high)s", low=low, high=high))
