"""The audit trail: consequential actions, appended to a hash chain per vendor in the transaction of the action itself.

An entry holds the codes of people, never names or addresses: erasing a person leaves the chain whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation import clock
from lms.foundation.columns import Document, Instant, Key, Sha256
from lms.foundation.db import Base, db
from lms.kit import chains

INSTALLATION_CHAIN = 0
"""The chain of what concerns the whole installation rather than one vendor."""

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
        "result.export",
        "journal.export",
        "job.retry",
        "job.give_up",
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


def record(action: str, *, actor: str, object: str, chain_id: int = INSTALLATION_CHAIN, **detail: Any) -> AuditEvent:
    """Append an entry that happens now."""
    entry = Entry(action, actor, object, clock.now(), chain_id, detail)
    (event,) = _linked(chain_id, [entry])
    db.session.add(event)
    db.session.flush()
    return event


def record_many(entries: Iterable[Entry]) -> None:
    """Append entries in their order, each to its chain."""
    by_chain: dict[int, list[Entry]] = {}
    for entry in entries:
        by_chain.setdefault(entry.chain_id, []).append(entry)
    for chain_id, of_chain in sorted(by_chain.items()):
        db.session.add_all(_linked(chain_id, of_chain))
    db.session.flush()


def _linked(chain_id: int, entries: Iterable[Entry]) -> list[AuditEvent]:
    """The entries behind the last of their chain, each hash over the one before."""
    if db.engine.dialect.name == "postgresql":
        # one writer per chain; SQLite's writing transaction is alone anyway
        db.session.execute(text("SELECT pg_advisory_xact_lock(7041, :chain)"), {"chain": chain_id})
    last = db.session.execute(
        select(AuditEvent.n, AuditEvent.sha256)
        .where(AuditEvent.chain_id == chain_id)
        .order_by(AuditEvent.n.desc())
        .limit(1)
    ).first()
    taken, prev = (last.n, last.sha256) if last else (0, chains.GENESIS)
    events = []
    for n, entry in enumerate(entries, start=taken + 1):
        event = AuditEvent(
            chain_id=chain_id,
            n=n,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            object=entry.object,
            detail=dict(entry.detail),
            prev_sha256=prev,
        )
        event.sha256 = prev = chains.link(n, prev, content_of(event))
        events.append(event)
    return events


def content_of(event: AuditEvent) -> dict[str, Any]:
    """What the hash of an entry covers besides its place in the chain."""
    return {
        "at": event.at.astimezone(UTC).isoformat(),
        "actor": event.actor,
        "action": event.action,
        "object": event.object,
        "detail": event.detail,
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
