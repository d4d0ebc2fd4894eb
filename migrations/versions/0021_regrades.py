"""Corrections of questions, and the grading runs that each has made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "regrades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("right_options", sa.JSON(), nullable=False),
        sa.Column("base_key_n", sa.Integer(), nullable=False),
        sa.Column("key_n", sa.Integer(), nullable=True),
        sa.Column("lowers_passes", sa.Boolean(), nullable=False),
        sa.Column("reason_text", sa.JSON(), nullable=False),
        sa.Column("note_text", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_attempt_id", sa.String(length=36), nullable=True),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_person_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "method IN ('accept', 'new_key', 'credit_all', 'drop')", name=op.f("ck_regrades_method")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'applying', 'done', 'declined', 'withdrawn')", name=op.f("ck_regrades_state")
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_regrades_quiz_id_quizzes")),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_versions.id"],
            name=op.f("fk_regrades_question_version_id_question_versions"),
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name=op.f("fk_regrades_proposed_by_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_regrades_decided_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrades")),
    )
    op.create_index(op.f("ix_regrades_quiz_id_question_version_id"), "regrades", ["quiz_id", "question_version_id"])
    op.create_index(op.f("ix_regrades_question_version_id"), "regrades", ["question_version_id"])
    op.create_index(
        "uq_regrades_applying",
        "regrades",
        ["quiz_id"],
        unique=True,
        sqlite_where=sa.text("state = 'applying'"),
        postgresql_where=sa.text("state = 'applying'"),
    )
    # said as both databases say it: SQLite would make the table anew, which its marks keep it from
    op.execute(
        "ALTER TABLE grading_runs ADD COLUMN regrade_id INTEGER "
        "CONSTRAINT fk_grading_runs_regrade_id_regrades REFERENCES regrades (id)"
    )
    op.create_index("uq_grading_runs_attempt_id_regrade_id", "grading_runs", ["attempt_id", "regrade_id"], unique=True)
    op.create_index(op.f("ix_grading_runs_regrade_id"), "grading_runs", ["regrade_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_grading_runs_regrade_id"), "grading_runs")
    op.drop_index("uq_grading_runs_attempt_id_regrade_id", "grading_runs")
    op.execute("ALTER TABLE grading_runs DROP COLUMN regrade_id")
    op.drop_table("regrades")
