"""Commands for operators, thin like views. Each group is a module; messages follow ``--locale``, else the environment."""

from __future__ import annotations

from flask import Flask

from lms.cli import demo, jobs, people, static


def bind(app: Flask) -> None:
    """Register the groups."""
    for group in (demo.group, jobs.group, people.group, static.group):
        app.cli.add_command(group)
