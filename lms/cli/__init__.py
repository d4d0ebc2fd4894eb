"""Commands for operators, thin like views.

Each group is a module; messages follow ``--locale``, else the environment.
"""

from __future__ import annotations

from flask import Flask

from lms.cli import (
    analysis,
    calendar,
    click_words,
    demo,
    jobs,
    people,
    policies,
    production,
    questions,
    reports,
    static,
)


def bind(app: Flask) -> None:
    """Register the groups."""
    click_words.lend()
    for module in (analysis, calendar, demo, jobs, people, policies, production, questions, reports, static):
        app.cli.add_command(module.group)
