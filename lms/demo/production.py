"""The sample's decisions on live queues: audit samples of the last months, as a queue tool would write them.

They follow from the same abilities as the attempts (``responses``), and go through the import as anybody's file does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from lms.accounts.models import Person
from lms.analysis.core.sheets import Notes
from lms.demo.responses import ability, chance, slip_chance
from lms.demo.world import World
from lms.foundation.access import Access, Scope
from lms.foundation.spreadsheets import read_workbook
from lms.production import actions
from lms.production.core.kinds import ImportKind
from lms.production.core.reading import read

HEADS = {
    "en": ("Agent", "Ticket ID", "Workflow", "Decided on", "Agent decision", "QA decision", "Error type", "Section"),
    "ja": ("担当者コード", "案件番号", "キュー", "判定日", "担当者の判定", "QA判定", "誤りの種類", "該当ポリシー"),
}
A_MONTH = 30
"""Days of a month for which as many decisions are audited as the file says."""
TECHNICAL = 0.004
EVERYBODY = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))
_WRONG = (
    (0.55, "Leave up", "Remove", "FN"),
    (0.85, "Remove", "Leave up", "FP"),
    (1.0, "Remove", "Remove", "Wrong selection"),
)


def plan(world: World, entry: Mapping[str, Any]) -> None:
    """Import the audit sample of each whole month when it is over, and that of the month in hand on the last day."""
    first = world.today.replace(day=1)
    starts = [first]
    for _month in range(entry["months"]):
        starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
    for start in reversed(starts):
        after = (start + timedelta(days=31)).replace(day=1)
        if after <= world.loaded_on:
            moment = min(world.at(world.calendar("tokyo").shift(after, 1), 11), world.cutoff - timedelta(hours=7))
            world.plan(moment, partial(_import, world, entry, start, after, "en"))
        elif start < world.loaded_on:
            moment = world.cutoff - timedelta(hours=6)
            world.plan(moment, partial(_import, world, entry, start, world.loaded_on, "en"))
    world.plan(world.cutoff - timedelta(hours=5), partial(_begin_with_errors, world, entry))


def _import(world: World, entry: Mapping[str, Any], start: date, end: date, language: str) -> None:
    """The analyst imports what was audited from one day until before another."""
    rows = list(_rows(world, entry, start, end))
    if rows:
        imported = _begin(world, rows, f"sample-audit-{start:%Y-%m}.csv", language)
        actions.apply(imported, EVERYBODY, by=world.people["qa@kijun.example"])


def _begin(world: World, rows: Sequence[Sequence[str]], name: str, language: str) -> Any:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS[language])
    writer.writerows(rows)
    content = text.getvalue().encode("utf-8-sig")
    sheet = read(content, Notes(name), read_workbook)
    if sheet is None:
        raise ValueError(f"the sample wrote a file that cannot be read: {name}")
    analyst = world.people["qa@kijun.example"]
    return actions.begin(sheet, content, file_name=name, kind=ImportKind.AUDIT, by=analyst)


def _begin_with_errors(world: World, entry: Mapping[str, Any]) -> None:
    """A file that waits for its analyst: some of its rows cannot be taken as they are."""
    rows = list(_rows(world, {**entry, "audited": 3}, world.loaded_on - timedelta(days=14), world.loaded_on))[:40]
    if len(rows) < 8:
        return
    for place, column, text in ((2, 0, "L9999"), (4, 7, "HAR/nothing"), (5, 3, "soon"), (7, 6, "?")):
        rows[place][column] = text
    _begin(world, rows, "sample-audit-ja.csv", "ja")


def _rows(world: World, entry: Mapping[str, Any], start: date, end: date) -> Iterator[list[str]]:
    for person in list(world.people.values()):
        cohort = world.cohort_of.get(person.login)
        if cohort is None:
            continue
        first = max(start, cohort.go_live_on + timedelta(days=1))
        days = [day for n in range((end - first).days) if (day := first + timedelta(days=n)).weekday() < 5]
        days = [day for day in days if day < world.left_on.get(person.login, date.max)]
        audited = round(entry["audited"] * len(days) / A_MONTH * 7 / 5)
        for section in entry["sections"] if days else ():
            for number in range(audited):
                yield _row(world, person, section, days, f"{start:%Y%m}-{number}")


def _row(world: World, person: Person, section: str, days: Sequence[date], number: str) -> list[str]:
    draw = (world.seed, "decides", person.login, section, number)
    luck, kind = chance(*draw), chance(*draw, "kind")
    day = days[int(chance(*draw, "day") * len(days))]
    queue = f"{person.locale.upper()}-{'Live' if kind < 0.7 else 'Reports'}"
    decision = right = "Remove" if chance(*draw, "case") < 0.6 else "Leave up"
    error = ""
    if luck < TECHNICAL:
        error = "Technical"
    elif luck < TECHNICAL + slip_chance(ability(world.seed, person.login), section):
        share = chance(*draw, "error")
        decision, right, error = next(found[1:] for found in _WRONG if share <= found[0])
    case = f"SAMPLE-{person.code}-{section.replace('/', '-')}-{number}"
    return [person.code, case, queue, day.isoformat(), decision, right, error, section]
