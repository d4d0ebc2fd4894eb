from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.accounts import queries as people
from lms.accounts.models import Person
from lms.analysis.core.sheets import Notes, Sheet
from lms.cli.commands import Group, NamedPath, help_text
from lms.cli.speech import say_findings, say_json, speaking
from lms.foundation import transaction
from lms.foundation.access import Access, Scope
from lms.foundation.findings import as_json
from lms.foundation.spreadsheets import read_workbook
from lms.kit.findings import Finding, has_errors
from lms.kit.problems import Invalid
from lms.kit.text import fold_login
from lms.production import actions, phrases
from lms.production.core.checking import Checked, check
from lms.production.core.choices import Choices
from lms.production.core.kinds import ImportKind
from lms.production.core.reading import read
from lms.production.queries import imports

group = Group("production", help=help_text("Decisions of live queues."))
PATH = NamedPath(exists=True, dir_okay=False, path_type=Path)
KIND = click.Choice([kind.value for kind in ImportKind])
EVERYBODY = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))


@group.command("check", help=help_text("Check a file of decisions; change nothing."))
@click.argument("file", type=PATH)
@click.option("--kind", type=KIND, default=ImportKind.AUDIT.value, help=help_text("What the file is."))
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def check_file(file: Path, kind: str, as_document: bool) -> None:
    with transaction.unit(write=False):
        checking = _Checking.of(file, ImportKind(kind))
    if as_document:
        say_json(checking.document())
    else:
        click.echo(_("Decisions read: %(count)s", count=len(checking.checked.decisions)))
        say_findings(checking.found, phrases.FINDINGS)
    sys.exit(1 if has_errors(checking.found) else 0)


@group.command("import", help=help_text("Import a file of decisions: all of it, or nothing if it has an error."))
@click.argument("file", type=PATH)
@click.option("--by", "login", required=True, help=help_text("E-mail address of whoever imports it."))
@click.option("--kind", type=KIND, default=ImportKind.AUDIT.value, help=help_text("What the file is."))
@click.option("--skip-errors", is_flag=True, help=help_text("Leave out what has errors, and import the rest."))
@click.option("--json", "as_document", is_flag=True, help=help_text("One JSON document."))
@speaking
def import_file(file: Path, login: str, kind: str, skip_errors: bool, as_document: bool) -> None:
    with transaction.unit():
        person = people.find_by_login(fold_login(login))
        if person is None:
            raise Invalid("production.nobody", login=login)
        checking = _Checking.of(file, ImportKind(kind))
        count = checking.apply(person, file, ImportKind(kind)) if checking.may_apply(skip_errors) else 0
    if as_document:
        say_json({**checking.document(), "imported": count})
    else:
        say_findings(checking.found, phrases.FINDINGS)
        said = ngettext("%(num)d decision imported.", "%(num)d decisions imported.", count)
        click.echo(said if count else _("Nothing is imported."), err=not count)
    sys.exit(1 if has_errors(checking.found) else 0)


@dataclass(frozen=True, slots=True)
class _Checking:
    """A file with what was found in it, in words of the reader's language."""

    content: bytes
    sheet: Sheet | None
    checked: Checked
    found: list[Finding]

    @classmethod
    def of(cls, file: Path, kind: ImportKind) -> _Checking:
        notes, content, checked = Notes(file.name), file.read_bytes(), Checked()
        sheet = read(content, notes, read_workbook)
        if sheet is not None and has_errors(notes.findings):
            sheet = None  # lines that could not be read are none to leave out
        if sheet is not None:
            choices = Choices.guessed(sheet.header)
            checked = check(sheet, choices, kind, imports.load_known(sheet, choices, kind, EVERYBODY))
        return cls(content, sheet, checked, [phrases.worded(one) for one in (*notes.in_order(), *checked.findings)])

    def may_apply(self, skip_errors: bool) -> bool:
        is_sound = not has_errors(self.found) or (skip_errors and self.checked.is_readable)
        return self.sheet is not None and is_sound and bool(self.checked.decisions)

    def apply(self, person: Person, file: Path, kind: ImportKind) -> int:
        """Import it; gives how many decisions are kept."""
        assert self.sheet is not None  # noqa: S101 - may_apply has asked
        imported = actions.begin(self.sheet, self.content, file_name=file.name, kind=kind, by=person)
        actions.choose(imported, Choices(Choices.guessed(self.sheet.header).columns, leaves_out_errors=True))
        actions.apply(imported, EVERYBODY, by=person)
        return imported.decision_count

    def document(self) -> dict[str, Any]:
        header = self.sheet.header if self.sheet else ()
        return {
            "columns": {part.value: header[place] for part, place in Choices.guessed(header).columns.items()},
            "rows": len(self.sheet.rows) if self.sheet else 0,
            "decisions": len(self.checked.decisions),
            "dropped": len(self.checked.dropped),
            "findings": [as_json(finding, phrases.FINDINGS) for finding in self.found],
        }
