from __future__ import annotations

import os

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from lms.accounts import actions
from lms.accounts.core.roles import Role
from lms.cli.speech import speaking
from lms.foundation import transaction
from lms.foundation.locale import terminal_text
from lms.sites.actions import first_site

group = AppGroup("people", help=terminal_text("People and their access."))


@group.command(
    "create-admin",
    help=terminal_text(
        "Create the first administrator; prints a one-time link for the password.",
    ),
)
@click.argument("mail")
@speaking
def create_admin(mail: str) -> None:
    with transaction.unit():
        command = actions.NewPerson(
            login=mail, name=mail, reading=mail, site=first_site(), locale="en", roles=(Role.ADMIN,)
        )
        person = actions.create_person(command, by=None)
        token = actions.make_link(person, by=None)
        host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
        click.echo(_("Administrator %(code)s is created. Set the password within an hour:", code=person.code))
        click.echo(f"http://{host}:{port}/link/{token}")
