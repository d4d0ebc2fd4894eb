"""The mails of this installation: what left, what waits, what is set aside."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.foundation import outbox
from lms.foundation.access import me, policy
from lms.foundation.outbox import MailState
from lms.foundation.settings import sample_day
from lms.kit.ordering import Order
from lms.notifications import phrases, queries
from lms.notifications.core.retention import MAIL_TEXT

blueprint = Blueprint("mail", __name__, template_folder="../templates")


@blueprint.get("/outgoing-mail")
@policy("mail.read")
def index() -> str:
    asked = request.args.get("state", "")
    state = MailState(asked) if asked in set(MailState) else None
    words = request.args.get("q", "").strip()
    order = Order.of(request.args.get("sort", ""), queries.MAIL_SORTS)
    mails, part = queries.list_mails(request.args.get("page", 1, type=int), state, words=words, order=order)
    return render_template(
        "notifications/mails.html",
        mails=mails,
        part=part,
        state=state,
        words=words,
        order=order,
        counts=queries.load_mail_counts(),
        states=list(MailState),
        phrases=phrases,
        is_sent=_is_sent(),
    )


@blueprint.get("/outgoing-mail/<int:mail_id>")
@policy("mail.read")
def show(mail_id: int) -> str:
    mail = queries.get_mail(mail_id)
    sender = current_app.config["KIJUN"].mail_from
    return render_template(
        "notifications/mail.html",
        mail=mail,
        sender=sender,
        phrases=phrases,
        is_sent=_is_sent(),
        text_days=MAIL_TEXT.days,
    )


@blueprint.post("/outgoing-mail/<int:mail_id>/send")
@policy("mail.send")
def send(mail_id: int) -> ResponseReturnValue:
    mail = queries.get_mail(mail_id)
    outbox.send_again(mail, by=me().code)
    flash(_("The mail is waiting to be sent again."))
    return redirect(url_for("mail.show", mail_id=mail.id), 303)


def _is_sent() -> bool:
    """Whether mail leaves this installation."""
    return current_app.config["KIJUN"].mail_server is not None and sample_day() is None
