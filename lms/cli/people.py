from __future__ import annotations

import click
from flask import current_app
from flask_babel import gettext as _

from lms.accounts import actions, queries
from lms.accounts.core.roles import Role
from lms.cli.commands import Group, help_text
from lms.cli.speech import speaking
from lms.foundation import transaction
from lms.foundation.locale import current
from lms.kit.text import fold_login
from lms.sites.actions import first_site

group = Group("people", help=help_text("People and their access."))


@group.command(
    "create-admin",
    help=help_text(
        "Create the first administrator; prints a one-time link for the password.",
    ),
)
@click.argument("mail")
@speaking
def create_admin(mail: str) -> None:
    with transaction.unit():
        person = queries.find_by_login(fold_login(mail))
        if person is not None and person.password_hash is None and Role.ADMIN in person.roles:
            said = _("Administrator %(code)s has no password yet. Set it within an hour:", code=person.code)
        else:
            command = actions.NewPerson(
                login=mail, name=mail, reading=mail, site=first_site(), locale=current(), roles=(Role.ADMIN,)
            )
            person = actions.create_person(command, by=None)
            said = _("Administrator %(code)s is created. Set the password within an hour:", code=person.code)
        token = actions.make_link(person, by=None)
        click.echo(said)
        click.echo(f"{current_app.config['KIJUN'].public_url}/link/{token}")
