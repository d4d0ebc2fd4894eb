"""Sentences and words of looking after attempts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.foundation.notices import Kind
from lms.invigilation.core.ruling import Grounds, RulingKind, RulingState

RULINGS = {
    RulingKind.ADMIT: _l("Count the late answers"),
    RulingKind.REFUSE: _l("Leave the late answers out"),
    RulingKind.VOID: _l("Make the attempt void"),
}

STATES = {
    RulingState.PROPOSED: _l("Waiting for a decision"),
    RulingState.APPLIED: _l("Carried out"),
    RulingState.DECLINED: _l("Declined"),
    RulingState.WITHDRAWN: _l("Taken back"),
}

STATE_MARKS = {
    RulingState.PROPOSED: "is-risk",
    RulingState.APPLIED: "is-pass",
    RulingState.DECLINED: "is-none",
    RulingState.WITHDRAWN: "is-none",
}

GROUNDS = {
    Grounds.LINE: _l("The connection was lost."),
    Grounds.SYSTEM: _l("There was a fault in the system."),
    Grounds.INTERRUPTED: _l("The quiz was interrupted in the room."),
    Grounds.AFTER_TIME: _l("They were written after the time was over."),
    Grounds.UNEXPLAINED: _l("Nothing shows why they came late."),
    Grounds.BY_MISTAKE: _l("The quiz was given by mistake."),
    Grounds.RULES: _l("The rules of the quiz were not kept."),
    Grounds.OTHER: _l("Please ask your trainer about the reason."),
}
"""Whole sentences: the learner reads them."""

LATE_REASONS = {"late": _l("after the time was up"), "closed": _l("after the attempt was closed")}

_REVIEW = ("reviews.show", ("attempt_id",))
_RESULT = ("quizzes.result", ("attempt_id",))
_WORDS: Mapping[str, Mapping[Any, Any]] = {"ruling": RULINGS, "grounds": GROUNDS}

NOTICES = {
    "ruling.waits": Kind(_l("%(code)s, %(quiz_text)s: your decision is needed. %(ruling)s?"), *_REVIEW, words=_WORDS),
    "ruling.applied": Kind(_l("%(code)s, %(quiz_text)s: done as you proposed. %(ruling)s."), *_REVIEW, words=_WORDS),
    "ruling.declined": Kind(
        _l("%(code)s, %(quiz_text)s: your proposal was declined. %(ruling)s."), *_REVIEW, words=_WORDS
    ),
    "late.counted": Kind(
        _l(
            "%(quiz_text)s: answers that had come too late are counted after all. %(grounds)s Your score changes from "
            "%(before)s to %(after)s."
        ),
        *_RESULT,
        words=_WORDS,
    ),
    "late.counted_same": Kind(
        _l(
            "%(quiz_text)s: answers that had come too late are counted after all. %(grounds)s Your score stays "
            "%(after)s."
        ),
        *_RESULT,
        words=_WORDS,
    ),
    "late.left_out": Kind(
        _l("%(quiz_text)s: the answers that came too late are not counted. %(grounds)s Your result stays as it is."),
        *_RESULT,
        words=_WORDS,
    ),
    "attempt.voided": Kind(_l("%(quiz_text)s: this attempt does not count. %(grounds)s"), *_RESULT, words=_WORDS),
}

PROBLEMS = {
    "extension.most": _l("An attempt can get at most %(most)s minutes more in all."),
    "extension.past": _l("With these minutes the time would be over already. Enter more."),
    "extension.given": _l("More time was given in the meantime."),
    "extension.nobody": _l("Tick at least one person who is taking the quiz."),
    "extension.nobody_left": _l("Nobody is taking this quiz any more."),
    "extension.too_late": _l("Nobody can get more time any more: %(people)s had finished or run out of time."),
    "ruling.grounds": _l("Choose grounds that go with what you want to be done."),
    "ruling.waits": _l("Somebody else has proposed something for this attempt in the meantime."),
    "ruling.decided": _l("Somebody else has decided in the meantime."),
    "ruling.own": _l("You have proposed this yourself. Somebody else decides on it."),
    "ruling.of_oneself": _l("This is an attempt of your own. Somebody else decides on it."),
    "ruling.still_open": _l("This attempt is still open. It can be looked at once it is closed."),
    "ruling.nothing_late": _l("No late answers of this attempt are waiting any more."),
    "ruling.void_already": _l("This attempt is void already."),
}


def how_late(late: timedelta) -> str:
    """A length of time in the two units that say it best: ``2 min 7 s``, ``3 d 4 h``."""
    minutes, seconds = divmod(int(late.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return str(_("%(days)s d %(hours)s h", days=days, hours=hours))
    if hours:
        return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes))
    return str(_("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds))
