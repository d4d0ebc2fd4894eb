"""What changes attempts from outside. Each function is one step of whoever opened the transaction."""

from lms.invigilation.actions.extending import Extended, give_time

__all__ = ["Extended", "give_time"]
