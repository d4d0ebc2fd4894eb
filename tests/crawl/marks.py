"""A build in which every translated letter carries a mark, so that what was never translated stands out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from babel.support import NullTranslations
from flask import Flask
from flask_babel import get_domain
from markupsafe import Markup

from lms.foundation import locale

MARK = "\ue000"
LEFT = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|<[^>]*>|&\w+;")
"""What a message only passes on: its placeholders, tags and entities."""
MARKED = re.compile(rf"\w{MARK}(?:[^\w]|\w{MARK})*")
SPLIT = "\n"


@cache
def mark(text: str) -> str:
    """A message of which every letter is marked; what is put into it is not."""
    kept = iter([*LEFT.findall(text), ""])
    return "".join(_letter_by_letter(part) + next(kept) for part in LEFT.split(text))


def _letter_by_letter(part: str) -> str:
    return "".join(letter + MARK if letter.isalnum() else letter for letter in part)


def unmarked(text: str) -> list[str]:
    """The pieces of a text that have letters and were not translated.

    >>> unmarked(mark("%(count)s left of") % {"count": "two"} + " HAR, 4.2"), unmarked("7 %")
    (['two', 'HAR, 4.2'], [])
    """
    text = re.sub(r"\{\w+\}", " ", text)  # what script fills in
    pieces = (" ".join(piece.split()) for piece in MARKED.sub(SPLIT, text).split(SPLIT))
    return [piece for piece in pieces if any(letter.isalpha() for letter in piece)]


class Marking(NullTranslations):
    """A catalogue whose messages come out marked."""

    def __init__(self, plain: NullTranslations) -> None:
        super().__init__()
        self._plain = plain

    def ugettext(self, message: str) -> str:
        return mark(self._plain.ugettext(message))

    def ungettext(self, one: str, many: str, count: int) -> str:
        return mark(self._plain.ungettext(one, many, count))

    def upgettext(self, context: str, message: str) -> str:
        return mark(self._plain.upgettext(context, message))

    def unpgettext(self, context: str, one: str, many: str, count: int) -> str:
        return mark(self._plain.unpgettext(context, one, many, count))


def _text(text: str, /, **values: Any) -> Markup:
    return Markup(get_domain().get_translations().ugettext(text)) % values  # noqa: S704 - a text of ours


def _text_by_number(one: str, many: str, num: int, /, **values: Any) -> Markup:
    text = get_domain().get_translations().ungettext(one, many, num)
    return Markup(text) % {"num": num, **values}  # noqa: S704 - a text of ours


@contextmanager
def marked(app: Flask) -> Iterator[None]:
    """Let the app speak marked languages: its own catalogues, and what Babel writes in words."""
    with pytest.MonkeyPatch.context() as patch:
        for language in locale.LOCALES:
            with app.test_request_context(f"/?lang={language}"):
                domain = get_domain()
                plain = domain.get_translations()
            key = next(key for key, known in domain.cache.items() if known is plain)
            patch.setitem(domain.cache, key, Marking(plain))
        for name, text in {"_": _text, "gettext": _text, "ngettext": _text_by_number}.items():
            patch.setitem(app.jinja_env.globals, name, text)  # templates know the plain catalogues
        for name in ("format_date", "format_interval", "get_timezone_location"):
            patch.setattr(locale, name, _marking(getattr(locale, name)))
        patch.setattr(locale, "format_list", _marking_list(locale.format_list))
        locale._zone_city.cache_clear()
        yield
    locale._zone_city.cache_clear()


def _marking(function: Callable[..., str]) -> Callable[..., str]:
    return lambda *args, **named: mark(str(function(*args, **named)))


def _marking_list(function: Callable[..., str]) -> Callable[..., str]:
    def listed(parts: list[str], **named: Any) -> str:
        names = [f"part{n}" for n in range(len(parts))]
        pattern = mark(function([f"%({name})s" for name in names], **named))
        return pattern % dict(zip(names, parts, strict=True))

    return listed
