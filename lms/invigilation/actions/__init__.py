"""What changes attempts from outside. Each function is one step of whoever opened the transaction."""

from lms.invigilation.actions.admitting import Trial, try_admission
from lms.invigilation.actions.extending import Extended, give_time
from lms.invigilation.actions.rulings import decide, may_apply, propose, withdraw

__all__ = ["Extended", "Trial", "decide", "give_time", "may_apply", "propose", "try_admission", "withdraw"]
