from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select

from lms.accounts.models import Person
from lms.accounts.queries import codes_of, load_names
from lms.audit import access as reach
from lms.audit.core.facts import ATTEMPT, PERSON, SESSION, texts_in
from lms.audit.core.wholeness import Verdict, verdict_from
from lms.cohorts.models import TrainingSession
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.foundation.journal import INSTALLATION_CHAIN, AuditEvent
from lms.foundation.settings import load_facts
from lms.kit.pages import SIZE
from lms.kit.text import fold_spaces, plain
from lms.quizzes.models import Assignment, Attempt, Quiz
from lms.sites.models import Room, Vendor

NOTED = "journal.chain."
"""Under which names the verdicts are noted, each followed by the number of its chain."""
MOST_EXPORTED = 10_000
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries a list shows; what is empty does not filter. It goes on from an entry, ``before`` or ``after``."""

    who: str = ""
    action: str = ""
    object: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None
    after: int | None = None

    @property
    def is_filtered(self) -> bool:
        return any((self.who, self.action, self.object, self.first, self.last))


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of entries, newest first, and where the list goes on to both sides; nothing is counted."""

    entries: list[AuditEvent]
    newer: int | None
    older: int | None


def list_entries(access: Access, wanted: Wanted, zone: ZoneInfo) -> Listed:
    """A page of the entries that this access reaches; the days are those of ``zone``.

    They stand in the order in which they were written, and a page is found by the entry that it goes on from: so
    nothing is sorted or counted, and the thousandth page costs as much as the first.
    """
    backwards, goes_on = wanted.after is not None, wanted.before is not None
    query = _query(access, wanted, zone)
    if wanted.after is not None:
        query = query.where(AuditEvent.id > wanted.after)
    elif wanted.before is not None:
        query = query.where(AuditEvent.id < wanted.before)
    order = AuditEvent.id if backwards else AuditEvent.id.desc()
    found = list(db.session.scalars(query.order_by(order).limit(SIZE + 1)))
    has_more, entries = len(found) > SIZE, found[:SIZE]
    if backwards:
        entries.reverse()
    has_newer = has_more if backwards else goes_on
    has_older = backwards or has_more
    return Listed(
        entries,
        newer=entries[0].id if entries and has_newer else None,
        older=entries[-1].id if entries and has_older else None,
    )


def list_for_export(access: Access, wanted: Wanted, zone: ZoneInfo) -> list[AuditEvent]:
    """The newest of the entries that are wanted, as many as one file may hold."""
    query = _query(access, wanted, zone).order_by(AuditEvent.id.desc())
    return list(db.session.scalars(query.limit(MOST_EXPORTED)))


def _query(access: Access, wanted: Wanted, zone: ZoneInfo) -> Select[AuditEvent]:
    return select(AuditEvent).where(reach.entries(access), *_criteria(wanted, zone))


def _criteria(wanted: Wanted, zone: ZoneInfo) -> Iterator[ColumnElement[bool]]:
    if wanted.who:
        yield AuditEvent.actor == SYSTEM if wanted.who == SYSTEM else AuditEvent.actor.in_(codes_of(wanted.who))
    if wanted.action:
        yield AuditEvent.action == wanted.action
    if wanted.object:
        text = fold_spaces(plain(wanted.object))
        yield AuditEvent.object.istartswith(text, autoescape=True)
    if wanted.first:
        yield AuditEvent.at >= _midnight(wanted.first, zone)
    if wanted.last:
        yield AuditEvent.at < _midnight(wanted.last + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Known:
    """What the codes in some entries stand for, as far as whoever reads may know."""

    names: dict[str, str]
    attempts: dict[str, tuple[str, str]]
    """The code of the quiz and of the person, by attempt."""
    sessions: dict[str, TrainingSession]
    rooms: dict[int, str]


def load_known(entries: Sequence[AuditEvent]) -> Known:
    """Look up at once all that these entries name."""
    texts = [text for entry in entries for text in (entry.actor, entry.object, *texts_in(entry.detail))]
    attempts = _load_attempts({found for text in texts for found in ATTEMPT.findall(text)})
    codes = {found for text in texts for found in PERSON.findall(text)} | {person for _, person in attempts.values()}
    sessions = {found for text in texts for found in SESSION.findall(text)}
    rooms = {int(entry.object.rpartition("/")[2]) for entry in entries if _is_of_room(entry)}
    return Known(load_names(sorted(codes)), attempts, _load_sessions(sessions), _load_rooms(rooms))


def _is_of_room(entry: AuditEvent) -> bool:
    return entry.action.startswith("room.") and entry.object.rpartition("/")[2].isdecimal()


def _load_attempts(ids: set[str]) -> dict[str, tuple[str, str]]:
    if not ids:
        return {}
    query = (
        select(Attempt.id, Quiz.code, Person.code)
        .join(Assignment, Assignment.id == Attempt.assignment_id)
        .join(Quiz, Quiz.id == Assignment.quiz_id)
        .join(Person, Person.id == Attempt.person_id)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query.where(Attempt.id.in_(ids)))}


def _load_sessions(ids: set[str]) -> dict[str, TrainingSession]:
    if not ids:
        return {}
    query = select(TrainingSession).where(TrainingSession.public_id.in_(ids))
    return {session.public_id: session for session in db.session.scalars(query)}


def _load_rooms(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return {row[0]: row[1] for row in db.session.execute(select(Room.id, Room.name).where(Room.id.in_(ids)))}


def list_chains() -> list[int]:
    """The numbers of all chains: that of the installation, and one for each vendor."""
    return [INSTALLATION_CHAIN, *db.session.scalars(select(Vendor.id).order_by(Vendor.id))]


def load_vendors(access: Access) -> dict[int, Vendor]:
    """The vendors whose chains this access reaches in whole, by id."""
    vendors = select(Vendor).order_by(Vendor.code)
    if "all" not in access.scopes:
        vendors = vendors.where(Vendor.id == (access.vendor_id if "vendor" in access.scopes else None))
    return {vendor.id: vendor for vendor in db.session.scalars(vendors)}


def load_verdicts(chain_ids: Iterable[int] | None = None) -> dict[int, Verdict]:
    """What the last check found, by chain."""
    found = {int(name.removeprefix(NOTED)): verdict_from(value) for name, value in load_facts(NOTED).items()}
    return found if chain_ids is None else {key: found[key] for key in chain_ids if key in found}
