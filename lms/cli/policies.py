from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lms.cli.commands import Group, NamedPath, help_text
from lms.cli.speech import in_columns, say_findings, say_json, speaking
from lms.foundation import clock, transaction
from lms.foundation.db import db
from lms.foundation.errors import sentence
from lms.foundation.findings import as_json
from lms.foundation.locale import SOURCE_LOCALE
from lms.kit.findings import Finding, Level, has_errors
from lms.kit.problems import Invalid, NotFound, Problem
from lms.policies import actions, intake, queries
from lms.policies.core.check import Checked, stale_findings, stale_keys
from lms.policies.core.check import as_json as row_as_json
from lms.policies.core.front_matter import instant
from lms.policies.phrases import FINDINGS, MATCHES, STALE, outcome

group = Group("policies", help=help_text("Policies as Markdown files."))
FILE = NamedPath(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of a pair of files; ``number`` is None when it was not taken, and ``problem`` says why."""

    english: Path
    japanese: Path | None
    findings: Sequence[Finding]
    code: str | None = None
    number: str | None = None
    state: str | None = None
    is_unchanged: bool = False
    problem: Problem | None = None


@group.command(
    "check",
    help=help_text("Check a policy, alone or with its Japanese."),
)
@click.argument("english", type=FILE)
@click.argument("japanese", type=FILE, required=False)
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def check(english: Path, japanese: Path | None, as_document: bool) -> None:
    checked = _read(english, japanese)
    found = [*checked.findings, *stale_findings(checked)]
    if as_document:
        findings = [as_json(finding, FINDINGS) for finding in found]
        say_json({"sections": row_as_json(checked.rows), "findings": findings})
    else:
        _say_rows(checked)
        say_findings(found, FINDINGS)
    sys.exit(1 if checked.has_errors else 0)


@group.command(
    "import",
    help=help_text(
        "Import policies: a folder with en.md and ja.md, or files named .en. and .ja. With an error in one file nothing"
        " is imported. With --skip-errors a section with errors is left out (in English with its subsections, in both"
        " languages), a Japanese file with errors outside its sections is left out as a whole, and so is a policy whose"
        " English file has them; a version without what was left out stays a draft.",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=NamedPath(exists=True, path_type=Path))
@click.option(
    "--code",
    help=help_text("The policy's code, if the file does not state it."),
)
@click.option(
    "--effective",
    help=help_text("When it takes effect: 2026-11-12T10:00 Asia/Tokyo."),
)
@click.option("--publish", is_flag=True, help=help_text("Publish at once."))
@click.option(
    "--skip-errors",
    is_flag=True,
    help=help_text("Leave out what has errors, and import the rest."),
)
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def import_policies(
    paths: tuple[Path, ...],
    code: str | None,
    effective: str | None,
    publish: bool,
    skip_errors: bool,
    as_document: bool,
) -> None:
    effective_at = _instant(effective)
    pairs = [(english, japanese, _read(english, japanese)) for english, japanese in _pairs(paths)]
    with transaction.unit():
        done = [
            _take(*pair, code, skip_errors=skip_errors, effective_at=effective_at, publish=publish) for pair in pairs
        ]
        fits = all(one.number for one in done) or (skip_errors and any(one.number for one in done))
        if not fits:
            db.session.rollback()  # input is never half applied
    if as_document:
        say_json(_as_document(done, fits))
    else:
        for one in done:
            _say_outcome(one, fits, with_path=len(done) > 1)
    sys.exit(0 if fits else 1)


@group.command(
    "export",
    help=help_text("Write the version in force (else the newest) as files."),
)
@click.argument("code")
@click.option("--output", required=True, type=NamedPath(file_okay=False, path_type=Path))
@speaking
def export(code: str, output: Path) -> None:
    with transaction.unit(write=False):
        module = queries.find_module(code)
        if module is None:
            raise NotFound("policy.unknown", policy=code)
        in_force = queries.load_in_force(clock.now(), [module.id]).get(module.id)
        files = actions.export_policy(in_force or queries.list_versions(module)[0])
    output.mkdir(parents=True, exist_ok=True)
    for locale, text in files.items():
        (output / f"{locale}.md").write_text(text, encoding="utf-8")
        click.echo(str(output / f"{locale}.md"))


def _read(english: Path, japanese: Path | None) -> Checked:
    return actions.check_files(english.read_bytes(), japanese.read_bytes() if japanese else None)


def _take(
    english: Path,
    japanese: Path | None,
    checked: Checked,
    code: str | None,
    *,
    skip_errors: bool,
    effective_at: datetime | None,
    publish: bool,
) -> _Done:
    """Store one policy; one that cannot be taken leaves the others as they are."""
    own_code = code or checked.source.matter.code or _code_of(english)
    try:
        with db.session.begin_nested():
            done = intake.import_checked(
                checked, skip_errors=skip_errors, code=own_code, effective_at=effective_at, publish=publish
            )
    except Problem as problem:
        return _Done(english, japanese, checked.findings, problem=problem)
    version = done.version
    return _Done(
        english,
        japanese,
        done.findings,
        version.module.code,
        version.number,
        version.state,
        is_unchanged=done.is_unchanged,
    )


def _as_document(done: Sequence[_Done], fits: bool) -> dict[str, Any]:
    """What an import did; of one that does not fit, only why."""
    policies = [
        {
            "path": str(one.english),
            "code": one.code if fits else None,
            "version": one.number if fits else None,
            "state": one.state if fits else None,
            "left_out": [
                {"key": finding.facts.get("key"), "locale": finding.facts.get("file", SOURCE_LOCALE)}
                for finding in one.findings
                if finding.level is Level.DROPPED and fits
            ],
        }
        for one in done
    ]
    return {"applied": fits, "policies": policies, "findings": [entry for one in done for entry in _faults(one)]}


def _faults(one: _Done) -> Iterator[dict[str, Any]]:
    """The findings about a pair of files, each with its file, and what the database had against it."""
    for finding in one.findings:
        path = one.japanese if finding.facts.get("file") == "ja" else one.english
        yield {**as_json(finding, FINDINGS), "path": str(path)}
    if one.is_unchanged and one.code and one.number:
        message = outcome(one.code, one.number, is_whole=True, is_unchanged=True)
        entry = {"level": Level.INFO.value, "line": None, "column": None, "code": "unchanged", "message": message}
        yield {**entry, "path": str(one.english)}
    if one.problem is not None and not has_errors(one.findings):
        code, message = one.problem.code, sentence(one.problem)
        entry = {"level": Level.ERROR.value, "line": None, "column": None, "code": code, "message": message}
        yield {**entry, "path": str(one.english)}


def _say_outcome(one: _Done, fits: bool, *, with_path: bool) -> None:
    if one.findings and (with_path or one.problem):
        click.echo(str(one.english), err=True)
    say_findings(one.findings, FINDINGS)
    if one.problem is not None:
        click.echo(sentence(one.problem), err=True)
    elif fits and one.code and one.number:
        is_whole = all(finding.level is not Level.DROPPED for finding in one.findings)
        click.echo(outcome(one.code, one.number, is_whole=is_whole, is_unchanged=one.is_unchanged))


def _say_rows(checked: Checked) -> None:
    stale = set(stale_keys(checked))
    for row in checked.rows:
        title = (row.source or row.translation).title if (row.source or row.translation) else None  # type: ignore[union-attr]
        word = STALE if row.key in stale else MATCHES[row.match] if row.match else ""
        state = in_columns(str(word), 10)
        click.echo(f"{row.number or '-':<6} {row.key:<40} {state} {title or ''}")


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    moment = instant(written)
    if moment is None:
        raise click.BadParameter(str(FINDINGS["bad-effective"]) % {"value": written}, param_hint="--effective")
    return moment


def _pairs(paths: tuple[Path, ...]) -> list[tuple[Path, Path | None]]:
    """The English files with their Japanese ones; every path given must stand in a pair.

    Two files alone that begin alike are a pair, whatever follows the language, unless a better match lies beside: who
    names just these two means them.
    """
    if len(paths) == 2 and (
        named := _named_pair(*sorted(paths, key=lambda path: f".{SOURCE_LOCALE}." not in path.name))
    ):
        return [named]
    pairs = [_pair(path, paths) for path in paths if path.is_dir() or _in_japanese(path) is not None]
    used = {file for pair in pairs for file in pair}
    for path in paths:
        if path.is_file() and path not in used:
            raise Invalid("policy.no_pair", path=path)
    return pairs


def _pair(path: Path, paths: tuple[Path, ...]) -> tuple[Path, Path | None]:
    """A folder's two files, or an English file with the Japanese one that lies beside it or was given with it."""
    if path.is_dir():
        english, japanese = path / "en.md", path / "ja.md"
        if not english.exists():
            raise Invalid("policy.no_pair", path=path)
        return english, japanese if japanese.exists() else None
    beside = path.with_name(_in_japanese(path) or path.name)
    if beside.exists():
        return path, beside
    return path, next((other for other in paths if other.is_file() and other.name == beside.name), None)


def _named_pair(english: Path, japanese: Path) -> tuple[Path, Path] | None:
    better = _in_japanese(english)
    begin_alike = english.name.partition(f".{SOURCE_LOCALE}.")[0] == japanese.name.partition(".ja.")[0]
    is_pair = better is not None and begin_alike and ".ja." in japanese.name and japanese.is_file()
    return (english, japanese) if is_pair and not english.with_name(str(better)).exists() else None


def _in_japanese(english: Path) -> str | None:
    """The name of the Japanese file of an English one, which differs in the language alone; None for other files."""
    if english.name == f"{SOURCE_LOCALE}.md":
        return "ja.md"
    stem, found, rest = english.name.partition(f".{SOURCE_LOCALE}.")
    return f"{stem}.ja.{rest}" if found else None


def _code_of(english: Path) -> str:
    """A code from the file's name without language and ending, or for ``en.md`` from its folder's."""
    name = english.stem.replace(f".{SOURCE_LOCALE}", "", 1)
    if name == SOURCE_LOCALE:
        name = english.resolve().parent.name
    return re.sub("[^A-Z0-9]+", "-", name.upper()).strip("-")
