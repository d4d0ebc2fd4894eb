from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _

from lms.cli.commands import Group, NamedPath, help_text
from lms.cli.speech import speaking_of_texts
from lms.cohorts import queries as cohorts
from lms.foundation import clock, pdf, spreadsheets, transaction
from lms.foundation.locale import LOCALES
from lms.kit.problems import NotFound
from lms.quizzes import queries as quizzes
from lms.reports.builders import analysis

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
    type=click.Choice(LOCALES),
    required=True,
    help=help_text("Language of the report."),
)
@click.option(
    "--output",
    required=True,
    type=NamedPath(dir_okay=False, path_type=Path),
    help=help_text("The file: .pdf, .xlsx, or .csv with the questions."),
)
@speaking_of_texts
def render(kind: str, quiz: str, cohort: str, taken_in: str | None, locale: str, output: Path) -> None:
    form = output.suffix.lower()
    if form not in {".pdf", ".xlsx", ".csv"}:
        raise click.BadParameter(_("The file's name must end in .pdf, .xlsx or .csv."), param_hint="--output")
    request = analysis.Request(quiz, cohort, locale, clock.now(), "system", "Asia/Tokyo", taken_in=taken_in or "")
    with transaction.unit(write=False):
        if quizzes.find_quiz(quiz) is None:
            raise NotFound("quiz.unknown", quiz=quiz)
        if cohort and cohorts.find_cohort(cohort) is None:
            raise NotFound("calendar.unknown_cohort", cohort=cohort)
        document = analysis.html(request) if form == ".pdf" else ""
        tables = analysis.tables(request) if form != ".pdf" else []
    match form:
        case ".pdf":
            content = pdf.render(document)
        case ".xlsx":
            content = spreadsheets.as_xlsx(tables, made_at=request.made_at)
        case _:
            content = spreadsheets.as_csv(tables[0])
    output.write_bytes(content)
    click.echo(str(output))
