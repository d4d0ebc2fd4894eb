from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _

from lms.cli.commands import Group, NamedPath, help_text
from lms.cli.speech import speaking_of_texts
from lms.cohorts import queries as cohorts
from lms.foundation import clock, spreadsheets, transaction
from lms.foundation.locale import LOCALES
from lms.kit.problems import NotFound
from lms.quizzes import queries as quizzes
from lms.reports import catalogue, rendering
from lms.reports.access import everybody
from lms.reports.core.document import Document
from lms.reports.core.scope import LANGUAGES, People, Request

group = Group("reports", help=help_text("Reports as files."))


NEEDED = {
    "analysis": ("quiz",),
    "golive": ("cohort",),
    "transcript": ("person",),
    "acknowledgements": ("module",),
    "campaign": ("campaign", "period"),
    "monthly": ("month",),
}
"""The options by which each kind says what it is about."""


@group.command(
    "render",
    help=help_text("Render a report: analysis, golive, transcript, acknowledgements, campaign or monthly."),
)
@click.argument("kind", type=click.Choice(list(NEEDED)))
@click.option("--quiz", default="", help=help_text("Code of the quiz."))
@click.option("--cohort", default="", help=help_text("Code of a cohort."))
@click.option(
    "--taken-in",
    type=click.Choice(LOCALES),
    default=None,
    help=help_text("Only attempts in this language."),
)
@click.option("--site", default="", help=help_text("Code of a site."))
@click.option("--person", default="", help=help_text("Code of a person."))
@click.option("--module", default="", help=help_text("Code of a policy."))
@click.option("--version", default="", help=help_text("Version of the policy, else the one in force."))
@click.option("--campaign", default="", help=help_text("Code of a recurring quiz."))
@click.option("--period", default="", help=help_text("Period of the run, such as 2026-11."))
@click.option("--month", default="", help=help_text("Month, such as 2026-11."))
@click.option("--vendor", default="", help=help_text("Code of a vendor."))
@click.option("--people", type=click.Choice(list(People)), default=People.NONE, help=help_text("How people appear."))
@click.option(
    "--locale",
    "locale",
    type=click.Choice(LANGUAGES),
    required=True,
    help=help_text("Language of the report."),
)
@click.option(
    "--output",
    required=True,
    type=NamedPath(dir_okay=False, path_type=Path),
    help=help_text("The file: .pdf, .xlsx, .csv with the questions, or .zip with every table."),
)
@speaking_of_texts
def render(kind: str, people: str, locale: str, output: Path, **about: str | None) -> None:
    form = output.suffix.lower()
    if form not in {".pdf", ".xlsx", ".csv", ".zip"}:
        raise click.BadParameter(_("The file's name must end in .pdf, .xlsx, .csv or .zip."), param_hint="--output")
    for name in NEEDED[kind]:
        if not about[name]:
            raise click.UsageError(_("Missing option %(option)s.", option=f"--{name}"))
    named = {name: value for name, value in about.items() if value}
    request = Request(kind, named, locale, clock.now(), "system", "Asia/Tokyo", people=People(people))
    with transaction.unit(write=False):
        if named.get("quiz") and quizzes.find_quiz(named["quiz"]) is None:
            raise NotFound("quiz.unknown", quiz=named["quiz"])
        if named.get("cohort") and cohorts.find_cohort(named["cohort"]) is None:
            raise NotFound("calendar.unknown_cohort", cohort=named["cohort"])
        document = catalogue.build(request, everybody())
        source = rendering.html(document) if form == ".pdf" else ""
    output.write_bytes(_content(document, form, source))
    click.echo(str(output))


def _content(document: Document, form: str, source: str) -> bytes:
    """The file that the ending of its name asks for; a .csv holds one table, a .zip all of them."""
    match form:
        case ".pdf":
            return rendering.as_pdf(document, source)
        case ".xlsx":
            return rendering.as_xlsx(document)
        case ".zip":
            return rendering.as_zip(document)
        case _:
            tables = document.files
            return spreadsheets.as_csv(tables.get("questions") or next(iter(tables.values())))
