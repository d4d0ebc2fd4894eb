"""Keep why plans were moved and what moved with them, and what calling a cohort off has ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CAUSES = "'tool_access', 'holiday', 'room', 'trainer', 'vendor', 'other'"


def upgrade() -> None:
    op.add_column("cohorts", sa.Column("put_off", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "slips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before_on", sa.Date(), nullable=False),
        sa.Column("after_on", sa.Date(), nullable=False),
        sa.Column("session_count", sa.Integer(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"cause IN ({CAUSES})", name=op.f("ck_slips_cause")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_slips_cohort_id_cohorts")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_slips_decided_by_people")),
        sa.ForeignKeyConstraint(["undone_by"], ["people.id"], name=op.f("fk_slips_undone_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
    )
    op.create_index(op.f("ix_slips_cohort_id"), "slips", ["cohort_id"])


def downgrade() -> None:
    op.drop_table("slips")
    op.drop_column("cohorts", "put_off")
