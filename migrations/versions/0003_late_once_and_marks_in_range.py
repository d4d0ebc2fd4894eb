"""Keep each late answer once, and every mark between nothing and its maximum."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("late_events") as batch:
        batch.create_unique_constraint(op.f("uq_late_events_attempt_id_epoch_seq"), ["attempt_id", "epoch", "seq"])
    with op.batch_alter_table("grading_items") as batch:
        batch.create_check_constraint(
            op.f("ck_grading_items_marks"), "awarded_thousandths BETWEEN 0 AND max_thousandths"
        )


def downgrade() -> None:
    with op.batch_alter_table("grading_items") as batch:
        batch.drop_constraint(op.f("ck_grading_items_marks"), type_="check")
    with op.batch_alter_table("late_events") as batch:
        batch.drop_constraint(op.f("uq_late_events_attempt_id_epoch_seq"), type_="unique")
