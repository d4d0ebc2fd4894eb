"""The audit trail: consequential actions, appended to a hash chain per vendor in the transaction of the action itself.

An entry holds the codes of people, never names or addresses: erasing a person leaves the chain whole.
"""

from __future__ import annotations

from datetime import UTC, timedelta
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
        "session.sign_in",
        "session.sign_out",
        "session.confirm",
        "session.not_confirmed",
        "password.set",
        "link.make",
        "policy.import",
        "policy.create",
        "policy.copy",
        "policy.write",
        "policy.discard",
        "policy.publish",
        "policy.ask",
        "policy.take_back",
        "policy.acknowledge",
        "bank.create",
        "bank.change",
        "bank.retire",
        "bank.restore",
        "question.import",
        "question.revise",
        "question.send",
        "question.release",
        "question.discard",
        "question.retire",
        "question.restore",
        "quiz.publish",
        "quiz.retire",
        "assignment.create",
        "assignment.change",
        "assignment.end",
        "attempt.open",
        "attempt.close",
        "attempt.grade",
        "cohort.create",
        "cohort.enrol",
        "attendance.mark",
        "timetable.add",
        "timetable.change",
        "timetable.cancel",
        "plan.create",
        "plan.change",
        "gate.decide",
        "report.export",
        "sample.load",
    }
)


class AuditEvent(Base):
    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("chain_id", "n"),
        UniqueConstraint("chain_id", "prev_sha256"),
        Index(None, "action"),
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


def record(action: str, *, actor: str, object: str, chain_id: int = INSTALLATION_CHAIN, **detail: Any) -> AuditEvent:
    """Append an entry: who (a code), did what, to which object, with facts before and after."""
    if action not in ACTIONS:
        raise ValueError(f"unknown journal action {action!r}")
    if db.engine.dialect.name == "postgresql":
        # one writer per chain; SQLite's writing transaction is alone anyway
        db.session.execute(text("SELECT pg_advisory_xact_lock(7041, :chain)"), {"chain": chain_id})
    last = db.session.execute(
        select(AuditEvent.n, AuditEvent.sha256)
        .where(AuditEvent.chain_id == chain_id)
        .order_by(AuditEvent.n.desc())
        .limit(1)
    ).first()
    n, prev = (last.n + 1, last.sha256) if last else (1, chains.GENESIS)
    event = AuditEvent(
        chain_id=chain_id,
        n=n,
        at=clock.now(),
        actor=actor,
        action=action,
        object=object,
        detail=detail,
        prev_sha256=prev,
    )
    event.sha256 = chains.link(n, prev, content_of(event))
    db.session.add(event)
    db.session.flush()
    return event


def content_of(event: AuditEvent) -> dict[str, Any]:
    """What the hash of an entry covers besides its place in the chain."""
    return {
        "at": event.at.astimezone(UTC).isoformat(),
        "actor": event.actor,
        "action": event.action,
        "object": event.object,
        "detail": event.detail,
    }


def is_ahead_of_clock() -> bool:
    """Whether an entry is later than the clock: then the clock is wrong, and deadlines and versions would be too."""
    newest = db.session.scalar(select(func.max(AuditEvent.at)))
    return newest is not None and newest > clock.now() + CLOCK_TOLERANCE
