"""A month for those who answer for policies and teams: results by module, quiz, site and vendor, and the months before.

No person appears. Each table counts the same first attempts, and those of small groups are in none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.foundation.locale import day, localized, percent, sentences, zone_label
from lms.kit.figures import is_small
from lms.kit.problems import Invalid
from lms.kit.tables import Cell, Column, Figure, Kind, Table
from lms.policies import queries as policies
from lms.policies.queries import SectionText
from lms.reports.access import Reader
from lms.reports.builders import framing
from lms.reports.builders.tracked import Action, actions_part, load_actions
from lms.reports.core.document import Document, Grid, Look, Paragraph, Part
from lms.reports.core.groups import without_small
from lms.reports.core.scope import Request
from lms.reports.phrases import KINDS
from lms.reports.queries.months import Scored, Taken, load_names, load_scored, load_taken
from lms.reports.words import numbered, told

PARTS = {
    "summary": _l("Summary"),
    "trend": _l("Months before"),
    "modules": _l("By module"),
    "weakest": _l("Weakest sections"),
    "quizzes": _l("By quiz"),
    "sites": _l("By site"),
    "vendors": _l("By vendor"),
    "actions": _l("Actions"),
}
MONTHS = 6
MOST_SECTIONS = 10


@dataclass(frozen=True, slots=True)
class Found:
    """All that the report is made of; ``months`` holds what was taken in each, the oldest first, the last of all."""

    months: Sequence[tuple[str, Sequence[Taken]]]
    scored: Sequence[Scored]
    names: Mapping[str, Mapping[str, str]]
    sections: Mapping[str, SectionText]
    actions: Sequence[Action]
    vendor: str

    @property
    def taken(self) -> Sequence[Taken]:
        return self.months[-1][1]


def months_before(month: str, count: int) -> list[str]:
    """A month and those before it, the oldest first.

    >>> months_before("2026-02", 3)
    ['2025-12', '2026-01', '2026-02']
    """
    year, number = (int(part) for part in month.split("-"))
    places = range(year * 12 + number - count, year * 12 + number)
    return [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in places]


def load(request: Request, reader: Reader) -> Found:
    """What was taken within reach; raises ``Invalid`` when nothing was, or by too few."""
    try:
        months = months_before(request.about["month"], MONTHS + 1)
    except ValueError:
        months = []
    if months[-1:] != [request.about["month"]]:
        raise Invalid("report.bad_month")
    starts = [datetime.fromisoformat(f"{month}-01").replace(tzinfo=request.zone) for month in months]
    after = datetime.fromisoformat(f"{_after(months[-1])}-01").replace(tzinfo=request.zone)
    vendor = request.about.get("vendor", "")
    taken = load_taken(reader.access, starts[1], after, vendor)
    found = []
    for month, start, end in zip(months[1:], starts[1:], [*starts[2:], after], strict=True):
        found.append((month, _shown([one for one in taken if start <= one.closed_at < end])))
    if not found[-1][1]:
        raise Invalid("report.no_results")
    scored = _scored(load_scored([one.attempt_id for one in found[-1][1]]), found[-1][1])
    quizzes = sorted({one.quiz for one in found[-1][1]}) if reader.has_actions else []
    actions = [action for quiz in quizzes for action in load_actions(quiz)]
    sections = policies.load_sections_in_force(request.made_at)
    return Found(found, scored, load_names(), sections, actions, vendor)


def _after(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def _shown(taken: Sequence[Taken]) -> list[Taken]:
    """What no table of the month would tell of few people.

    Quizzes are looked at vendor by vendor, so that the report of one vendor taken from that of all leaves no few.
    """
    groupings: list[Callable[[Taken], Hashable]] = [
        lambda one: one.site,
        lambda one: one.vendor,
        lambda one: (one.vendor, one.quiz),
    ]
    return without_small(taken, lambda one: one.person, groupings)


def _scored(scored: Sequence[Scored], taken: Sequence[Taken]) -> list[Scored]:
    """The marks in sections and modules that at least 5 people of a vendor were asked about."""
    of = {one.attempt_id: one for one in taken}
    groupings: list[Callable[[Scored], Hashable]] = [
        lambda one: (of[one.attempt_id].vendor, one.module, one.section),
        lambda one: (of[one.attempt_id].vendor, one.module),
    ]
    return without_small(scored, lambda one: of[one.attempt_id].person, groupings)


def renewed(request: Request, moment: datetime) -> Mapping[str, str]:
    """A turn of a schedule is about the last month that is over by then."""
    month, _this = months_before(f"{moment.astimezone(request.zone):%Y-%m}", 2)
    return {**request.about, "month": month}


def title(request: Request, _reader: Reader) -> str:
    """The month, and the vendor if it keeps to one. A schedule has no month yet."""
    month = str(KINDS["monthly"])
    if request.about["month"]:
        month = day(datetime.fromisoformat(f"{request.about['month']}-01").date(), pattern="month")
    vendor = request.about.get("vendor", "")
    name = localized(load_names().get(f"vendor:{vendor}", {})) or vendor
    return f"{month}{_(': ')}{name}" if vendor else month


def file_words(request: Request) -> tuple[str, ...]:
    """What the file is named after."""
    return "monthly", request.about["month"], request.about.get("vendor", "")


def describe(request: Request, found: Found) -> Document:
    """The document in the language that is being spoken."""
    month = day(datetime.fromisoformat(f"{request.about['month']}-01").date(), pattern="month")
    vendor = told(found.names.get(f"vendor:{found.vendor}", {})) if found.vendor else _("All")
    facts = (
        (_("Month (%(zone)s)", zone=zone_label(request.made_at, request.zone)), (month,)),
        (_("Vendor"), (vendor,)),
    )
    parts = [
        _summary(found),
        _trend(found),
        _modules(found),
        _weakest(found),
        _grouped(found, "quizzes", _("By quiz"), _("Quiz"), "quiz", lambda one: one.quiz),
        _grouped(found, "sites", _("By site"), _("Site"), "site", lambda one: one.site),
        _grouped(found, "vendors", _("By vendor"), _("Vendor"), "vendor", lambda one: one.vendor),
        *actions_part(found.actions, found.sections),
    ]
    return framing.framed(request, _("Monthly report"), month, facts, parts)


def _rate(taken: Sequence[Taken]) -> tuple[float | None, float | None, float | None]:
    return framing.rated(sum(one.passed for one in taken), len(taken))


def _points(rate: float, earlier: float) -> float:
    return round((rate - earlier) * 100, framing.DIGITS)


def _summary(found: Found) -> Part:
    taken, before = found.taken, found.months[-2][1]
    rate, low, high = _rate(taken)
    people = len({one.person for one in taken})
    earlier, _low, _high = _rate(before)
    change = None if rate is None or earlier is None else Figure(_points(rate, earlier), Kind.POINTS)
    rows: list[tuple[Cell, ...]] = [
        (_("Attempts"), Figure(len(taken), Kind.COUNT), None, None, None, _("first attempts")),
        (_("Number of people"), Figure(people, Kind.COUNT), None, None, None, ""),
        (_("Pass rate"), Figure(rate, Kind.SHARE), len(taken), low, high, ""),
        (_("Against the month before"), change, None, None, None, _("points")),
    ]
    note = _("Sites, vendors, quizzes and sections of fewer than 5 people are in no figure.")
    said = _("%(share)s of %(n)s first attempts have passed.", share=percent(rate or 0), n=len(taken))
    worst = _by_section(found)[:1]
    if worst:
        name, _people, marks = worst[0]
        text = found.sections.get(name)
        section = numbered(text) if text else name
        told_of = _("The weakest section is %(section)s: %(share)s right.", section=section, share=percent(marks))
        said = sentences([said, told_of])
    return Part("summary", _("Summary"), (Paragraph(said), framing.key_figures(rows, note)))


def _trend(found: Found) -> Part:
    columns = (
        *(Column(_("Month")), Column(_("n"), Kind.COUNT), Column(_("Pass rate"), Kind.SHARE)),
        *(Column(_("95 percent CI, low"), Kind.SHARE), Column(_("95 percent CI, high"), Kind.SHARE)),
    )
    rows = tuple((month, len(taken), *_rate(taken)) for month, taken in found.months)
    return Part(
        "trend", _("Months before"), (Grid("trend", Table(_("Pass rate by month"), columns, rows), Look.TREND),)
    )


def _by_section(found: Found) -> list[tuple[str, int, float]]:
    """Sections by the share of marks, the lowest first, each with how many people were asked."""
    return _marks(found, lambda one: f"{one.module}/{one.section}")


def _marks(found: Found, group: Callable[[Scored], str]) -> list[tuple[str, int, float]]:
    person = {one.attempt_id: one.person for one in found.taken}
    groups: dict[str, list[Scored]] = {}
    for one in found.scored:
        groups.setdefault(group(one), []).append(one)
    marks = [
        (
            name,
            len({person[one.attempt_id] for one in listed}),
            framing.share(sum(one.awarded for one in listed), sum(one.possible for one in listed)) or 0.0,
        )
        for name, listed in groups.items()
    ]
    return sorted((one for one in marks if not is_small(one[1])), key=lambda one: (one[2], one[0]))


def _modules(found: Found) -> Part:
    columns = (Column(_("Module")), Column(_("n"), Kind.COUNT), Column(_("Share of right answers"), Kind.SHARE))
    rows = tuple(
        (told(found.names.get(f"module:{name}", {})) or name, people, share)
        for name, people, share in _marks(found, lambda one: one.module)
    )
    table = Table(_("Right answers by module"), columns, rows)
    return Part("modules", _("By module"), (Grid("modules", table),) if rows else ())


def _weakest(found: Found) -> Part:
    columns = (
        *(Column(_("Module")), Column(_("Section")), Column(_("n"), Kind.COUNT)),
        Column(_("Share of right answers"), Kind.SHARE),
    )
    rows = []
    for name, people, share in _by_section(found)[:MOST_SECTIONS]:
        text = found.sections.get(name)
        rows.append((name.partition("/")[0], numbered(text) if text else name, people, share))
    table = Table(_("Weakest sections"), columns, tuple(rows))
    return Part("weakest", _("Weakest sections"), (Grid("weakest", table),) if rows else ())


def _grouped(found: Found, code: str, heading: str, head: str, kind: str, group: Callable[[Taken], str]) -> Part:
    columns = (
        *(Column(head), Column(_("Pass rate"), Kind.SHARE), Column(_("n"), Kind.COUNT)),
        *(Column(_("95 percent CI, low"), Kind.SHARE), Column(_("95 percent CI, high"), Kind.SHARE)),
    )
    rows: list[tuple[Cell, ...]] = []
    for name in sorted({group(one) for one in found.taken}):
        of_group = [one for one in found.taken if group(one) == name]
        rate, low, high = _rate(of_group)
        rows.append((told(found.names.get(f"{kind}:{name}", {})) or name, rate, len(of_group), low, high))
    rate, low, high = _rate(found.taken)
    rows.append((_("All together"), rate, len(found.taken), low, high))
    return Part(code, heading, (Grid(code, Table(heading, columns, tuple(rows)), Look.BARS),))
