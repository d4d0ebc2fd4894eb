"""Minutes that staff give to attempts that are open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt_extensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=36), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_attempt_extensions_minutes")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_extensions_attempt_id_attempts")
        ),
        sa.ForeignKeyConstraint(["given_by"], ["people.id"], name=op.f("fk_attempt_extensions_given_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_extensions")),
    )
    op.create_index(op.f("ix_attempt_extensions_attempt_id"), "attempt_extensions", ["attempt_id"])


def downgrade() -> None:
    op.drop_table("attempt_extensions")
