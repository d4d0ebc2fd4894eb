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
from lms.reports.core.scope import LANGUAGES, Request

group = Group("reports", help=help_text("Reports as files."))


@group.command("render", help=help_text("Render a report: analysis."))
@click.argument("kind", type=click.Choice(["analysis"]))
@click.option("--quiz", required=True, help=help_text("Code of the quiz."))
@click.option("--cohort", default="", help=help_text("Code of a cohort."))
@click.option(
    "--taken-in",
    type=click.Choice(LOCALES),
    default=None,
    help=help_text("Only attempts in this language."),
)
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
def render(kind: str, quiz: str, cohort: str, taken_in: str | None, locale: str, output: Path) -> None:
    form = output.suffix.lower()
    if form not in {".pdf", ".xlsx", ".csv", ".zip"}:
        raise click.BadParameter(_("The file's name must end in .pdf, .xlsx, .csv or .zip."), param_hint="--output")
    about = {"quiz": quiz, "cohort": cohort, "taken_in": taken_in or ""}
    request = Request(kind, about, locale, clock.now(), "system", "Asia/Tokyo")
    with transaction.unit(write=False):
        if quizzes.find_quiz(quiz) is None:
            raise NotFound("quiz.unknown", quiz=quiz)
        if cohort and cohorts.find_cohort(cohort) is None:
            raise NotFound("calendar.unknown_cohort", cohort=cohort)
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
