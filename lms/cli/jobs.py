from __future__ import annotations

import signal
from types import FrameType

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from lms.cli.speech import speaking
from lms.foundation.jobs import Worker
from lms.foundation.locale import in_language

group = AppGroup("jobs", help=in_language("Background jobs.", "バックグラウンドジョブ。"))


@group.command("work", help=in_language("Work on jobs until stopped.", "停止されるまでジョブを実行する。"))
@speaking
def work() -> None:
    worker = Worker()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(_("The worker is ready."), err=True)
    worker.work()
