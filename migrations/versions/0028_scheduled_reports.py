"""Reports that are made and mailed on a schedule, and mails with a file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("mails", sa.Column("attachment_sha256", sa.String(64), nullable=True))
    op.add_column("mails", sa.Column("attachment_name", sa.String(255), nullable=True))
    _make_schedules()
    _make_sendings()
    with op.batch_alter_table("report_runs") as batch:
        batch.add_column(sa.Column("sending_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_report_runs_sending_id_report_sendings"), "report_sendings", ["sending_id"], ["id"]
        )
        batch.create_index(op.f("ix_report_runs_sending_id"), ["sending_id"])
    op.create_table(
        "report_deliveries",
        sa.Column("sending_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("reached", sa.String(20), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_report_deliveries_person_id_people")),
        sa.ForeignKeyConstraint(["run_id"], ["report_runs.id"], name=op.f("fk_report_deliveries_run_id_report_runs")),
        sa.ForeignKeyConstraint(
            ["sending_id"], ["report_sendings.id"], name=op.f("fk_report_deliveries_sending_id_report_sendings")
        ),
        sa.PrimaryKeyConstraint("sending_id", "person_id", name=op.f("pk_report_deliveries")),
    )


def _make_schedules() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(26), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("paused_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_report_schedules_person_id_people")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_report_schedules_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedules")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_schedules_public_id")),
    )
    op.create_index(op.f("ix_report_schedules_person_id"), "report_schedules", ["person_id"])
    op.create_index(op.f("ix_report_schedules_next_at"), "report_schedules", ["next_at"])
    op.create_table(
        "schedule_recipients",
        sa.Column("schedule_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("locale", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_schedule_recipients_person_id_people")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["report_schedules.id"], name=op.f("fk_schedule_recipients_schedule_id_report_schedules")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "person_id", name=op.f("pk_schedule_recipients")),
    )


def _make_sendings() -> None:
    op.create_table(
        "report_sendings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('making', 'sent', 'failed')", name=op.f("ck_report_sendings_state")),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["report_schedules.id"], name=op.f("fk_report_sendings_schedule_id_report_schedules")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_sendings")),
        sa.UniqueConstraint("schedule_id", "due_at", name=op.f("uq_report_sendings_schedule_id_due_at")),
    )
    op.create_index(op.f("ix_report_sendings_state"), "report_sendings", ["state"])


def downgrade() -> None:
    op.drop_table("report_deliveries")
    with op.batch_alter_table("report_runs") as batch:
        batch.drop_index(op.f("ix_report_runs_sending_id"))
        batch.drop_constraint(op.f("fk_report_runs_sending_id_report_sendings"), type_="foreignkey")
        batch.drop_column("sending_id")
    for name in ("report_sendings", "schedule_recipients", "report_schedules"):
        op.drop_table(name)
    for name in ("attachment_name", "attachment_sha256"):
        op.drop_column("mails", name)
