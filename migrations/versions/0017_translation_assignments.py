"""Say who is to translate a draft, and by which day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "translation_assignments",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assigned_by", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["policy_versions.id"], name=op.f("fk_translation_assignments_version_id_policy_versions")
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["people.id"], name=op.f("fk_translation_assignments_assignee_id_people")),
        sa.ForeignKeyConstraint(["assigned_by"], ["people.id"], name=op.f("fk_translation_assignments_assigned_by_people")),
        sa.PrimaryKeyConstraint("version_id", "locale", name=op.f("pk_translation_assignments")),
    )
    op.create_index(op.f("ix_translation_assignments_assignee_id"), "translation_assignments", ["assignee_id"])


def downgrade() -> None:
    op.drop_table("translation_assignments")
