"""Keep who has read the wellbeing briefing, how each wants to see sensitive content, and who helps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DEGREES = "'mild', 'medium', 'strong'"


def upgrade() -> None:
    op.add_column("people", sa.Column("briefed_version", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "briefing_confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_briefing_confirmations_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_briefing_confirmations")),
        sa.UniqueConstraint("person_id", "version", name=op.f("uq_briefing_confirmations_person_id_version")),
    )
    op.create_table(
        "seeing_preferences",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closed_from", sa.String(length=20), nullable=False),
        sa.Column("avoided", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"closed_from IN ({DEGREES})", name=op.f("ck_seeing_preferences_closed_from")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_seeing_preferences_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_seeing_preferences")),
    )
    op.create_table(
        "help_contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("name_text", sa.JSON(), nullable=False),
        sa.Column("detail_text", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=255), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_help_contacts_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_contacts")),
    )
    op.create_index(op.f("ix_help_contacts_site_id"), "help_contacts", ["site_id"])


def downgrade() -> None:
    op.drop_table("help_contacts")
    op.drop_table("seeing_preferences")
    op.drop_table("briefing_confirmations")
    op.drop_column("people", "briefed_version")
