"""What changes campaigns and their runs. Each function is one step of whoever opened the transaction."""

from lms.campaigns.actions.leave import note_leave, withdraw_leave
from lms.campaigns.actions.planning import Plan, change, create, end, skip, take_back_skip
from lms.campaigns.actions.running import keep_open_runs, open_due_runs
from lms.campaigns.actions.telling import tell_leads

__all__ = [
    "Plan",
    "change",
    "create",
    "end",
    "keep_open_runs",
    "note_leave",
    "open_due_runs",
    "skip",
    "take_back_skip",
    "tell_leads",
    "withdraw_leave",
]
