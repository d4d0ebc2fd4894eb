from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import ngettext

from lms.cli.speech import speaking
from lms.foundation.assets import assets
from lms.foundation.locale import in_language

group = AppGroup("static", help=in_language("Static files.", "静的ファイル。"))


@group.command(
    "build",
    help=in_language("Compress the static files once, at set-up.", "静的ファイルを圧縮する（セットアップ時に1回）。"),
)
@speaking
def build() -> None:
    if count := assets().build():
        click.echo(ngettext("%(num)d file compressed.", "%(num)d files compressed.", count))
