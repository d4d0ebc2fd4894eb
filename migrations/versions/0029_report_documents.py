"""The values of a report beside its file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report_runs", sa.Column("document_sha256", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("report_runs", "document_sha256")
