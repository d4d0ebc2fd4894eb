"""Sentences of the inbox and of outgoing mail."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.foundation.outbox import MailProblem, MailState

PROBLEMS = {
    "mail.not_set_aside": _l("This mail is not set aside, so there is nothing to send again."),
}

MAIL_STATES = {
    MailState.KEPT: _l("Kept here"),
    MailState.WAITING: _l("Waiting to be sent"),
    MailState.SENDING: _l("Being sent"),
    MailState.SENT: _l("Sent"),
    MailState.SET_ASIDE: _l("Set aside"),
}

MAIL_PROBLEMS = {
    MailProblem.NO_ANSWER: _l("The mail server is not accepting mail at the moment. It will be tried again."),
    MailProblem.LATER: _l("The mail server asked to try again later."),
    MailProblem.REFUSED: _l("The mail server refused it."),
    MailProblem.UNFIT: _l("No mail can be sent to this address."),
    MailProblem.UNKNOWN: _l("The connection broke while it was being sent. It may or may not have arrived."),
    MailProblem.TOO_OLD: _l("It waited for five days. After that it is not sent."),
}

MAIL_KINDS = {"digest": _l("Daily mail")}
