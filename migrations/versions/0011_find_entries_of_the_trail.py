"""Find the entries of the audit trail by who, by which thing, by chain and by day without reading all of it."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = (("actor", "id"), ("object", "id"), ("chain_id", "id"), ("at",))


def upgrade() -> None:
    for columns in COLUMNS:
        op.create_index(op.f(f"ix_audit_events_{'_'.join(columns)}"), "audit_events", list(columns))


def downgrade() -> None:
    for columns in reversed(COLUMNS):
        op.drop_index(op.f(f"ix_audit_events_{'_'.join(columns)}"), "audit_events")
