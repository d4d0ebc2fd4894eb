"""Keep of each session roughly on what device it was begun."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = ("browser", "system")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("web_sessions", sa.Column(name, sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("web_sessions", name)
