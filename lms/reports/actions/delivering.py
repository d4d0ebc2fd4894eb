"""Mailing a report that was made for a turn of a schedule, in the transaction in which its file is kept."""

from __future__ import annotations

from sqlalchemy import select

from lms.foundation import clock, journal, notices, outbox
from lms.foundation.db import db, hold
from lms.reports.access import may_make, may_read, reach_from
from lms.reports.builders import mail
from lms.reports.catalogue import REPORTS
from lms.reports.core.schedule import Reached, SendingState
from lms.reports.core.scope import People
from lms.reports.models import Delivery, ReportRun, ScheduleRecipient, Sending

KIND = "report"
MOST_BYTES = 5_000_000
"""A larger file is not mailed; the mail says where it is."""
SYSTEM = "system"


def is_attached(run: ReportRun) -> bool:
    """Whether a report may leave in a mail: nobody appears in it, not even by code, and it is small enough."""
    shows_nobody = run.request.get("people", People.NONE) == People.NONE
    return shows_nobody and (run.file_size or 0) <= MOST_BYTES


def deliver(run: ReportRun) -> None:
    """Write the mails of a report to whoever is to get it in its language and may still read it.

    What each got is written beside the mail, so that nobody gets two; who planned it hears of those who got nothing.
    """
    sending = db.session.get_one(Sending, run.sending_id)
    hold(sending)
    schedule, now = sending.schedule, clock.now()
    done = set(db.session.scalars(select(Delivery.person_id).where(Delivery.sending_id == sending.id)))
    wanted = ScheduleRecipient.schedule_id == schedule.id, ScheduleRecipient.locale == run.locale
    refused, action, reach = [], REPORTS[run.kind].action, reach_from(run.request["reach"])
    how = Reached.ATTACHED if is_attached(run) else Reached.LINKED
    for recipient in db.session.scalars(select(ScheduleRecipient).where(*wanted).order_by(ScheduleRecipient.person_id)):
        person = recipient.person
        if person.id in done:
            continue
        reached = how if may_make(person, action) and may_read(person, reach) else Reached.REFUSED
        db.session.add(Delivery(sending_id=sending.id, person_id=person.id, run_id=run.id, reached=reached, at=now))
        if reached == Reached.REFUSED:
            refused.append(person.code)
            continue
        written = mail.write(run, schedule, person, is_attached=reached == Reached.ATTACHED)
        enclosed = outbox.Enclosed(str(run.file_sha256), written.file_name) if reached == Reached.ATTACHED else None
        outbox.post(
            KIND,
            recipient=person.login,
            locale=written.locale,
            subject=written.subject,
            plain_body=written.plain_body,
            html_body=written.html_body,
            enclosed=enclosed,
        )
    db.session.flush()
    if refused:
        facts = {"title_text": run.request["title"], "public_id": schedule.public_id, "codes": ", ".join(refused)}
        notices.tell("report.not_reached", f"{sending.id} {run.locale}", [schedule.person_id], **facts)
    if all(one.finished_at is not None for one in sending.runs):
        sending.state, sending.ended_at = SendingState.SENT, now
        reached_all = select(Delivery.reached).where(Delivery.sending_id == sending.id)
        found = list(db.session.scalars(reached_all))
        left_out = found.count(Reached.REFUSED)
        name = f"{run.kind} {schedule.public_id}"
        journal.record("report.send", actor=SYSTEM, object=name, people=len(found) - left_out, refused=left_out)
