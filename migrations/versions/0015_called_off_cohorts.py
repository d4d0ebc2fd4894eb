"""Say since when a cohort is called off, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cohorts", sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cohorts", sa.Column("called_off_reason", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("cohorts", "called_off_reason")
    op.drop_column("cohorts", "called_off_at")
