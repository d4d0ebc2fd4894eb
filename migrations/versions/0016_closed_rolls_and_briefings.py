"""Keep since when the roll of a session is closed and by whom, and let the wellbeing briefing be a gate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GATES_BEFORE = "'quiz_average', 'qa_agreement', 'policies_acknowledged', 'attendance', 'sign_off'"
GATES = f"'briefing', {GATES_BEFORE}"
GATE_CHECK = "ck_gate_decisions_gate"


def upgrade() -> None:
    op.create_table(
        "closed_rolls",
        sa.Column("session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["people.id"], name=op.f("fk_closed_rolls_closed_by_people")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_sessions.id"], name=op.f("fk_closed_rolls_session_id_training_sessions")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_closed_rolls")),
    )
    _check_gates(GATES)


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM gate_decisions WHERE gate = 'briefing'"))
    _drop_from_plans()
    _check_gates(GATES_BEFORE)
    op.drop_table("closed_rolls")


def _drop_from_plans() -> None:
    """The application of before knows no such gate and could show no cohort of a plan that asks for it."""
    plans = sa.table("plan_templates", sa.column("id", sa.Integer), sa.column("gates", sa.JSON))
    connection = op.get_bind()
    for plan_id, stored in connection.execute(sa.select(plans.c.id, plans.c.gates)).all():
        left = [gate for gate in stored["gates"] if gate["kind"] != "briefing"]
        if len(left) < len(stored["gates"]):
            connection.execute(sa.update(plans).where(plans.c.id == plan_id).values(gates=stored | {"gates": left}))


def _check_gates(listed: str) -> None:
    with op.batch_alter_table("gate_decisions") as batch:
        batch.drop_constraint(op.f(GATE_CHECK), type_="check")
        batch.create_check_constraint(op.f(GATE_CHECK), f"gate IN ({listed})")
