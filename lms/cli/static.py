from __future__ import annotations

import click
from flask_babel import ngettext

from lms.cli.commands import Group, help_text
from lms.cli.speech import speaking
from lms.foundation.assets import assets

group = Group("static", help=help_text("Static files."))


@group.command(
    "build",
    help=help_text("Compress the static files once, at set-up."),
)
@speaking
def build() -> None:
    if count := assets().build():
        click.echo(ngettext("%(num)d file compressed.", "%(num)d files compressed.", count))
