"""Keep the note of a mark, why somebody left a cohort, that a waiver was withdrawn and that a plan is retired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DECIDED_ONCE = ["cohort_id", "person_id", "gate"]
STANDS = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    op.add_column("attendances", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("attendances", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("enrolments", sa.Column("left_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("plan_templates", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("gate_decisions") as batch:
        # "policies_acknowledged" is longer than a word was thought to be
        batch.alter_column("gate", existing_type=sa.String(20), type_=sa.String(40), existing_nullable=False)
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("withdrawn_by", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_gate_decisions_withdrawn_by_people"), "people", ["withdrawn_by"], ["id"]
        )
        batch.drop_constraint(op.f("uq_gate_decisions_cohort_id_person_id_gate"), type_="unique")
    op.create_index(
        "uq_gate_decisions_standing",
        "gate_decisions",
        DECIDED_ONCE,
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM gate_decisions WHERE withdrawn_at IS NOT NULL OR length(gate) > 20"))
    op.drop_index("uq_gate_decisions_standing", "gate_decisions")
    with op.batch_alter_table("gate_decisions") as batch:
        batch.create_unique_constraint(op.f("uq_gate_decisions_cohort_id_person_id_gate"), DECIDED_ONCE)
        batch.drop_constraint(op.f("fk_gate_decisions_withdrawn_by_people"), type_="foreignkey")
        batch.drop_column("withdrawn_by")
        batch.drop_column("withdrawn_at")
        batch.alter_column("gate", existing_type=sa.String(40), type_=sa.String(20), existing_nullable=False)
    op.drop_column("plan_templates", "retired_at")
    op.drop_column("enrolments", "left_reason")
    op.drop_column("attendances", "revision")
    op.drop_column("attendances", "note")
