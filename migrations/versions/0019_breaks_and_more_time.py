"""Breaks, more time, and late answers that somebody looks at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accommodations",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("more_percent", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("more_percent BETWEEN 1 AND 200", name=op.f("ck_accommodations_more_percent")),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_accommodations_granted_by_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accommodations_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_accommodations")),
    )
    op.add_column("attempts", sa.Column("more_minutes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("attempts", sa.Column("break_started_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempts", sa.Column("break_ended_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("late_events") as batch:
        batch.add_column(sa.Column("admitted_run_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reviewed_by", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(
            op.f("fk_late_events_admitted_run_id_grading_runs"), "grading_runs", ["admitted_run_id"], ["id"]
        )
        batch.create_foreign_key(op.f("fk_late_events_reviewed_by_people"), "people", ["reviewed_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("late_events") as batch:
        batch.drop_constraint(op.f("fk_late_events_reviewed_by_people"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_late_events_admitted_run_id_grading_runs"), type_="foreignkey")
        batch.drop_column("reviewed_at")
        batch.drop_column("reviewed_by")
        batch.drop_column("admitted_run_id")
    op.drop_column("attempts", "break_ended_at")
    op.drop_column("attempts", "break_started_at")
    op.drop_column("attempts", "more_minutes")
    op.drop_table("accommodations")
