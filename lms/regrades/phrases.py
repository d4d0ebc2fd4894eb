"""Sentences and words of regrades."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.foundation.locale import sentences
from lms.foundation.notices import Kind
from lms.quizzes.core.regrading import Method, RegradeState
from lms.quizzes.phrases import CORRECTIONS
from lms.regrades.core.follows import Follow

_PLACE = ("regrades.show", ("regrade_id",))

NOTICES = {
    "regrade.waits": Kind(_l("A regrade of %(code)s in %(quiz_text)s is waiting for your second look."), *_PLACE),
    "regrade.applied": Kind(_l("%(code)s in %(quiz_text)s has been regraded."), *_PLACE),
    "regrade.declined": Kind(_l("%(by)s did not apply the regrade of %(code)s in %(quiz_text)s."), *_PLACE),
    "regrade.corrected": Kind("%(note_text)s", "quizzes.result", ("attempt_id",)),
}

PROBLEMS = {
    "regrade.no_options": _l("Tick at least one answer."),
    "regrade.unfit_method": _l("This cannot be done with a question of this type. Choose another way."),
    "regrade.nothing": _l("Nothing would change: every attempt is graded like this already."),
    "regrade.waiting": _l("A regrade of this question is waiting or running already."),
    "regrade.busy": _l("Another regrade of this quiz is still running. Apply this one when it is done."),
    "regrade.key_moved": _l("The key has been corrected since this was proposed. Decline it and propose it anew."),
    "regrade.decided": _l("Somebody else has decided on this regrade in the meantime."),
    "regrade.note_lacks": _l("The note needs %(names)s."),
    "regrade.note_unknown": _l("The note cannot fill in %(names)s. It knows {question}, {before} and {after}."),
    "regrade.note_differs": _l("The note in the other language has %(names)s as well. Use the same in both."),
}

STATE_MARKS = {
    RegradeState.PROPOSED: "is-info",
    RegradeState.APPLYING: "is-info",
    RegradeState.DONE: "is-pass",
    RegradeState.DECLINED: "is-none",
    RegradeState.WITHDRAWN: "is-none",
}

FOLLOWS = {
    Follow.PASSES: _l("Passes, no retake is needed"),
    Follow.BEST_COUNTS: _l("Another attempt passes: the best counts"),
    Follow.KEPT: _l("Keeps the pass"),
    Follow.FALLS: _l("Passes no longer"),
}

FOLLOW_MARKS = {
    Follow.PASSES: "is-pass",
    Follow.BEST_COUNTS: "is-info",
    Follow.KEPT: "is-info",
    Follow.FALLS: "is-risk",
}


def usual_note(quiz: str, section: str, method: Method) -> str:
    """The note that is proposed, in the language of what is being rendered; the braces are filled for each person."""
    place = _("%(quiz)s, %(section)s", quiz=quiz, section=section) if section else quiz
    return sentences(
        [
            _("We corrected question {question} (%(place)s).", place=place),
            str(CORRECTIONS[method]),
            _("Your score changes from {before} to {after}."),
            _("You do not need to do anything."),
        ]
    )
