from __future__ import annotations

import sys
from pathlib import Path

import click
from flask_babel import gettext as _

from lms.analysis.core.agreement import Measure
from lms.analysis.core.agreement import agreement as agreement_of
from lms.analysis.core.files import Files, read_responses
from lms.analysis.core.ratings import read_ratings
from lms.analysis.core.report import agreement_report, report
from lms.analysis.phrases import CSV_FINDINGS, LACKING
from lms.cli.commands import Group, NamedPath, help_text
from lms.cli.speech import say_findings, say_json, speaking
from lms.kit.findings import has_errors

group = Group("analysis", help=help_text("Figures from files."))
FILE = NamedPath(exists=True, dir_okay=False, path_type=Path)


@group.command(
    "items",
    help=help_text("Item and test figures of a CSV of responses."),
)
@click.argument("responses", type=FILE)
@click.option("--key", type=FILE, help=help_text("CSV with the right answers (item,key)."))
@click.option("--max", "maxima", type=FILE, help=help_text("CSV with maximum marks (item,max)."))
@click.option("--group", "group_column", help=help_text("Column of the groups compared."))
@click.option("--focal", help=help_text("Value of the focal group."))
@click.option("--ignore", multiple=True, help=help_text("A column to leave out."))
@click.option("--blank-as", type=click.Choice(["0"]), help=help_text("An empty cell counts as 0."))
@click.option("--moodle", is_flag=True, help=help_text("Also the figures of Moodle's report."))
@click.option(
    "--skip-errors",
    is_flag=True,
    help=help_text("Leave lines with errors out."),
)
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def items(
    responses: Path,
    key: Path | None,
    maxima: Path | None,
    group_column: str | None,
    focal: str | None,
    ignore: tuple[str, ...],
    blank_as: str | None,
    moodle: bool,
    skip_errors: bool,
    as_document: bool,
) -> None:
    if (group_column is None) != (focal is None):
        raise click.UsageError(_("--group and --focal go together."))
    reading = read_responses(
        Files(
            responses=responses.read_bytes(),
            key=key.read_bytes() if key else None,
            maxima=maxima.read_bytes() if maxima else None,
            group=group_column,
            focal=focal,
            ignore=ignore,
            blank_is_zero=blank_as == "0",
        )
    )
    say_findings(reading.findings, CSV_FINDINGS)
    if reading.responses is None or (has_errors(reading.findings) and not skip_errors):
        sys.exit(1)
    document = report(reading.responses, focal=focal, moodle=moodle)
    if as_document:
        say_json(document)
        return
    for item in document["items"]:
        click.echo("\t".join([item["item"], *(_shown(item[name]) for name in ("n", "facility", "rest_correlation"))]))


@group.command("agreement", help=help_text("Agreement of raters, from a CSV of ratings."))
@click.argument("ratings", type=FILE)
@click.option(
    "--level",
    type=click.Choice([measure.value for measure in Measure]),
    default=Measure.NOMINAL.value,
    help=help_text("Level of measurement of the ratings."),
)
@click.option("--seed", type=click.IntRange(min=0), default=1, help=help_text("Seed of the interval."))
@click.option(
    "--skip-errors",
    is_flag=True,
    help=help_text("Leave lines with errors out."),
)
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def agreement(ratings: Path, level: str, seed: int, skip_errors: bool, as_document: bool) -> None:
    measure = Measure(level)
    reading = read_ratings(ratings.read_bytes(), measure)
    say_findings(reading.findings, CSV_FINDINGS)
    if reading.ratings is None or (has_errors(reading.findings) and not skip_errors):
        sys.exit(1)
    figures = agreement_of(reading.ratings, measure, seed)
    for name, reason in figures.reasons.items():
        why = _("%(figure)s is not defined: %(reason)s.", figure=name, reason=LACKING[reason])
        click.echo(why, err=True)
    document = agreement_report(figures)
    if as_document:
        say_json(document)
        return
    click.echo(f"level\t{measure.value}")
    for name in ("units", "raters", "percent", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha"):
        click.echo(f"{name}\t{_shown(document[name])}")
    low, high = document["interval"] or (None, None)
    click.echo(f"interval\t{_shown(low)}\t{_shown(high)}")


def _shown(value: float | int | None) -> str:
    return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"
