"""The audit trail: consequential actions, appended to a hash chain per vendor in the transaction of the action itself.

An entry holds the codes of people, never names or addresses: erasing a person leaves the chain whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Index, String, Table, UniqueConstraint, bindparam, event, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from lms.foundation import clock
from lms.foundation.columns import Document, Instant, Key, Sha256
from lms.foundation.db import Base, db
from lms.kit import chains

INSTALLATION_CHAIN = 0
"""The chain of what concerns the whole installation rather than one vendor."""

GATHERED = "journal"
"""Under which name a session keeps the entries that it has still to link, each with the savepoint it belongs to."""

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the clocks of two hosts on one database may differ."""

ACTIONS = frozenset(
    {
        "person.create",
        "person.create_list",
        "person.change",
        "person.deactivate",
        "person.reactivate",
        "vendor.create",
        "vendor.change",
        "vendor.retire",
        "vendor.reopen",
        "site.create",
        "site.change",
        "site.retire",
        "site.reopen",
        "room.create",
        "room.change",
        "room.retire",
        "room.reopen",
        "closure.create",
        "closure.change",
        "closure.remove",
        "role.grant",
        "role.revoke",
        "role.propose",
        "role.decline",
        "accommodation.grant",
        "accommodation.change",
        "accommodation.end",
        "session.sign_in",
        "session.sign_out",
        "session.end_others",
        "session.confirm",
        "session.not_confirmed",
        "session.not_signed_in",
        "password.set",
        "link.make",
        "wellbeing.confirm",
        "help.create",
        "help.change",
        "help.retire",
        "help.reopen",
        "policy.import",
        "policy.create",
        "policy.copy",
        "policy.write",
        "policy.discard",
        "policy.publish",
        "policy.retire",
        "policy.ask",
        "policy.take_back",
        "policy.assign",
        "policy.acknowledge",
        "bank.create",
        "bank.change",
        "bank.retire",
        "bank.restore",
        "question.import",
        "question.revise",
        "question.correct_key",
        "question.send",
        "question.release",
        "question.discard",
        "question.retire",
        "question.restore",
        "question.hold",
        "question.confirm",
        "question.answer",
        "quiz.publish",
        "quiz.retire",
        "assignment.create",
        "assignment.change",
        "assignment.end",
        "assignment.excuse",
        "assignment.excuse_end",
        "campaign.create",
        "campaign.change",
        "campaign.open",
        "campaign.skip",
        "campaign.skip_end",
        "campaign.end",
        "leave.note",
        "leave.withdraw",
        "attempt.open",
        "attempt.break",
        "attempt.extend",
        "attempt.admit_late",
        "attempt.refuse_late",
        "attempt.void",
        "ruling.propose",
        "ruling.decline",
        "attempt.close",
        "attempt.grade",
        "regrade.propose",
        "regrade.apply",
        "regrade.decline",
        "followup.open",
        "followup.change",
        "production.import",
        "production.take_back",
        "cohort.create",
        "cohort.change",
        "cohort.call_off",
        "cohort.take_back",
        "cohort.undo_shift",
        "cohort.enrol",
        "cohort.leave",
        "attendance.mark",
        "attendance.close",
        "attendance.reopen",
        "timetable.add",
        "timetable.change",
        "timetable.cancel",
        "plan.create",
        "plan.change",
        "plan.retire",
        "gate.decide",
        "gate.waive",
        "gate.withdraw",
        "report.export",
        "report.schedule",
        "report.schedule_change",
        "report.schedule_pause",
        "report.schedule_send",
        "report.schedule_end",
        "report.send",
        "report.cancel",
        "report.expire",
        "result.export",
        "journal.export",
        "job.retry",
        "job.give_up",
        "job.cancel",
        "mail.send_again",
        "mail.let_go",
        "sample.load",
        "sample.reload",
    }
)


class AuditEvent(Base):
    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("chain_id", "n"),
        UniqueConstraint("chain_id", "prev_sha256"),
        Index(None, "action"),
        # the list reads backwards by id, whatever it is filtered by
        Index(None, "actor", "id"),
        Index(None, "object", "id"),
        Index(None, "chain_id", "id"),
        Index(None, "at"),
    )

    id: Mapped[Key]
    chain_id: Mapped[int]
    n: Mapped[int]
    at: Mapped[Instant]
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(120))
    detail: Mapped[Document]
    prev_sha256: Mapped[Sha256]
    sha256: Mapped[Sha256]


_TABLE = cast(Table, AuditEvent.__table__)
_LOCK = text("SELECT pg_advisory_xact_lock(7041, :chain)")
_LAST = (
    select(_TABLE.c.n, _TABLE.c.sha256)
    .where(_TABLE.c.chain_id == bindparam("chain"))
    .order_by(_TABLE.c.n.desc())
    .limit(1)
)
_INSERT = insert(_TABLE)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is to be appended: who (a code), did what, when, to which object, with facts before and after."""

    action: str
    actor: str
    object: str
    at: datetime
    chain_id: int = INSTALLATION_CHAIN
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"unknown journal action {self.action!r}")


def record(action: str, *, actor: str, object: str, chain_id: int = INSTALLATION_CHAIN, **detail: Any) -> None:
    """Append an entry that happens now."""
    record_many([Entry(action, actor, object, clock.now(), chain_id, detail)])


def record_many(entries: Iterable[Entry]) -> None:
    """Append entries in their order, each to its chain.

    They are gathered and linked last of all before the commit: from there on everybody else who has something to
    append to the chain waits, so nothing else may be left to do.
    """
    session = db.session()
    within = session.get_nested_transaction() or session.get_transaction() or session.begin()
    session.info.setdefault(GATHERED, []).extend((within, entry) for entry in entries)


def link(session: Session) -> None:
    """Link what was gathered to the chains: at the commit by itself, before it where the entries are read at once."""
    by_chain: dict[int, list[Entry]] = {}
    for _within, entry in session.info.pop(GATHERED, ()):
        by_chain.setdefault(entry.chain_id, []).append(entry)
    for chain_id, of_chain in sorted(by_chain.items()):  # everybody takes the locks in this order
        _append(session, chain_id, of_chain)


@event.listens_for(db.session, "before_commit")
def _link_last(session: Session) -> None:
    if not session.in_nested_transaction():
        session.flush()
        link(session)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, undone: SessionTransaction) -> None:
    """What was gathered inside a savepoint, or a transaction, goes with it."""
    if GATHERED in session.info:
        session.info[GATHERED] = [
            (within, entry) for within, entry in session.info[GATHERED] if not _is_part(within, undone)
        ]


def _is_part(inner: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while inner is not None and inner is not outer:
        inner = inner.parent
    return inner is outer


def _append(session: Session, chain_id: int, entries: Sequence[Entry]) -> None:
    """Write entries behind the last of their chain, each hash over the one before."""
    if session.get_bind().dialect.name == "postgresql":
        # one writer per chain; SQLite's writing transaction is alone anyway
        session.execute(_LOCK, {"chain": chain_id})
    last = session.execute(_LAST, {"chain": chain_id}).first()
    taken, prev = (last.n, last.sha256) if last else (0, chains.GENESIS)
    rows = []
    for n, entry in enumerate(entries, start=taken + 1):
        content = _content(entry.at, entry.actor, entry.action, entry.object, dict(entry.detail))
        link_sha256 = chains.link(n, prev, content)
        rows.append(
            {**content, "at": entry.at, "chain_id": chain_id, "n": n, "prev_sha256": prev, "sha256": link_sha256}
        )
        prev = link_sha256
    session.execute(_INSERT, rows)


def content_of(event: AuditEvent) -> dict[str, Any]:
    """What the hash of an entry covers besides its place in the chain."""
    return _content(event.at, event.actor, event.action, event.object, event.detail)


def _content(at: datetime, actor: str, action: str, object: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": at.astimezone(UTC).isoformat(),
        "actor": actor,
        "action": action,
        "object": object,
        "detail": detail,
    }


def links_of(chain_id: int) -> Iterator[chains.Link]:
    """The entries of a chain in their order, read in parts: a long chain does not stand in memory."""
    query = select(AuditEvent).where(AuditEvent.chain_id == chain_id).order_by(AuditEvent.n)
    found = db.session.scalars(query.execution_options(yield_per=1000))
    try:
        for event in found:
            yield chains.Link(event.n, event.prev_sha256, content_of(event), event.sha256)
    finally:
        found.close()  # a broken chain is not read to its end


def is_ahead_of_clock() -> bool:
    """Whether an entry is later than the clock: then the clock is wrong, and deadlines and versions would be too."""
    newest = db.session.scalar(select(func.max(AuditEvent.at)))
    return newest is not None and newest > clock.now() + CLOCK_TOLERANCE
