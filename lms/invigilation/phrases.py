"""Sentences and words of looking after attempts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

PROBLEMS = {
    "extension.most": _l("An attempt can get at most %(most)s minutes more in all."),
    "extension.past": _l("With these minutes the time would be over already. Enter more."),
    "extension.given": _l("More time was given in the meantime."),
    "extension.nobody": _l("Tick at least one person who is taking the quiz."),
    "extension.too_late": _l("Nobody can get more time any more: %(people)s had finished or run out of time."),
}
