"""What is decided of attempts from outside: late answers counted or left out, attempts void."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rulings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("grounds", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("lowers_pass", sa.Boolean(), nullable=False),
        sa.Column("until_event_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('admit', 'refuse', 'void')", name=op.f("ck_rulings_kind")),
        sa.CheckConstraint(
            "grounds IN ('line', 'system', 'interrupted', 'after_time', 'unexplained', 'by_mistake', 'rules', 'other')",
            name=op.f("ck_rulings_grounds"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'applied', 'declined', 'withdrawn')", name=op.f("ck_rulings_state")
        ),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_rulings_attempt_id_attempts")),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name=op.f("fk_rulings_proposed_by_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_rulings_decided_by_people")),
        sa.ForeignKeyConstraint(["run_id"], ["grading_runs.id"], name=op.f("fk_rulings_run_id_grading_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
    )
    op.create_index(op.f("ix_rulings_attempt_id"), "rulings", ["attempt_id"])
    op.create_index(
        "uq_rulings_proposed",
        "rulings",
        ["attempt_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_table("rulings")
