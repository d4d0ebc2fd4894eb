"""How far a job has come and whether it is to stop; how long the file of a report is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEPT = timedelta(days=90)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("phase", sa.String(40), nullable=True))
    op.add_column("jobs", sa.Column("parts_done", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("parts_total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report_runs", sa.Column("file_size", sa.Integer(), nullable=True))
    op.add_column("report_runs", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report_runs", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    runs = sa.table(
        "report_runs",
        sa.column("file_sha256", sa.String),
        sa.column("asked_at", sa.DateTime(timezone=True)),
        sa.column("finished_at", sa.DateTime(timezone=True)),
        sa.column("expires_at", sa.DateTime(timezone=True)),
    )
    made = sa.update(runs).where(runs.c.file_sha256.is_not(None))
    op.execute(made.values(finished_at=runs.c.asked_at, expires_at=datetime.now(UTC) + KEPT))


def downgrade() -> None:
    for name in ("expires_at", "finished_at", "file_size"):
        op.drop_column("report_runs", name)
    for name in ("cancel_asked_at", "parts_total", "parts_done", "phase"):
        op.drop_column("jobs", name)
