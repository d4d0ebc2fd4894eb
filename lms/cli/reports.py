from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from lms.cli.speech import speaking_of_texts
from lms.cohorts import queries as cohorts
from lms.foundation import clock, pdf, spreadsheets, transaction
from lms.foundation.locale import LOCALES, in_language
from lms.kit.problems import NotFound
from lms.quizzes import queries as quizzes
from lms.reports.builders import analysis

group = AppGroup("reports", help=in_language("Reports as files.", "レポートのファイル。"))


@group.command("render", help=in_language("Render a report: analysis.", "レポートを作成する：analysis。"))
@click.argument("kind", type=click.Choice(["analysis"]))
@click.option("--quiz", required=True, help=in_language("Code of the quiz.", "テストのコード。"))
@click.option("--cohort", default="", help=in_language("Code of a cohort.", "クラスのコード。"))
@click.option(
    "--taken-in",
    type=click.Choice(LOCALES),
    default=None,
    help=in_language("Only attempts in this language.", "この言語での受験だけを対象とする。"),
)
@click.option(
    "--locale",
    "locale",
    type=click.Choice(LOCALES),
    required=True,
    help=in_language("Language of the report.", "レポートの言語。"),
)
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=in_language(
        "The file: .pdf, .xlsx, or .csv with the questions.", "ファイル：.pdf、.xlsx、または設問の一覧の .csv。"
    ),
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
