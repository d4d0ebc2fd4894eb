"""The curves of a quiz's questions as a job has fitted them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLE = "curve_fits"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("basis_sha256", sa.String(length=64), nullable=False),
        sa.Column("fitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("curves", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["quiz_id"], ["quizzes.id"], name=op.f(f"fk_{TABLE}_quiz_id_quizzes")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f(f"fk_{TABLE}_job_id_jobs")),
        sa.PrimaryKeyConstraint("quiz_id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_job_id"), TABLE, ["job_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
