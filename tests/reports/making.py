"""A schedule for the pages that show one."""

from __future__ import annotations

from datetime import time

from lms.accounts.models import Person
from lms.reports.actions import scheduling
from lms.reports.actions.scheduling import Plan
from lms.reports.core.schedule import Every, Rule
from lms.reports.models import ReportRun

OF_A_SCHEDULE = [f"report_schedules.{verb}" for verb in ("show", "edit", "pause", "end", "send")]
FORM = {
    **{"every": "month", "workday": "1", "weekday": "1", "at": "09:30", "zone_name": "Asia/Tokyo", "site": "tokyo"},
    **{"to_Q0001": "en", "revision": "1"},
}
FORMS_OF_SCHEDULES = {
    **dict.fromkeys(["report_schedules.new", "report_schedules.edit"], FORM),
    "report_schedules.end": {"revision": "2"},  # after the change
}


def make_schedule(pattern: ReportRun, by: Person) -> str:
    """Have a report come again each month to whoever has asked for it; the address of the schedule."""
    rule = Rule(Every.MONTH, 1, time(9, 30), "Asia/Tokyo")
    return scheduling.create(pattern, Plan(rule, by.site, {by.id: "en"}), by=by).public_id
