"""Words and sentences of corrective actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.analysis.core.verdicts import ABOUT_KEY, Kind
from lms.analysis.phrases import FINDINGS as VERDICTS
from lms.analysis.phrases import READ
from lms.followup.core.effect import Effect, Figure, Outcome
from lms.followup.core.kinds import ActionKind, FigureKind
from lms.followup.core.states import ActionState
from lms.foundation.locale import number, percent, sentences, signed
from lms.foundation.notices import Kind as NoticeKind

KINDS = {
    ActionKind.LOCALIZE: _l("Send to the localizer"),
    ActionKind.REVIEW: _l("Review of the question"),
    ActionKind.SECTION: _l("Section to its editor"),
    ActionKind.REFRESHER: _l("Refresher for a cohort"),
    ActionKind.PRACTICE: _l("Practice for one person"),
    ActionKind.HOLD: _l("Hold from quizzes"),
    ActionKind.REGRADE: _l("Regrade"),
}

TOLD = {
    ActionKind.LOCALIZE: _l("The localizer finds the question on the page “Translation” and on Today."),
    ActionKind.REVIEW: _l("The owner finds the question on Today and reviews its wording, options and key."),
    ActionKind.SECTION: _l("The editor finds the section, with this finding, on the page “Translation” and on Today."),
    ActionKind.REFRESHER: _l(
        "An agenda of 20 minutes is made of what this cohort misses: cases, checks and the texts."
    ),
    ActionKind.PRACTICE: _l(
        "The person gets a notice with practice from the sections they missed. What they answer there is seen by "
        "nobody else."
    ),
    ActionKind.HOLD: _l("Quizzes stop drawing the question at once; the note is kept as the reason."),
    ActionKind.REGRADE: _l("The dry run shows whose result would change. A second person applies it."),
}
"""What happens when an action of a kind is opened."""

STATES = {
    ActionState.OPEN: _l("Not started"),
    ActionState.UNDER_WAY: _l("Under way"),
    ActionState.DONE: _l("Completed"),
    ActionState.DROPPED: _l("Dropped"),
}

MARKS = {
    ActionState.OPEN: "is-none",
    ActionState.UNDER_WAY: "is-info",
    ActionState.DONE: "is-pass",
    ActionState.DROPPED: "is-none",
}

MISCONCEPTION = "misconception"
FINDINGS: dict[str, Any] = {**{kind.value: VERDICTS[kind] for kind in Kind}, MISCONCEPTION: _l("Misconception")}
MEANINGS: dict[str, Any] = {
    **{kind.value: READ[kind] for kind in Kind},
    MISCONCEPTION: _l("Many took a wrong option for right, for the same reason."),
}

FIGURES = {
    FigureKind.FACILITY: _l("Facility of the question"),
    FigureKind.GAP: _l("EN and JA gap of the question"),
    FigureKind.SECTION: _l("Share of the section right"),
    FigureKind.SCORE: _l("Mean score in the quiz"),
}

OUTCOMES = {
    Outcome.BETTER: _l("Better"),
    Outcome.WORSE: _l("Worse"),
    Outcome.UNCLEAR: _l("Too small to say"),
}
OUTCOME_MARKS = {Outcome.BETTER: "is-pass", Outcome.WORSE: "is-fail", Outcome.UNCLEAR: "is-none"}

NOT_YET = _l("Not enough data yet")

_WORDS: Mapping[str, Mapping[Any, Any]] = {"measure": KINDS, "progress": STATES}
_PAGE = ("followup.show", ("action_id",))

NOTICES = {
    "followup.given": NoticeKind(
        _l("%(measure)s: %(things)s (%(quiz_text)s). %(by)s gives this to you, due %(due_on)s."),
        *_PAGE,
        words=_WORDS,
        is_required=True,
    ),
    "followup.over": NoticeKind(
        _l("%(measure)s: %(things)s (%(quiz_text)s). %(by)s: %(progress)s."), *_PAGE, words=_WORDS
    ),
    "followup.overdue": NoticeKind(
        _l("%(measure)s: %(things)s (%(quiz_text)s). This was due on %(due_on)s and is not done yet."),
        *_PAGE,
        words=_WORDS,
        is_required=True,
    ),
    "followup.practice": NoticeKind(
        _l("%(quiz_text)s: there is practice for you from the sections you missed. Nobody else sees your answers."),
        "carrying_out.offered",
        ("action_id",),
    ),
}

PROBLEMS = {
    "followup.about_nothing": _l("This action needs something that it is about. Open it from a finding."),
    "followup.open_already": _l("An action of this kind on this is open already."),
    "followup.not_an_owner": _l("Choose somebody who can do this."),
    "followup.no_such_step": _l("Choose one of the options."),
    "followup.no_reason": _l("Say why it is dropped."),
    "followup.changed": _l("Somebody else changed this in the meantime."),
    "followup.no_attempt": _l("There is no result of this quiz to practise from."),
}


def shown(kind: str, value: float) -> str:
    """One value of a figure: a share in percent, a facility with two decimals, a gap with its sign."""
    if kind == FigureKind.GAP:
        return signed(value, 2)
    return number(value, 2) if kind == FigureKind.FACILITY else percent(value)


def figure(kind: str, told: Figure) -> str:
    """A figure with its interval and n."""
    return str(
        _(
            "%(value)s (95%% CI %(low)s to %(high)s, n=%(n)s)",
            value=shown(kind, told.value),
            low=shown(kind, told.interval.low),
            high=shown(kind, told.interval.high),
            n=number(told.n),
        )
    )


def effect(kind: str, told: Effect) -> str:
    """Before and after in words, with the change and how sure it is."""
    points = kind in (FigureKind.SECTION, FigureKind.SCORE)
    low, high = told.interval.low, told.interval.high
    values = {"before": shown(kind, told.before.value), "after": shown(kind, told.after.value)}
    values |= {"n_before": number(told.before.n), "n_after": number(told.after.n)}
    first = _("Before %(before)s (n=%(n_before)s), after %(after)s (n=%(n_after)s).", **values)
    if points:
        ends = {"change": signed(told.change * 100), "low": signed(low * 100), "high": signed(high * 100)}
        second = _("Change %(change)s points (95%% CI %(low)s to %(high)s).", **ends)
    else:
        ends = {"change": signed(told.change, 2), "low": signed(low, 2), "high": signed(high, 2)}
        second = (
            _("The gap closed by %(change)s (95%% CI %(low)s to %(high)s).", **ends)
            if (kind == FigureKind.GAP)
            else _("Change %(change)s (95%% CI %(low)s to %(high)s).", **ends)
        )
    hint = _("Fewer than 30 people on one side: indicative.") if told.is_indicative else ""
    return sentences([first, second, hint])


def counted_in(finding: str) -> str:
    """The unit of a verdict's effect."""
    if finding in ABOUT_KEY:
        return str(_("marks on the other questions"))
    if finding == Kind.TRANSLATION_SUSPECT:
        return str(_("odds ratio"))
    return str(_("logits"))
