from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import ngettext

from lms.cli.speech import speaking
from lms.foundation.assets import assets
from lms.foundation.locale import terminal_text

group = AppGroup("static", help=terminal_text("Static files."))


@group.command(
    "build",
    help=terminal_text("Compress the static files once, at set-up."),
)
@speaking
def build() -> None:
    if count := assets().build():
        click.echo(ngettext("%(num)d file compressed.", "%(num)d files compressed.", count))
