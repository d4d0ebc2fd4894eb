from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _

from lms.cli.commands import Group, NamedPath, help_text
from lms.cli.speech import say_findings, say_json, speaking, speaking_of_texts
from lms.foundation import transaction
from lms.foundation.db import db
from lms.foundation.errors import sentence
from lms.foundation.findings import as_json
from lms.kit.findings import Finding, Level, has_errors
from lms.kit.problems import Invalid
from lms.kit.text import fold_code
from lms.questions import actions, phrases, queries
from lms.questions.actions import Imported
from lms.questions.core import formats
from lms.questions.core.checks import editorial, refusals
from lms.questions.core.formats import native
from lms.questions.core.formats.report import LeftOut, Placed, Reading
from lms.questions.core.formats.report import as_json as question_as_json
from lms.questions.core.languages import PairBy
from lms.questions.models import Bank
from lms.questions.phrases import FINDINGS

group = Group("questions", help=help_text("Questions as files."))
_YAML = (".yaml", ".yml")
PATH = NamedPath(exists=True, path_type=Path)


@group.command("check", help=help_text("Check a file of questions."))
@click.argument("file", type=PATH)
@click.option("--format", "format_name", type=click.Choice(formats.KNOWN))
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def check(file: Path, format_name: str | None, as_document: bool) -> None:
    reading = _read(file, format_name)
    found = [
        *reading.findings,
        *refusals(reading.questions),
        *(note for item in reading.questions for note in editorial(item)),
    ]
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
    help=help_text(
        "Import a file into a bank: all of it, or nothing if it has an error.",
    ),
)
@click.argument("file", type=PATH)
@click.option("--bank", required=True, help=help_text("Code of the bank."))
@click.option("--format", "format_name", type=click.Choice(formats.KNOWN))
@click.option(
    "--locale",
    "language",
    type=click.Choice(["en", "ja"]),
    help=help_text("Language of texts that do not state it."),
)
@click.option(
    "--pair-by",
    type=click.Choice([way.value for way in PairBy]),
    help=help_text(
        "Add the other language to existing questions, found by ID or by order.",
    ),
)
@click.option(
    "--skip-errors",
    is_flag=True,
    help=help_text("Leave out what has errors, and import the rest."),
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=help_text("Say what would happen; change nothing."),
)
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking_of_texts
def import_questions(
    file: Path,
    bank: str,
    format_name: str | None,
    language: str | None,
    pair_by: str | None,
    skip_errors: bool,
    dry_run: bool,
    as_document: bool,
) -> None:
    reading = _read(file, format_name)
    bank = fold_code(bank)
    with transaction.unit():
        row = queries.find_bank(bank) or _new_bank(bank, file)
        done = actions.import_questions(
            row, reading.questions, by=None, locale=language, pair_by=PairBy(pair_by) if pair_by else None
        )
        done = done.after(reading)
        done.findings += _other_bank(file, bank)
        fits = done.is_whole or (skip_errors and done.has_taken)
        if dry_run or not fits:
            db.session.rollback()
    if as_document:
        say_json({"bank": bank, "dry_run": dry_run, "applied": fits and not dry_run, **_as_json(done, fits)})
    else:
        say_findings(done.findings, FINDINGS)
        _say_outcome(done, fits, dry_run)
    sys.exit(0 if fits else 1)


def _as_json(done: Imported, fits: bool) -> dict[str, Any]:
    """What an import did or would do; of one that does not fit, only why."""
    return {
        "created": done.created if fits else [],
        "revised": done.revised if fits else [],
        "unchanged": done.unchanged if fits else [],
        "left_out": [entry.as_json() for entry in done.left_out],
        "findings": [as_json(finding, FINDINGS) for finding in done.findings],
    }


def _say_outcome(done: Imported, fits: bool, dry_run: bool) -> None:
    if not fits:
        click.echo(sentence(Invalid("question.not_imported")), err=True)
        return
    for entry in done.left_out:
        place = f"{entry.file}:{entry.line}" if entry.file else str(entry.line)
        click.echo(_("Left out: %(question)s (line %(place)s)", question=entry.id or "–", place=place), err=True)
    click.echo(phrases.outcome(len(done.created), len(done.revised), len(done.unchanged), is_trial=dry_run))


def _new_bank(code: str, file: Path) -> Bank:
    """A bank that is not there yet: described by the folder's bank.yaml, else named after its code."""
    facts, found = _described(file if file.is_dir() else file.parent.parent)
    if found:
        say_findings(found, FINDINGS)
        raise Invalid("question.not_imported")
    if facts is None:
        return actions.create_bank(code, {"en": code, "ja": code})
    return actions.create_bank(code, facts["title"], facts["module"])


def _described(folder: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    """What the bank.yaml of a folder says, None without one, and what is wrong with it."""
    described = folder / "bank.yaml"
    if not described.exists():
        return None, []
    facts, found = native.read_bank(described.read_bytes())
    return facts, [_of_file(finding, described.name) for finding in found]


def _other_bank(path: Path, code: str) -> list[Finding]:
    """A warning when a bank folder goes into another bank than the one that it describes."""
    facts, _found = _described(path) if path.is_dir() else (None, [])
    if facts is None or facts["code"] == code:
        return []
    told = Finding(Level.WARNING, "bank.other-code", facts={"described": facts["code"], "bank": code})
    return [_of_file(told, "bank.yaml")]


def _read(path: Path, format_name: str | None) -> Reading:
    """A file, or a bank folder with one question a file."""
    if path.is_file():
        return formats.read(path.read_bytes(), file_name=path.name, format_name=format_name)
    placed: list[Placed] = []
    _facts, found = _described(path)
    left_out: list[LeftOut] = []
    for file in sorted((path / "questions").glob("*")):
        if file.suffix.lower() not in _YAML:
            continue
        reading = native.read(file.read_bytes())
        placed += [replace(item, file=file.name) for item in reading.questions]
        found += [_of_file(finding, file.name) for finding in reading.findings]
        left_out += [replace(entry, file=file.name) for entry in reading.left_out]
    return formats.told_when_empty(Reading("yaml", "utf-8", tuple(placed), tuple(found), tuple(left_out)))


def _of_file(finding: Finding, name: str) -> Finding:
    return replace(finding, facts={**finding.facts, "file": name})
