"""How commands speak: their language, their exit codes, and never a traceback for what a person can mend."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import click
from flask import g
from flask.cli import with_appcontext
from flask_babel import force_locale

from lms.foundation.errors import sentence
from lms.foundation.locale import LOCALES, of_environment
from lms.kit.problems import Problem

Command = TypeVar("Command", bound=Callable[..., Any])


def environment_locale() -> str:
    """The language that the environment asks for."""
    return of_environment(os.environ)


def in_language(english: str, japanese: str) -> str:
    """Of two wordings of a help text the one that the environment asks for; help is shown before any app exists."""
    return japanese if environment_locale() == "ja" else english


def speaking(command: Command) -> Command:
    """Give a command ``--locale``, run it in the app, and turn an expected problem into one sentence and exit 1."""

    @click.option(
        "--locale",
        "message_locale",
        type=click.Choice(LOCALES),
        default=environment_locale,
        help=in_language("Language of the messages.", "メッセージの言語。"),
    )
    @with_appcontext
    @wraps(command)
    def spoken(*args: Any, message_locale: str, **kwargs: Any) -> Any:
        g.locale = message_locale
        with force_locale(message_locale):
            try:
                return command(*args, **kwargs)
            except Problem as problem:
                click.echo(sentence(problem), err=True)
                sys.exit(1)

    return spoken  # type: ignore[return-value]


def say_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))
