"""What the first page of every report says, and columns that several kinds have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from lms.analysis.tables import key_figure_table
from lms.foundation.locale import current, moment_in_zone
from lms.kit.figures import SMALL_GROUP, is_small, wilson
from lms.kit.tables import Cell, Figure, Kind, Piece, Text
from lms.reports.core.document import Document, Grid, Look, Part
from lms.reports.core.scope import People, Request
from lms.reports.phrases import PEOPLE

Facts = Sequence[tuple[Text, tuple[Text, ...]]]
FEW = f"<{SMALL_GROUP}"
DIGITS = 10


def framed(request: Request, kind: Text, title: Text, facts: Facts, parts: Sequence[Part]) -> Document:
    """A document in the language that is being spoken; who appears by name makes it confidential."""
    people = str(PEOPLE[request.people])
    is_named = request.people is People.NAMES
    return Document(
        kind=kind,
        title=title,
        languages=(current(),),
        facts=(*facts, (_("People shown"), (people,)), (_("Made"), (made(request),))),
        parts=tuple(part for part in parts if part.blocks),
        made_at=request.made_at,
        comment=request.comment,
        watermark=_("Confidential") if is_named else "",
    )


def made(request: Request) -> str:
    """When and by whom a report was asked for."""
    moment = moment_in_zone(request.made_at, request.zone)
    return str(_("%(moment)s, by %(code)s", moment=moment, code=request.made_by))


def local(request: Request, moment: datetime | None) -> datetime | None:
    """A moment as a cell: in the zone of the report, without naming it."""
    return moment.astimezone(request.zone).replace(tzinfo=None, second=0, microsecond=0) if moment else None


def figures(rows: Sequence[tuple[Text, Cell, Text]]) -> Grid:
    """Key figures without an interval: label, figure, what else is said."""
    return key_figures([(label, figure, None, None, None, said) for label, figure, said in rows])


def key_figures(rows: Sequence[tuple[Cell, ...]], note: str = "") -> Grid:
    """Key figures as the result analysis has them, with a note below."""
    return Grid("summary", key_figure_table(rows), Look.KEY_FIGURES, (note,) if note else ())


def count(people: int, *, is_withheld: bool = False) -> Cell:
    """A number of people as a key figure."""
    return FEW if is_withheld or is_small(people) else Figure(people, Kind.COUNT)


def share(part: int, whole: int) -> float | None:
    """A share of some, None of nobody."""
    return round(part / whole, DIGITS) if whole else None


def rated(passed: int, n: int) -> tuple[float | None, float | None, float | None]:
    """A share with the ends of Wilson's 95 % interval."""
    if not n:
        return None, None, None
    interval = wilson(passed, n)
    return share(passed, n), round(interval.low, DIGITS), round(interval.high, DIGITS)


def status(text: Text, state: str) -> Piece:
    """A state with its sign."""
    return Piece(text, state)
