from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from lms.cli.speech import say_findings, say_json, speaking, speaking_of_texts
from lms.foundation import transaction
from lms.foundation.findings import as_json
from lms.foundation.locale import in_language
from lms.kit.findings import Finding, Level, has_errors
from lms.kit.problems import Invalid
from lms.questions import actions, queries
from lms.questions.core import formats
from lms.questions.core.checks import check as check_question
from lms.questions.core.formats import native
from lms.questions.core.formats.report import Placed, Reading
from lms.questions.core.formats.report import as_json as question_as_json
from lms.questions.models import Bank
from lms.questions.phrases import FINDINGS

group = AppGroup("questions", help=in_language("Questions as files.", "設問のファイル。"))
PATH = click.Path(exists=True, path_type=Path)


@group.command("check", help=in_language("Check a file of questions.", "設問のファイルを確認する。"))
@click.argument("file", type=PATH)
@click.option("--format", "format_name", type=click.Choice(formats.KNOWN))
@click.option("--json", "as_document", is_flag=True, help=in_language("One JSON document.", "JSONで出力する。"))
@speaking
def check(file: Path, format_name: str | None, as_document: bool) -> None:
    reading = _read(file, format_name)
    found = [*reading.findings, *_editorial(reading)]
    if as_document:
        say_json(
            {
                "format": reading.format,
                "encoding": reading.encoding,
                "questions": [question_as_json(placed) for placed in reading.questions],
                "findings": [as_json(finding, FINDINGS) for finding in found],
            }
        )
    else:
        click.echo(_("Questions read: %(count)s", count=len(reading.questions)))
        say_findings(found, FINDINGS)
    sys.exit(1 if has_errors(found) else 0)


@group.command(
    "import",
    help=in_language(
        "Import a file into a bank; all of it, or (with an error) nothing.",
        "ファイルを問題バンクに取り込む。エラーがあれば何も取り込まない。",
    ),
)
@click.argument("file", type=PATH)
@click.option("--bank", required=True, help=in_language("Code of the bank.", "問題バンクのコード。"))
@click.option("--format", "format_name", type=click.Choice(formats.KNOWN))
@click.option(
    "--locale",
    "language",
    type=click.Choice(["en", "ja"]),
    help=in_language("Language of texts that do not say it.", "言語の記載がない文の言語。"),
)
@click.option("--dry-run", is_flag=True, help=in_language("Change nothing.", "何も変更しない。"))
@speaking_of_texts
def import_questions(file: Path, bank: str, format_name: str | None, language: str | None, dry_run: bool) -> None:
    reading = _read(file, format_name)
    say_findings(reading.findings, FINDINGS)
    if has_errors(reading.findings):
        sys.exit(1)
    if dry_run:
        click.echo(_("Questions read: %(count)s", count=len(reading.questions)))
        return
    with transaction.unit():
        found = queries.find_bank(bank) or _new_bank(bank, file)
        imported = actions.import_questions(found, reading.questions, by=None, locale=language)
        say_findings(imported.findings, FINDINGS)
        if has_errors(imported.findings):
            raise Invalid("question.not_imported")
        click.echo(
            _(
                "Imported: %(new)s new, %(revised)s revised, %(same)s unchanged.",
                new=len(imported.created),
                revised=len(imported.revised),
                same=len(imported.unchanged),
            )
        )


def _new_bank(code: str, file: Path) -> Bank:
    """A bank that is not there yet: described by the folder's bank.yaml, else named after its code."""
    described = file / "bank.yaml" if file.is_dir() else file.parent.parent / "bank.yaml"
    facts = native.read_bank(described.read_bytes())[0] if described.exists() else None
    title = facts["title"] if facts else {"en": code, "ja": code}
    return actions.create_bank(code, title, facts["module"] if facts else None)


def _read(path: Path, format_name: str | None) -> Reading:
    """A file, or a bank folder with one question a file."""
    if path.is_file():
        return formats.read(path.read_bytes(), file_name=path.name, format_name=format_name)
    placed: list[Placed] = []
    found: list[Finding] = []
    for file in sorted((path / "questions").glob("*.yaml")):
        reading = native.read(file.read_bytes())
        placed += reading.questions
        found += [replace(finding, facts={**finding.facts, "file": file.name}) for finding in reading.findings]
    return formats.told_when_empty(Reading("yaml", "utf-8", tuple(placed), tuple(found)))


def _editorial(reading: Reading) -> list[Finding]:
    """What editors should look at: notes here, since a file may be finished later."""
    if reading.format != "yaml":
        return []
    return [
        replace(finding, level=Level.WARNING)
        for placed in reading.questions
        for finding in check_question(placed.question, line=placed.line)
    ]
