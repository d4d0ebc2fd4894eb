"""Commands whose help is in the language of the terminal, or in the one that ``--locale`` asks for.

Click fixes its texts when a command is defined; these find theirs when they are shown.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise

import click
from flask.cli import AppGroup

from lms.foundation.locale import LOCALES, of_environment, terminal_text

MESSAGE_LOCALE = "message_locale"
"""The parameter behind ``--locale`` where that is the language of the messages."""


def help_text(text: str) -> str:
    """Mark a text of a command's help for the catalogue."""
    return text


class _Told(click.Command):
    """What commands and groups of them have alike."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        os.environ["LANGUAGE"] = of_environment(os.environ)  # Click would ask it before LC_ALL, unlike all else here
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.indentation():
            formatter.write_paragraph()
            formatter.write_text(_shown(self.help))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = terminal_text("Show this message and exit.")
        return option

    def get_short_help_str(self, limit: int = 45) -> str:
        return click.Command(None, help=_shown(self.help)).get_short_help_str(limit)


class Command(_Told):
    """A command that knows its language before it reads anything else that was typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        asked = asked_locale(args) if any(param.name == MESSAGE_LOCALE for param in self.params) else None
        if asked is not None:
            os.environ["LC_ALL"] = asked
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [
            (names, told.replace(param.help or "", _shown(param.help), 1))
            for param in self.get_params(ctx)
            if isinstance(param, click.Option)
            for names, told in [param.get_help_record(ctx) or ("", "")]
            if names
        ]
        with formatter.section(terminal_text("Options")):
            formatter.write_dl(records)


class Group(_Told, AppGroup):
    """A group of such commands."""

    command_class = Command


class NamedPath(click.Path):
    """A path that is called file, folder or path in the language of the terminal."""

    @property
    def name(self) -> str:
        kind = "path" if self.file_okay and self.dir_okay else "file" if self.file_okay else "directory"
        return terminal_text(kind)

    @name.setter
    def name(self, _fixed: str) -> None:
        pass


class Whole(click.IntRange):
    """A whole number within a range."""

    @property
    def name(self) -> str:
        return terminal_text("whole number")

    @name.setter
    def name(self, _fixed: str) -> None:
        pass


def _shown(text: str | None) -> str:
    return terminal_text(text) if text else ""


def asked_locale(args: Sequence[str]) -> str | None:
    """The language that ``--locale`` asks for among what was typed, if it is one of ours.

    >>> asked_locale(["en.md", "--locale", "ja", "--help"]), asked_locale(["--locale=en"]), asked_locale(["--locale"])
    ('ja', 'en', None)
    """
    after = dict(pairwise(args))
    asked = after.get("--locale") or next((word[9:] for word in args if word.startswith("--locale=")), None)
    return asked if asked in LOCALES else None
