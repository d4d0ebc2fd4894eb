"""Keep recurring quizzes with their runs, leave, excuses, ends of one's own, and what reminds of a quiz."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("assignments", sa.Column("reminders", sa.JSON(), nullable=True))
    op.add_column("assignments", sa.Column("fresh_days", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("assignees") as batch:
        batch.add_column(sa.Column("own_due_at", INSTANT, nullable=True))
        batch.add_column(sa.Column("excused_at", INSTANT, nullable=True))
        batch.add_column(sa.Column("excused_by", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("excused_until", sa.Date(), nullable=True))
        batch.add_column(sa.Column("excuse", sa.Text(), nullable=True))
        batch.create_foreign_key(op.f("fk_assignees_excused_by_people"), "people", ["excused_by"], ["id"])
    _campaigns()
    _runs()
    op.create_table(
        "leaves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_leaves_days")),
        sa.ForeignKeyConstraint(["noted_by"], ["people.id"], name=op.f("fk_leaves_noted_by_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_leaves_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaves")),
    )
    op.create_index(op.f("ix_leaves_last_on"), "leaves", ["last_on"])
    op.create_index(
        "uq_leaves_standing",
        "leaves",
        ["person_id", "first_on"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title_text", sa.JSON(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("who", sa.JSON(), nullable=False),
        sa.Column("reminders", sa.JSON(), nullable=False),
        sa.Column("fresh_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_campaigns_created_by_people")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f("fk_campaigns_quiz_id_quizzes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("code", name=op.f("uq_campaigns_code")),
    )
    op.create_index(op.f("ix_campaigns_quiz_id"), "campaigns", ["quiz_id"])


def _runs() -> None:
    op.create_table(
        "campaign_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("who", sa.JSON(), nullable=False),
        sa.Column("opens_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('opened', 'skipped')", name=op.f("ck_campaign_runs_state")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_runs_campaign_id_campaigns")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_campaign_runs_made_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_runs")),
        sa.UniqueConstraint("campaign_id", "period", name=op.f("uq_campaign_runs_campaign_id_period")),
    )
    op.create_table(
        "campaign_places",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_campaign_places_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["campaign_runs.id"], name=op.f("fk_campaign_places_run_id_campaign_runs")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_campaign_places_site_id_sites")),
        sa.PrimaryKeyConstraint("run_id", "site_id", name=op.f("pk_campaign_places")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_campaign_places_assignment_id")),
    )
    op.create_index(op.f("ix_campaign_places_site_id"), "campaign_places", ["site_id"])


def downgrade() -> None:
    for table in ("leaves", "campaign_places", "campaign_runs", "campaigns"):
        op.drop_table(table)
    with op.batch_alter_table("assignees") as batch:
        batch.drop_constraint(op.f("fk_assignees_excused_by_people"), type_="foreignkey")
        for column in ("excuse", "excused_until", "excused_by", "excused_at", "own_due_at"):
            batch.drop_column(column)
    op.drop_column("assignments", "fresh_days")
    op.drop_column("assignments", "reminders")
    _name_no_campaigns()


def _name_no_campaigns() -> None:
    """The application of before knows no audience of this kind; to it they are single people."""
    assignments = sa.table("assignments", sa.column("id", sa.Integer), sa.column("audience", sa.JSON))
    connection = op.get_bind()
    for assignment_id, stored in connection.execute(sa.select(assignments.c.id, assignments.c.audience)).all():
        if stored and stored["kind"] == "campaign":
            people = stored | {"kind": "people"}
            connection.execute(
                sa.update(assignments).where(assignments.c.id == assignment_id).values(audience=people)
            )
