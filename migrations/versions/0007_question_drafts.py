"""Let a question have a draft beside its versions, and let a bank be retired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_drafts",
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("key", sa.JSON(), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["people.id"], name=op.f("fk_question_drafts_prepared_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_drafts_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_drafts")),
    )
    op.create_index(op.f("ix_question_drafts_prepared_by_id"), "question_drafts", ["prepared_by_id"])
    op.add_column("banks", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("banks", "retired_at")
    op.drop_index(op.f("ix_question_drafts_prepared_by_id"), table_name="question_drafts")
    op.drop_table("question_drafts")
    # what was only ever a draft has nothing left to show
    op.execute(sa.text("DELETE FROM questions WHERE id NOT IN (SELECT question_id FROM question_versions)"))
