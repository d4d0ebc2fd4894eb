from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from lms.cli.speech import say_findings, say_json, speaking
from lms.foundation import clock, transaction
from lms.foundation.findings import as_json
from lms.foundation.locale import SOURCE_LOCALE, in_language
from lms.kit.problems import Invalid, NotFound
from lms.policies import actions, queries
from lms.policies.actions import Checked
from lms.policies.core.check import as_json as row_as_json
from lms.policies.core.front_matter import instant
from lms.policies.phrases import FINDINGS

group = AppGroup("policies", help=in_language("Policies as Markdown files.", "Markdownのポリシーファイル。"))
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command(
    "check",
    help=in_language(
        "Check a policy, alone or with its Japanese.", "ポリシーを単独で、または日本語版と並べて確認する。"
    ),
)
@click.argument("english", type=FILE)
@click.argument("japanese", type=FILE, required=False)
@click.option("--json", "as_document", is_flag=True, help=in_language("One JSON document.", "JSONで出力する。"))
@speaking
def check(english: Path, japanese: Path | None, as_document: bool) -> None:
    checked = actions.check_files(english.read_bytes(), japanese.read_bytes() if japanese else None)
    if as_document:
        findings = [as_json(finding, FINDINGS) for finding in checked.findings]
        say_json({"sections": row_as_json(checked.rows), "findings": findings})
    else:
        _say_rows(checked)
        say_findings(checked.findings, FINDINGS)
    sys.exit(1 if checked.has_errors else 0)


@group.command(
    "import",
    help=in_language(
        "Import policies: a folder with en.md and ja.md, or files named .en. and .ja.",
        "ポリシーを取り込む：en.mdとja.mdのフォルダー、または .en. と .ja. のファイル。",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--code",
    help=in_language("The policy's code, when the file does not say it.", "ポリシーのコード（ファイルにないとき）。"),
)
@click.option(
    "--effective",
    help=in_language("When it takes effect: 2026-11-12T10:00 Asia/Tokyo.", "発効日時：2026-11-12T10:00 Asia/Tokyo。"),
)
@click.option("--publish", is_flag=True, help=in_language("Publish at once.", "すぐに公開する。"))
@speaking
def import_policies(paths: tuple[Path, ...], code: str | None, effective: str | None, publish: bool) -> None:
    effective_at = _instant(effective)
    pairs = _pairs(paths)
    checked = [
        (actions.check_files(english.read_bytes(), japanese.read_bytes() if japanese else None), english)
        for english, japanese in pairs
    ]
    for read, english in checked:
        if read.has_errors:
            click.echo(str(english), err=True)
            say_findings(read.findings, FINDINGS)
    if any(read.has_errors for read, _english in checked):
        raise Invalid("policy.has_errors")
    with transaction.unit():
        for read, english in checked:
            own_code = code or read.source.matter.code or _code_of(english)
            version = actions.import_policy(read, code=own_code, effective_at=effective_at, publish=publish)
            say_findings(read.findings, FINDINGS)
            click.echo(_("%(code)s v%(number)s is imported.", code=version.module.code, number=version.number))


@group.command(
    "export",
    help=in_language(
        "Write the version in force (else the newest) as files.", "有効な版（なければ最新の版）をファイルに書き出す。"
    ),
)
@click.argument("code")
@click.option("--output", required=True, type=click.Path(file_okay=False, path_type=Path))
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


def _say_rows(checked: Checked) -> None:
    for row in checked.rows:
        title = (row.source or row.translation).title if (row.source or row.translation) else None  # type: ignore[union-attr]
        state = row.match.value if row.match else ""
        click.echo(f"{row.number or '-':<6} {row.key:<40} {state:<10} {title or ''}")


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    moment = instant(written)
    if moment is None:
        raise click.BadParameter(str(FINDINGS["bad-effective"]) % {"value": written}, param_hint="--effective")
    return moment


def _pairs(paths: tuple[Path, ...]) -> list[tuple[Path, Path | None]]:
    """The English files with their Japanese ones; every path given must stand in a pair."""
    pairs = [_pair(path, paths) for path in paths if path.is_dir() or _stem(path, SOURCE_LOCALE) is not None]
    used = {file for pair in pairs for file in pair}
    for path in paths:
        if path.is_file() and path not in used:
            raise Invalid("policy.no_pair", path=path)
    return pairs


def _pair(path: Path, paths: tuple[Path, ...]) -> tuple[Path, Path | None]:
    """A folder's two files, or an English file with the Japanese one that was given with it or lies beside it."""
    if path.is_dir():
        english, japanese = path / "en.md", path / "ja.md"
        if not english.exists():
            raise Invalid("policy.no_pair", path=path)
        return english, japanese if japanese.exists() else None
    stem = _stem(path, SOURCE_LOCALE)
    given = next((other for other in paths if other.is_file() and _stem(other, "ja") == stem), None)
    name = "ja.md" if path.name == "en.md" else path.name.replace(f".{SOURCE_LOCALE}.", ".ja.")
    beside = path.with_name(name)
    return path, given or (beside if beside.exists() else None)


def _stem(path: Path, locale: str) -> str | None:
    """What the name of a file says before its language: ``spam`` of ``spam.en.md``; None for another language."""
    if path.name == f"{locale}.md":
        return ""
    stem, found, _rest = path.name.partition(f".{locale}.")
    return stem if found else None


def _code_of(english: Path) -> str:
    """A code from the file's name, or for ``en.md`` from its folder's."""
    name = _stem(english, SOURCE_LOCALE) or english.resolve().parent.name
    return re.sub("[^A-Z0-9]+", "-", name.upper()).strip("-")
