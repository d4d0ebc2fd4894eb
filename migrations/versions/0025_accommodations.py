"""More time for a person as a share or in minutes, between two days, changed by another row."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KEPT = ("person_id", "more_percent", "granted_at", "granted_by")


def _rows(condition: str = "1 = 1") -> list[dict[str, Any]]:
    """The few rows that both tables have a place for: the table is made anew under its own name."""
    kinds = {"granted_at": sa.DateTime(timezone=True)}
    columns = [sa.column(name, kinds.get(name, sa.Integer())) for name in KEPT]
    query = sa.select(*columns).select_from(sa.table("accommodations", *columns)).where(sa.text(condition))
    return [dict(zip(KEPT, row, strict=True)) for row in op.get_bind().execute(query)]


def upgrade() -> None:
    rows = [{**row, "more_minutes": 0, "first_on": row["granted_at"].date()} for row in _rows()]
    op.drop_table("accommodations")
    made = op.create_table(
        "accommodations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("more_percent", sa.Integer(), nullable=False),
        sa.Column("more_minutes", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "more_percent BETWEEN 0 AND 200 AND more_minutes BETWEEN 0 AND 240", name=op.f("ck_accommodations_limits")
        ),
        sa.CheckConstraint(
            "(more_percent = 0) <> (more_minutes = 0)", name=op.f("ck_accommodations_percent_or_minutes")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accommodations_person_id_people")),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_accommodations_granted_by_people")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_accommodations_ended_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodations")),
    )
    op.create_index(op.f("ix_accommodations_person_id"), "accommodations", ["person_id"])
    op.create_index(
        "uq_accommodations_standing",
        "accommodations",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.bulk_insert(made, rows)


def downgrade() -> None:
    rows = _rows("ended_at IS NULL AND more_percent > 0")
    op.drop_table("accommodations")
    made = op.create_table(
        "accommodations",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("more_percent", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("more_percent BETWEEN 1 AND 200", name=op.f("ck_accommodations_more_percent")),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_accommodations_granted_by_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_accommodations_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_accommodations")),
    )
    op.bulk_insert(made, rows)
