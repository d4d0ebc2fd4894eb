"""The marked paper of every grading run: what was asked, answered and earned, as one text beside the rows."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

AT_ONCE = 500
RUNS = "SELECT id, attempt_id, run_no FROM grading_runs WHERE id > :last ORDER BY id LIMIT :most"
ITEMS = """
SELECT i.run_id, i.position, q.question_version_id, i.key_n, i.awarded_thousandths, i.max_thousandths, i.outcome
FROM grading_items i JOIN grading_runs r ON r.id = i.run_id
JOIN attempt_questions q ON q.attempt_id = r.attempt_id AND q.position = i.position
WHERE i.run_id IN :runs ORDER BY i.run_id, i.position
"""
# what was admitted late counts from the run on that admitted it
EVENTS = """
SELECT attempt_id, epoch, seq, position, payload, 0 AS counts_from FROM answer_events WHERE attempt_id IN :attempts
UNION ALL SELECT e.attempt_id, e.epoch, e.seq, e.position, e.payload, r.run_no FROM late_events e
JOIN grading_runs r ON r.id = e.admitted_run_id WHERE e.attempt_id IN :attempts
ORDER BY 1, 2, 3
"""


def upgrade() -> None:
    op.add_column("grading_runs", sa.Column("marked_paper", sa.Text(), server_default="", nullable=False))
    connection, last = op.get_bind(), 0
    while runs := connection.execute(sa.text(RUNS), {"last": last, "most": AT_ONCE}).all():
        last = runs[-1].id
        written = _marked_papers(connection, runs)
        connection.execute(sa.text("UPDATE grading_runs SET marked_paper = :marked WHERE id = :id"), written)


def _marked_papers(connection: sa.Connection, runs: Any) -> list[dict[str, Any]]:
    known = {run.id: run for run in runs}
    lines = defaultdict(list)
    events = defaultdict(list)
    answers = sa.text(EVENTS).bindparams(sa.bindparam("attempts", expanding=True)).columns(payload=sa.JSON())
    for event in connection.execute(answers, {"attempts": sorted({run.attempt_id for run in runs})}):
        events[event.attempt_id, event.position].append(event)
    marks = sa.text(ITEMS).bindparams(sa.bindparam("runs", expanding=True))
    for item in connection.execute(marks, {"runs": list(known)}):
        run = known[item.run_id]
        counted = [event for event in events[run.attempt_id, item.position] if event.counts_from <= run.run_no]
        payload = counted[-1].payload if counted else None
        answer = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if payload else ""
        lines[item.run_id].append(",".join(map(str, [*item[2:], answer])))
    return [{"id": run.id, "marked": "\x1e".join(lines[run.id])} for run in runs]


def downgrade() -> None:
    op.drop_column("grading_runs", "marked_paper")
