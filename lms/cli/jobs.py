from __future__ import annotations

import signal
from types import FrameType

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from lms.cli.speech import speaking
from lms.foundation.jobs import Worker
from lms.foundation.locale import terminal_text

group = AppGroup("jobs", help=terminal_text("Background jobs."))


@group.command("work", help=terminal_text("Work on jobs until stopped."))
@speaking
def work() -> None:
    worker = Worker()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(_("The worker is ready."), err=True)
    worker.work()
