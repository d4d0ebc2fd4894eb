from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update

from lms.accounts.models import Person
from lms.foundation import clock, journal, notices, outbox, transaction
from lms.foundation.db import db, hold
from lms.foundation.notices import Facts
from lms.notifications import queries
from lms.notifications.builders import digest
from lms.notifications.core import retention
from lms.notifications.core.morning import day_of_digest
from lms.notifications.models import Digest, Notice

KIND = "digest"
SYSTEM = "system"


def tell(kind: str, about: str, people: Collection[int], facts: Facts, *, anew: bool) -> None:
    """Put a notice into the inboxes of people who take part; one about the same thing is renewed in its place.

    With ``anew=False`` a notice that says the same already is left as it is, read or not.
    """
    now = clock.now()
    wanted = queries.load_active(people)
    query = select(Notice).where(Notice.kind == kind, Notice.about == about, Notice.person_id.in_(wanted))
    for notice in db.session.scalars(query):
        wanted.discard(notice.person_id)
        if anew or notice.facts != facts:
            notice.facts, notice.told_at = dict(facts), now
            notice.read_at = notice.mailed_at = None
    db.session.add_all(
        Notice(person_id=person_id, kind=kind, about=about, facts=dict(facts), told_at=now)
        for person_id in sorted(wanted)
    )
    db.session.flush()


def settle(kinds: Collection[str], about: str, people: Collection[int] | None) -> None:
    """Count the unread notices about something as read."""
    of_it = [Notice.kind.in_(list(kinds)), Notice.about == about, Notice.read_at.is_(None)]
    if people is not None:
        of_it.append(Notice.person_id.in_(list(people)))
    db.session.execute(update(Notice).where(*of_it).values(read_at=clock.now()))


def read(notice: Notice) -> None:
    """Count a notice as read."""
    notice.read_at = notice.read_at or clock.now()


def read_all(person: Person) -> None:
    """Count all notices of a person as read."""
    unread = Notice.person_id == person.id, Notice.read_at.is_(None)
    db.session.execute(update(Notice).where(*unread).values(read_at=clock.now()))


def write_digests() -> int:
    """Write the daily mails that are due, each in a unit of its own; returns how many were written."""
    required = notices.required_kinds()
    with transaction.unit(write=False):
        due = list(queries.list_awaiting_digest(clock.now(), required))
    written = 0
    for person_id, day in due:
        with transaction.unit():
            written += _write_digest(person_id, day, required)
    return written


def _write_digest(person_id: int, day: date, required: Collection[str]) -> bool:
    """Write one daily mail, unless it has been written, or read, in the meantime."""
    now = clock.now()
    person = db.session.get_one(Person, person_id)
    hold(person)
    is_written = db.session.get(Digest, (person_id, day)) is not None
    if is_written or not person.is_active or day_of_digest(now, person.zone_name) != day:
        return False
    news = queries.list_news(person, now, required)
    if not news:
        return False
    written = digest.write(person, day, news)
    outbox.post(
        KIND,
        recipient=person.login,
        locale=person.locale,
        subject=written.subject,
        plain_body=written.plain_body,
        html_body=written.html_body,
    )
    db.session.add(Digest(person_id=person_id, day=day))
    for notice in news:
        notice.mailed_at = now
    db.session.flush()
    return True


def let_go() -> None:
    """Delete what has been kept long enough; the journal says how much, when there was anything."""
    now = clock.now()
    read: Any = db.session.execute(delete(Notice).where(Notice.read_at < now - retention.NOTICE_READ))
    db.session.execute(delete(Digest).where(Digest.day < (now - retention.DIGEST_DAY).date()))
    texts = outbox.empty_before(now - retention.MAIL_TEXT)
    mails = outbox.delete_before(now - retention.MAIL)
    if read.rowcount or texts or mails:
        journal.record("mail.let_go", actor=SYSTEM, object="mail", notices=read.rowcount, texts=texts, mails=mails)
