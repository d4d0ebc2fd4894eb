"""Which language and zone a reader has, and how dates, times and numbers look in them.

Every date, time and number that a person sees goes through here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, gettext
from markupsafe import Markup

import config
from lms.foundation import clock
from lms.foundation.access import asker

LOCALES = ("en", "ja")
SOURCE_LOCALE = "en"
DEFAULT_ZONE = "UTC"
COOKIE = "lang"

babel = Babel()

_BABEL_LOCALES = {"en": Locale("en", "GB"), "ja": Locale("ja", "JP")}
_PATTERNS: Mapping[str, Mapping[str, str]] = {
    "day": {"en": "EEE d MMM", "ja": "M月d日（E）"},
    "short_day": {"en": "d MMM", "ja": "M/d"},
    "long_day": {"en": "EEEE d MMMM", "ja": "M月d日（E）"},
    "date": {"en": "d MMM y", "ja": "y年M月d日"},
    "day_and_year": {"en": "EEE d MMM y", "ja": "y年M月d日（E）"},
    "month": {"en": "MMMM y", "ja": "y年M月"},
    "short_month": {"en": "MMM y", "ja": "y年M月"},
}


def bind(app: Flask) -> None:
    """Connect Babel, and remember a language chosen by ``?lang=``."""
    folder = app.config["KIJUN"].translations_folder
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)
    app.config["BABEL_DEFAULT_LOCALE"] = SOURCE_LOCALE
    babel.init_app(app, locale_selector=_choose)
    with app.app_context():
        used = [str(path) for path in app.extensions["babel"].translation_directories]
    if used != [str(folder)]:
        raise RuntimeError(f"catalogues are read from {used}, not from {folder}")

    _teach_templates(app, {name: Translations.load(str(folder), [name]) for name in LOCALES})

    @app.after_request
    def remember_language(response: Response) -> Response:
        chosen = request.args.get("lang")
        if chosen in LOCALES and request.cookies.get(COOKIE) != chosen:
            response.set_cookie(COOKIE, chosen, max_age=31536000, samesite="Lax", httponly=True, path="/")
        return response


def _teach_templates(app: Flask, catalogues: Mapping[str, NullTranslations]) -> None:
    """Give templates a short way to their texts: a page asks for two hundred, and Flask-Babel finds its catalogue anew
    for each.
    """

    @lru_cache(maxsize=8192)
    def text_in(locale: str, text: str) -> Markup:
        return Markup(catalogues[locale].gettext(text))  # noqa: S704 - a text of ours; what is put into it is escaped

    @lru_cache(maxsize=8192)
    def plain_in(locale: str, text: str) -> Markup:
        return text_in(locale, text) % {}

    def translated(text: str, /, **values: Any) -> Markup:
        return text_in(current(), text) % values if values else plain_in(current(), text)

    def translated_by_number(one: str, many: str, num: int, /, **values: Any) -> Markup:
        text = Markup(catalogues[current()].ngettext(one, many, num))  # noqa: S704 - as above
        return text % {"num": num, **values}

    app.jinja_env.globals |= {"_": translated, "gettext": translated, "ngettext": translated_by_number}


def current() -> str:
    """The language of what is being rendered: ``en`` or ``ja``."""
    chosen = get_locale()
    return chosen.language if chosen is not None and chosen.language in LOCALES else SOURCE_LOCALE


def for_profile(locale: str) -> str:
    """The language of the next page of somebody who has just signed in, by the language of their profile."""
    return _chosen_here() or locale


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Render in this language, whatever the request says (a report, a calendar feed)."""
    with force_locale(locale):
        yield


def of_environment(environment: Mapping[str, str]) -> str:
    """The language that ``LC_ALL`` or ``LANG`` asks of a command.

    >>> of_environment({"LANG": "ja_JP.UTF-8"}), of_environment({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"})
    ('ja', 'en')
    """
    asked = environment.get("LC_ALL") or environment.get("LANG") or SOURCE_LOCALE
    return asked[:2] if asked[:2] in LOCALES else SOURCE_LOCALE


def terminal_text(text: str) -> str:
    """A text in the language that the environment asks for, where no app exists yet to ask for a translation."""
    return _catalogue(of_environment(os.environ)).gettext(text)


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(config.ROOT / "translations"), [locale])


def zone() -> ZoneInfo:
    """The zone in which the reader sees times: their own, else their site's, else UTC."""
    found = asker()
    return ZoneInfo(found.zone_name if found else DEFAULT_ZONE)


def localized(texts: Mapping[str, str], locale: str | None = None) -> str:
    """A localized text in the reader's language, else in the other one."""
    wanted = locale or current()
    return texts.get(wanted) or next((text for text in texts.values() if text), "")


def day(value: date | datetime, zone: ZoneInfo | None = None, *, pattern: str = "day") -> str:
    """A calendar day: ``Mon 16 Nov``, ``11月16日（月）``; ``pattern`` names one of those above."""
    return _day(value, zone, pattern, current())


def day_span(first: date, last: date) -> str:
    """Two days and what lies between: ``16–20 Nov``, ``11月16日～20日``."""
    return str(format_interval(first, last, skeleton="MMMd", locale=_BABEL_LOCALES[current()]))


def sentences(parts: Iterable[object]) -> str:
    """Sentences one after the other: a blank between them in English, nothing in Japanese. Empty ones are left out."""
    return ("" if current() == "ja" else " ").join(text for part in parts if (text := str(part).strip()))


def listed(parts: Iterable[object]) -> str:
    """Peers of a sentence: ``A, B and C``, ``A、B、C``."""
    return format_list([str(part) for part in parts], locale=_BABEL_LOCALES[current()])


def clock_time(value: datetime | time, zone: ZoneInfo | None = None, *, seconds: bool = False) -> str:
    """A time of day, 24 hours: ``14:32``."""
    moment = value.astimezone(zone or _zone()) if isinstance(value, datetime) else value
    return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(value: datetime, zone: ZoneInfo | None = None) -> str:
    """A date with its time: ``16 Nov 2026 14:44``, ``2026年11月16日 14:44``."""
    return f"{day(value, zone, pattern='date')} {clock_time(value, zone)}"


def near_moment(value: datetime, zone: ZoneInfo | None = None) -> str:
    """A moment as one says it: ``today 17:00``, ``tomorrow 17:00``, else its day and time."""
    here, shown = zone or _zone(), clock_time(value, zone)
    away = (value.astimezone(here).date() - clock.now().astimezone(here).date()).days
    if away == 0:
        return str(gettext("today %(time)s", time=shown))
    if away == 1:
        return str(gettext("tomorrow %(time)s", time=shown))
    return f"{day(value, here)} {shown}"


def moment_in_zone(value: datetime, zone: ZoneInfo | None = None) -> str:
    """A date with its time and zone: ``16 Nov 2026 14:44 JST``, ``2026年11月16日 14:44（日本時間）``."""
    shown, label = moment(value, zone), zone_label(value, zone)
    return f"{shown}（{label}）" if current() == "ja" else f"{shown} {label}"


def zone_label(value: datetime, zone: ZoneInfo | None = None) -> str:
    """The zone's short name at an instant: ``JST``, ``GMT``; in Japanese 日本時間 for Japan."""
    here = zone or _zone()
    if current() == "ja" and here.key == "Asia/Tokyo":
        return "日本時間"
    return value.astimezone(here).tzname() or here.key


def country_name(code: str) -> str:
    """What the reader calls a country: ``Japan``, ``日本``; its code where there is no name."""
    return str(_BABEL_LOCALES[current()].territories.get(code, code))


def zone_city(name: str) -> str:
    """What the reader calls the city of a zone: ``Tokyo``, ``東京``."""
    return _zone_city(name, current())


def number(value: float | Decimal, digits: int = 0) -> str:
    """A number with a fixed count of decimals, by the reader's rules."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=_BABEL_LOCALES[current()], decimal_quantization=True)


def signed(value: float, digits: int = 1) -> str:
    """A number that always shows its sign: ``+3.1``, ``−0.4`` (a real minus)."""
    shown = number(abs(value), digits)
    return ("+" if value >= 0 else "−") + shown


def percent(share: float) -> str:
    """A share 0..1 as whole percent, rounded down so that nothing is shown as reached that is not: ``79%``."""
    return f"{int(share * 100 + 1e-9)}%"


@cache
def _zone_city(name: str, locale: str) -> str:
    return get_timezone_location(name, locale=_BABEL_LOCALES[locale], return_city=True)


def _day(value: date | datetime, zone: ZoneInfo | None, pattern: str, locale: str) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(zone or _zone()).date()
    return format_date(value, format=_PATTERNS[pattern][locale], locale=_BABEL_LOCALES[locale])


def _zone() -> ZoneInfo:
    return zone() if has_request_context() else ZoneInfo(DEFAULT_ZONE)


def _choose() -> str | None:
    """?lang=, the cookie, the profile, Accept-Language, English: the first that says something."""
    if not has_request_context():
        return g.get("locale") or SOURCE_LOCALE
    asked = _chosen_here()
    if asked:
        return asked
    found = asker() if g.get("decided") and not g.get("reader_unknown") else None
    if found is not None:
        return found.locale
    return request.accept_languages.best_match(LOCALES) or SOURCE_LOCALE


def _chosen_here() -> str | None:
    """The language that was chosen in this browser, if any."""
    asked = request.args.get("lang") or request.cookies.get(COOKIE)
    return asked if asked in LOCALES else None
