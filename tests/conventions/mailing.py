"""A notice and a mail for the pages that show one."""

from __future__ import annotations

from sqlalchemy import select

from lms.foundation import notices, outbox
from lms.foundation.db import db
from lms.foundation.outbox import MailProblem, MailState
from lms.notifications.models import Notice


def make_notice_and_mail(person_id: int) -> tuple[int, int]:
    """A notice in somebody's inbox, and a mail that is set aside; their ids."""
    notices.tell("cohort.enrolled", "example", [person_id], cohort_text={"en": "A", "ja": "A"}, go_live_on="2026-12-01")
    notice = db.session.scalars(select(Notice.id).where(Notice.about == "example", Notice.person_id == person_id)).one()
    mail = outbox.post(
        "digest", recipient="a@site.example", locale="en", subject="Example", plain_body="One.", html_body="<p>One."
    )
    mail.state, mail.problem = MailState.SET_ASIDE, MailProblem.REFUSED
    return notice, mail.id
