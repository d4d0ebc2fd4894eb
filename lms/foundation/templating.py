"""What every template may use: formats, icons, status symbols, access questions. An undefined name is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from lms.foundation import clock, locale
from lms.foundation.access import may, me
from lms.foundation.assets import STATIC
from lms.foundation.carried import is_reopened, is_reopened_in_part
from lms.foundation.security import csrf_token
from lms.foundation.settings import sample_day
from lms.kit.text import letter

ICONS = STATIC / "icons" / "tabler"
_GAPS = re.compile(r"\[\[[A-Za-z0-9_-]{1,40}\]\]")
_PATHS = re.compile(r"<path(?! stroke=\"none\")[^>]*/>")

SYMBOLS: Mapping[str, str] = {
    "tick": '<circle class="f" cx="8" cy="8" r="7.5"/><path class="k" d="M4.6 8.3 7 10.7l4.4-5"/>',
    "bang": '<path class="f" d="M8 .8 15.8 15H.2z"/><path class="k" d="M8 5.8v4M8 12.4v.1"/>',
    "cross": '<rect class="f" x=".8" y=".8" width="14.4" height="14.4" rx="2"/><path class="k" d="m5 5 6 6m0-6-6 6"/>',
    "ring": '<circle class="o" cx="8" cy="8" r="6.6" stroke-dasharray="2.4 2"/>',
    "half": '<circle class="o" cx="8" cy="8" r="6.6"/><path class="f" d="M8 1.4a6.6 6.6 0 0 1 0 13.2z"/>',
    "info": '<path class="f" d="m8 .2 7.8 7.8L8 15.8.2 8z"/><path class="k" d="M8 7.5v4M8 4.5v.1"/>',
}


def emphasis(text: str) -> Markup:
    """A question's text with its ``<em>`` kept, its gaps (``[[name]]``) as lines, and everything else escaped."""
    escaped = str(escape(_GAPS.sub("____", text)))
    return Markup(escaped.replace("&lt;em&gt;", "<em>").replace("&lt;/em&gt;", "</em>"))  # noqa: S704 - escaped above


class Cleaned(Protocol):
    """A piece of content whose HTML has passed an allowlist."""

    @property
    def html(self) -> str: ...


SYMBOL_OF_STATE = {"is-pass": "tick", "is-risk": "bang", "is-fail": "cross", "is-none": "ring", "is-info": "info"}


def bind(app: Flask) -> None:
    """Register filters and globals."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.do")
    env.filters |= {
        "localized": locale.localized,
        "day": locale.day,
        "day_span": locale.day_span,
        "clock_time": locale.clock_time,
        "moment": locale.moment,
        "near_moment": locale.near_moment,
        "moment_in_zone": locale.moment_in_zone,
        "zone_label": locale.zone_label,
        "zone_city": locale.zone_city,
        "country_name": locale.country_name,
        "number": locale.number,
        "sentences": _of_markup(locale.sentences),
        "listed": _of_markup(locale.listed),
        "signed": locale.signed,
        "percent": locale.percent,
        "emphasis": emphasis,
        "letter": letter,
    }
    env.globals |= {
        "is_reopened": is_reopened,
        "is_reopened_in_part": is_reopened_in_part,
        "icon": icon,
        "symbol": symbol,
        "trusted": trusted,
        "may": may,
        "me": me,
        "csrf_token": csrf_token,
        "here_in": here_in,
        "locale_now": locale.current,
        "now": clock.now,
        "zone_now": lambda: locale.zone().key,
        "sample_day": sample_day,
    }


def _of_markup(join: Callable[[Iterable[object]], str]) -> Callable[[Iterable[object]], Markup]:
    """Join parts for a page, each escaped once: a message with a name in it is escaped already."""
    return lambda parts: Markup(join(escape(part) for part in parts))  # noqa: S704 - each part is escaped


def icon(name: str) -> Markup:
    """A Tabler outline icon, drawn in the text's colour and silent for screen readers."""
    return _drawn(ICONS / f"{name}.svg")


@cache
def _drawn(path: Path) -> Markup:
    paths = "".join(_PATHS.findall(path.read_text()))
    return Markup('<svg class="i" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(Markup(paths))  # noqa: S704 - our own file


@cache
def symbol(name: str) -> Markup:
    """One of the six status symbols; ``name`` is the symbol or the state class it stands for."""
    drawing = SYMBOLS[SYMBOL_OF_STATE.get(name, name)]
    return Markup('<svg class="sym" viewBox="0 0 16 16" aria-hidden="true">{}</svg>').format(Markup(drawing))  # noqa: S704 - our own table


def trusted(block: Cleaned) -> Markup:
    """The HTML of a block that a core has cleaned with its allowlist; nothing else is ever shown unescaped."""
    return Markup(block.html)  # noqa: S704 - cleaned by nh3


def here_in(language: str) -> str:
    """This page in another language, its other arguments kept.

    A page that answers a form stands at its address only where that address can be opened as well; else Today.
    """
    if request.endpoint is None:
        return f"?lang={language}"
    words = {**request.args.to_dict(flat=False), "lang": language}  # not given to url_for, which has words of its own
    if request.method not in {"GET", "HEAD"}:
        adapter = current_app.create_url_adapter(request)
        can_be_opened = adapter is not None and adapter.test(request.path, "GET")
        return f"{request.path}?{urlencode(words, doseq=True)}" if can_be_opened else f"/?lang={language}"
    return f"{url_for(request.endpoint, **(request.view_args or {}))}?{urlencode(words, doseq=True)}"
