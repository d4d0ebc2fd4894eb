"""Who is away, as far as somebody reaches."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from lms.accounts import access as people_access
from lms.accounts.models import Person
from lms.campaigns.models import Leave
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.kit.pages import Page
from lms.kit.problems import NotFound


def list_leaves(access: Access, today: date, asked: int) -> tuple[list[Leave], Page]:
    """A page of the leave that is not past, the next first."""
    wanted = (people_access.people(access), Leave.last_on >= today, Leave.withdrawn_at.is_(None))
    counted = select(func.count()).select_from(Leave).join(Leave.person).where(*wanted)
    page = Page.of(db.session.scalars(counted).one(), asked)
    query = select(Leave).join(Leave.person).where(*wanted).options(contains_eager(Leave.person))
    query = query.order_by(Leave.first_on, Person.code).limit(page.size).offset(page.offset)
    return list(db.session.scalars(query)), page


def get_leave(access: Access, leave_id: int) -> Leave:
    """A leave that stands; not found when it is out of this reach."""
    query = select(Leave).join(Leave.person).where(Leave.id == leave_id, people_access.people(access))
    leave = db.session.scalar(query.options(contains_eager(Leave.person)))
    if leave is None:
        raise NotFound
    return leave


def list_by_codes(access: Access, codes: Collection[str]) -> list[Person]:
    """The active people of these codes, as far as this access reaches."""
    query = select(Person).where(Person.code.in_(list(codes)), people_access.people(access))
    return list(db.session.scalars(query.where(Person.deactivated_at.is_(None)).order_by(Person.code)))
