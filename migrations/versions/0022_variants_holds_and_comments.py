"""Questions that test the same thing, questions held from quizzes, and what people say of questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questions", sa.Column("variant_of", sa.String(length=80), nullable=True))
    op.create_table(
        "question_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("cause IN ('rule_change', 'by_hand')", name=op.f("ck_question_holds_cause")),
        sa.ForeignKeyConstraint(["held_by"], ["people.id"], name=op.f("fk_question_holds_held_by_people")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name=op.f("fk_question_holds_policy_version_id_policy_versions")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_holds_question_id_questions")
        ),
        sa.ForeignKeyConstraint(["released_by"], ["people.id"], name=op.f("fk_question_holds_released_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_holds")),
        sa.UniqueConstraint(
            "question_id", "policy_version_id", name=op.f("uq_question_holds_question_id_policy_version_id")
        ),
    )
    op.create_table(
        "question_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('ask', 'fault')", name=op.f("ck_question_reports_kind")),
        sa.ForeignKeyConstraint(["answered_by"], ["people.id"], name=op.f("fk_question_reports_answered_by_people")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_question_reports_attempt_id_attempts")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_question_reports_person_id_people")),
        sa.ForeignKeyConstraint(
            ["question_version_id"],
            ["question_versions.id"],
            name=op.f("fk_question_reports_question_version_id_question_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_reports")),
    )
    op.create_index(op.f("ix_question_reports_attempt_id"), "question_reports", ["attempt_id"])
    op.create_index(op.f("ix_question_reports_answered_at"), "question_reports", ["answered_at"])
    op.create_index(op.f("ix_question_reports_person_id"), "question_reports", ["person_id"])


def downgrade() -> None:
    op.drop_table("question_reports")
    op.drop_table("question_holds")
    op.drop_column("questions", "variant_of")
