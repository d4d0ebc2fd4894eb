"""Decisions on live queues, by the file that they came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("decision_count", sa.Integer(), nullable=False),
        sa.Column("left_out_count", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('audit', 'daily')", name=op.f("ck_production_imports_kind")),
        sa.CheckConstraint("state IN ('draft', 'applied', 'taken_back')", name=op.f("ck_production_imports_state")),
        sa.CheckConstraint("state = 'draft' OR sheet IS NULL", name=op.f("ck_production_imports_kept_while_draft")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_production_imports_made_by_people")),
        sa.ForeignKeyConstraint(["applied_by"], ["people.id"], name=op.f("fk_production_imports_applied_by_people")),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["people.id"], name=op.f("fk_production_imports_taken_back_by_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_imports")),
    )
    op.create_table(
        "production_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("case_ref", sa.String(length=120), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(length=80), nullable=False),
        sa.Column("right_decision", sa.String(length=80), nullable=True),
        sa.Column("error_kind", sa.String(length=20), nullable=True),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('audit', 'daily')", name=op.f("ck_production_decisions_kind")),
        sa.CheckConstraint(
            "error_kind IN ('false_positive', 'false_negative', 'wrong_selection', 'technical')",
            name=op.f("ck_production_decisions_error_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["production_imports.id"], name=op.f("fk_production_decisions_import_id_production_imports")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_production_decisions_person_id_people")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["sections.id"], name=op.f("fk_production_decisions_section_id_sections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production_decisions")),
        sa.UniqueConstraint("kind", "case_ref", "person_id", "decided_on", name="uq_production_decisions_once"),
    )
    for column in ("import_id", "person_id", "section_id", "decided_on"):
        op.create_index(op.f(f"ix_production_decisions_{column}"), "production_decisions", [column])


def downgrade() -> None:
    op.drop_table("production_decisions")
    op.drop_table("production_imports")
