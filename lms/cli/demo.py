from __future__ import annotations

from datetime import date, datetime

import click
from flask_babel import gettext as _

from lms.accounts import actions as accounts
from lms.accounts import queries as people
from lms.accounts.core.sample_accounts import login_of
from lms.accounts.phrases import SAMPLE_ACCOUNTS
from lms.cli.commands import Group, Whole, help_text
from lms.cli.speech import speaking
from lms.demo import loader
from lms.demo.settings import SEED, sample_password
from lms.demo.settings import today as sample_today
from lms.foundation import transaction
from lms.foundation.settings import sample_day
from lms.kit.problems import Invalid
from lms.kit.workdays import FIRST_YEAR, LAST_YEAR

group = Group("demo", help=help_text("The sample organisation."))

CREATE_ADMIN = ".venv/bin/flask people create-admin MAIL"


@group.command(
    "load",
    help=help_text("Load the sample organisation into an empty database."),
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help=help_text("The day that all dates count from."),
)
@click.option("--seed", default=SEED, help=help_text("Seed of the response model."))
@click.option(
    "--learners",
    type=Whole(min=1),
    default=None,
    help=help_text("Grow the sample to this many learners, for measuring."),
)
@speaking
def load(today: datetime | None, seed: str, learners: int | None) -> None:
    day: date = today.date() if today else sample_today()
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise Invalid("calendar.out_of_range")
    password_hash = accounts.hash_password(sample_password(), login=login_of("admin"))
    with transaction.unit():
        world = loader.load(day, seed=seed, password_hash=password_hash, learners=learners or 0)
        click.echo(_("The sample organisation is loaded for %(day)s.", day=world.today.isoformat()))


@group.command(
    "sign-ins",
    help=help_text(
        "List the sample sign-ins, or say how the first administrator is created.",
    ),
)
@speaking
def sign_ins() -> None:
    with transaction.unit(write=False):
        if loader.is_empty():
            click.echo(_("There is nobody yet. Create the first administrator with: %(command)s", command=CREATE_ADMIN))
        if sample_day() is None:
            return
        for person in people.list_sample_accounts():
            name, _description = SAMPLE_ACCOUNTS[person.login.partition("@")[0]]
            click.echo(f"  {person.login:<24} {name}")
        click.echo(_("Password: %(password)s", password=sample_password()))
