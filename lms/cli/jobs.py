from __future__ import annotations

import signal
import sys
from types import FrameType

import click
from flask_babel import gettext as _

from lms.cli.commands import Group, help_text
from lms.cli.speech import no_tables, speaking
from lms.foundation.jobs import Worker, is_without_tables

group = Group("jobs", help=help_text("Background jobs."))


@group.command("work", help=help_text("Work on jobs until stopped."))
@speaking
def work() -> None:
    if is_without_tables():
        click.echo(no_tables(), err=True)
        sys.exit(1)
    worker = Worker()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(_("The worker is ready."), err=True)
    worker.work()
