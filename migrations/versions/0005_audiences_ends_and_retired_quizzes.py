"""Say to whom each assignment is given, when one was ended, and when a quiz was retired."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assignments", sa.Column("audience", sa.JSON(), nullable=True))
    op.add_column("assignments", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quizzes", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    _name_cohorts()


def downgrade() -> None:
    op.drop_column("quizzes", "retired_at")
    op.drop_column("assignments", "ended_at")
    op.drop_column("assignments", "audience")


def _name_cohorts() -> None:
    """An assignment that stands on the calendar of a cohort is given to that cohort."""
    assignments = sa.table("assignments", sa.column("id", sa.Integer()), sa.column("audience", sa.JSON()))
    sessions = sa.table("training_sessions", sa.column("assignment_id", sa.Integer()), sa.column("cohort_id"))
    cohorts = sa.table("cohorts", sa.column("id"), sa.column("code", sa.String()), sa.column("name_text", sa.JSON()))
    connection = op.get_bind()
    given = (
        sa.select(sessions.c.assignment_id, cohorts.c.code, cohorts.c.name_text)
        .join_from(sessions, cohorts, cohorts.c.id == sessions.c.cohort_id)
        .where(sessions.c.assignment_id.is_not(None))
    )
    for assignment_id, code, name_text in connection.execute(given).all():
        audience = {"kind": "cohort", "code": code, "name": name_text}
        connection.execute(
            assignments.update().where(assignments.c.id == assignment_id).values(audience=audience)
        )
