"""How commands speak: their language, their exit codes, and never a traceback for what a person can mend."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, TypeVar
from unicodedata import east_asian_width

import click
from flask import g
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from lms.cli.commands import help_text
from lms.foundation.errors import sentence
from lms.foundation.findings import line
from lms.foundation.locale import LOCALES, of_environment
from lms.kit.findings import Finding
from lms.kit.problems import Problem

UNDEFINED_TABLE = "42P01"  # PostgreSQL's SQLSTATE
Command = TypeVar("Command", bound=Callable[..., Any])


def environment_locale() -> str:
    """The language that the environment asks for."""
    return of_environment(os.environ)


def speaking(command: Command) -> Command:
    """Give a command ``--locale``, run it in the app, and turn an expected problem into one sentence and exit 1."""

    @click.option(
        "--locale",
        "message_locale",
        type=click.Choice(LOCALES),
        default=environment_locale,
        help=help_text("Language of the messages."),
    )
    @with_appcontext
    @wraps(command)
    def spoken(*args: Any, message_locale: str, **kwargs: Any) -> Any:
        return _run(command, message_locale, *args, **kwargs)

    return spoken  # type: ignore[return-value]


def speaking_of_texts(command: Command) -> Command:
    """The same for a command whose own ``--locale`` is the language of texts; its messages follow the environment."""

    @with_appcontext
    @wraps(command)
    def spoken(*args: Any, **kwargs: Any) -> Any:
        return _run(command, environment_locale(), *args, **kwargs)

    return spoken  # type: ignore[return-value]


def _run(command: Callable[..., Any], message_locale: str, *args: Any, **kwargs: Any) -> Any:
    g.locale = message_locale
    with force_locale(message_locale):
        try:
            return command(*args, **kwargs)
        except Problem as problem:
            click.echo(sentence(problem), err=True)
            sys.exit(1)
        except DBAPIError as error:
            click.echo(_why_not(error), err=True)
            sys.exit(1)
        except OSError as error:
            click.echo(_("%(path)s cannot be read or written.", path=error.filename or error.strerror), err=True)
            sys.exit(1)


def _why_not(error: DBAPIError) -> str:
    """Why the database refused, in one sentence."""
    problem = str(error.orig).strip().partition("\n")[0]
    if "no such table" in problem or getattr(error.orig, "sqlstate", None) == UNDEFINED_TABLE:
        return no_tables()
    return str(_("The database is not answering: %(problem)s", problem=problem))


def no_tables() -> str:
    """What to do with a database in which nothing has been made yet."""
    return str(_("The database has no tables yet. Set it up first: flask db upgrade"))


def say_findings(findings: Iterable[Finding], phrases: Mapping[str, Any]) -> None:
    """Print findings on standard error: place, level, sentence."""
    for finding in findings:
        click.echo(line(finding, phrases), err=True)


def in_columns(text: str, columns: int) -> str:
    """The text filled up with blanks to so many columns of a terminal; a full-width letter takes two.

    >>> in_columns("new", 4) + "|", in_columns("最新", 6) + "|"
    ('new |', '最新  |')
    """
    width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * (columns - width)


def say_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))
