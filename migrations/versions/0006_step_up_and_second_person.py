"""Keep when a password was confirmed, roles that wait for a second person, and who asked for a publication."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLES = "'learner', 'trainer', 'qa', 'editor', 'localizer', 'vendor_manager', 'admin'"
OPEN = sa.text("decision IS NULL")


def upgrade() -> None:
    op.add_column("web_sessions", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "role_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_role_proposals_role")),
        sa.CheckConstraint(
            "decision IN ('confirmed', 'declined', 'withdrawn')", name=op.f("ck_role_proposals_decision")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_role_proposals_person_id_people")),
        sa.ForeignKeyConstraint(["proposed_by"], ["people.id"], name=op.f("fk_role_proposals_proposed_by_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_role_proposals_decided_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_proposals")),
    )
    op.create_index(op.f("ix_role_proposals_person_id"), "role_proposals", ["person_id"])
    op.create_index(
        "uq_role_proposals_open",
        "role_proposals",
        ["person_id", "role"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "publication_requests",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["policy_versions.id"], name=op.f("fk_publication_requests_version_id_policy_versions")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_publication_requests_asked_by_people")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_publication_requests")),
    )


def downgrade() -> None:
    op.drop_table("publication_requests")
    op.drop_table("role_proposals")
    op.drop_column("web_sessions", "confirmed_at")
