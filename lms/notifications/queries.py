from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Executable, bindparam, func, or_, select

from lms.accounts.models import Person
from lms.foundation.db import built_once, db
from lms.foundation.outbox import Mail, MailState
from lms.foundation.settings import day_of_sample, sample_mark
from lms.kit.ordering import Order
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.notifications.core.morning import STAYS_NEW, day_of_digest
from lms.notifications.models import Digest, Notice


@dataclass(frozen=True, slots=True)
class PageHead:
    """What stands in the head of every page."""

    unread: int
    sample_day: date | None


def load_head(person_id: int) -> PageHead:
    """How many notices of a person are unread, and for which day this is a sample: one statement for both."""
    unread, mark = db.session.execute(_head(), {"person_id": person_id}).one()
    return PageHead(unread, day_of_sample(mark))


@built_once  # asked for with every page
def _head() -> Executable:
    unread = select(func.count()).select_from(Notice)
    unread = unread.where(Notice.person_id == bindparam("person_id"), Notice.read_at.is_(None))
    return select(unread.scalar_subquery(), sample_mark().scalar_subquery())


def list_notices(person_id: int, asked: int, *, unread_only: bool) -> tuple[list[Notice], Page]:
    """A page of somebody's inbox, the newest first."""
    wanted = [Notice.person_id == person_id, *([Notice.read_at.is_(None)] if unread_only else [])]
    page = Page.of(db.session.scalars(select(func.count()).select_from(Notice).where(*wanted)).one(), asked)
    query = select(Notice).where(*wanted).order_by(Notice.told_at.desc(), Notice.id.desc())
    return list(db.session.scalars(query.limit(page.size).offset(page.offset))), page


def get_notice(person_id: int, notice_id: int) -> Notice:
    """A notice of a person; not found when it is somebody else's."""
    notice = db.session.scalar(select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id))
    if notice is None:
        raise NotFound
    return notice


def load_active(people: Collection[int]) -> set[int]:
    """Who of these people takes part."""
    return set(
        db.session.scalars(select(Person.id).where(Person.id.in_(list(people)), Person.deactivated_at.is_(None)))
    )


def list_awaiting_digest(now: datetime, required: Collection[str]) -> Iterator[tuple[int, date]]:
    """Whose daily mail is due, and of which day: those to whom something unread is new, where it is morning."""
    told = select(Notice.person_id).join(Person, Person.id == Notice.person_id).where(*_is_news(now, required))
    people = select(Person).where(Person.id.in_(told), Person.deactivated_at.is_(None)).order_by(Person.id)
    days = [
        (person.id, day)
        for person in db.session.scalars(people)
        if (day := day_of_digest(now, person.zone_name)) is not None
    ]
    written = select(Digest.person_id, Digest.day).where(Digest.day.in_({day for _, day in days}))
    have = {tuple(row) for row in db.session.execute(written)} if days else set()
    return (entry for entry in days if entry not in have)


def list_news(person: Person, now: datetime, required: Collection[str]) -> list[Notice]:
    """What a daily mail has to say to a person, the newest first."""
    query = select(Notice).join(Person, Person.id == Notice.person_id).where(Notice.person_id == person.id)
    in_order = query.where(*_is_news(now, required)).order_by(Notice.told_at.desc(), Notice.id.desc())
    return list(db.session.scalars(in_order))


def _is_news(now: datetime, required: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    is_wanted = or_(Person.wants_digest, Notice.kind.in_(list(required)))
    return Notice.read_at.is_(None), Notice.mailed_at.is_(None), Notice.told_at > now - STAYS_NEW, is_wanted


MAIL_SORTS = ("-written", "to", "tries")
"""The columns by which mails sort, the first by default; ``-`` means backwards."""


def list_mails(asked: int, state: MailState | None, *, words: str, order: Order) -> tuple[list[Mail], Page]:
    """A page of the mails of this installation; every word is found in the subject or in the address."""
    wanted: list[ColumnElement[bool]] = [Mail.state == state] if state else []
    for word in words.split():
        wanted.append(or_(*(column.icontains(word, autoescape=True) for column in (Mail.subject, Mail.recipient))))
    page = Page.of(db.session.scalars(select(func.count()).select_from(Mail).where(*wanted)).one(), asked)
    column = {"written": Mail.id, "to": Mail.recipient, "tries": Mail.tries}[order.key]
    query = select(Mail).where(*wanted).order_by(column.desc() if order.is_backwards else column, Mail.id.desc())
    return list(db.session.scalars(query.limit(page.size).offset(page.offset))), page


def load_mail_counts() -> dict[str, int]:
    """How many mails there are of each state."""
    rows = db.session.execute(select(Mail.state, func.count().label("mails")).group_by(Mail.state))
    return {row.state: row.mails for row in rows}


def get_mail(mail_id: int) -> Mail:
    mail = db.session.get(Mail, mail_id)
    if mail is None:
        raise NotFound
    return mail
