"""How a cohort stands before go-live: people by gate, readiness, waivers, and the log of shifts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.accounts.models import Person
from lms.cohorts import phrases
from lms.cohorts import queries as cohorts
from lms.cohorts.core.readiness import Gate, GateKind, GateState, Standing, standing
from lms.cohorts.core.slips import SlipCause
from lms.cohorts.models import Cohort, GateDecision, GateDecisionKind
from lms.foundation.locale import localized
from lms.kit.figures import is_small
from lms.kit.tables import Cell, Column, Figure, Kind, Piece, Table
from lms.policies import queries as policies
from lms.reports.access import Reader
from lms.reports.builders import framing
from lms.reports.core.document import Document, Grid, Paragraph, Part
from lms.reports.core.scope import People, Request
from lms.reports.words import told

PARTS = {
    "summary": _l("Summary"),
    "gates": _l("Go-live criteria"),
    "people": _l("Person by person"),
    "waivers": _l("Waivers"),
    "slips": _l("Shifts of the plan"),
}
SIGNS = {
    Standing.READY: "is-pass",
    Standing.ON_TRACK: "is-info",
    Standing.AT_RISK: "is-risk",
    Standing.BEHIND: "is-fail",
}
GATE_SIGNS = {
    GateState.MET: "is-pass",
    GateState.NOT_MET: "is-risk",
    GateState.ON_PLAN: "is-info",
    GateState.NOT_OPEN: "is-none",
    GateState.WAIVED: "is-info",
}


@dataclass(frozen=True, slots=True)
class Found:
    """All that the report is made of; ``days_left`` are working days."""

    cohort: Cohort
    members: Sequence[Person]
    gates: Mapping[int, Sequence[Gate]]
    decided: Sequence[GateDecision]
    days_left: int
    labels: Mapping[int, str]

    @property
    def is_small(self) -> bool:
        return is_small(len(self.members))


def load(request: Request, reader: Reader) -> Found:
    """The cohort, if it lies within reach."""
    now = request.made_at
    cohort = cohorts.get_cohort(reader.access, request.about["cohort"], with_slips=True)
    members = sorted(cohorts.list_members(cohort), key=lambda person: person.code)
    decided = cohorts.list_decided(cohort, [person.id for person in members])
    progress = cohorts.load_progress([cohort], now)[cohort.id]
    in_force = policies.load_in_force(now).values()
    read = policies.load_acknowledged_pairs([person.id for person in members], [version.id for version in in_force])
    gates = cohorts.load_gates(cohort, members, progress.day, in_force, read, now, decided)
    deciders = [one.decider for one in decided] + [slip.decider for slip in cohort.slips]
    labels = reader.labels(request.people, [*members, *deciders])
    return Found(cohort, members, gates, decided, progress.days_left, labels)


def title(request: Request, reader: Reader) -> str:
    """The cohort by name."""
    return localized(cohorts.get_cohort(reader.access, request.about["cohort"]).name_text)


def file_words(request: Request) -> tuple[str, ...]:
    """What the file is named after."""
    return "go-live", request.about["cohort"]


def describe(request: Request, found: Found) -> Document:
    """The document in the language that is being spoken."""
    cohort = found.cohort
    facts = (
        (_("Site"), (told(cohort.site.name_text),)),
        (_("Go-live"), (cohort.go_live_on.isoformat(),)),
        (_("Plan"), (told(cohort.template.title_text),)),
        (_("Working days left"), (str(max(found.days_left, 0)),)),
    )
    parts = [_summary(found), _gates(found), *_people(request, found), *_waivers(request, found), *_slips(found)]
    return framing.framed(request, _("Go-live report"), told(cohort.name_text), facts, parts)


def _summary(found: Found) -> Part:
    counts = Counter(standing(found.gates[person.id], found.days_left) for person in found.members)
    rows = [(_("Number of people"), framing.count(len(found.members)), "")]
    rows += [
        (str(phrases.STANDINGS[each]), framing.count(counts[each], is_withheld=True), "")
        if found.is_small
        else (str(phrases.STANDINGS[each]), _counted(counts[each]), "")
        for each in Standing
    ]
    return Part("summary", _("Summary"), (framing.figures(rows),))


def _counted(people: int) -> Cell:
    """A count within a class of at least 5 people."""
    return Figure(people, Kind.COUNT)


def _gates(found: Found) -> Part:
    """How many people stand where at each gate."""
    columns = (
        Column(_("Go-live criterion")),
        *(Column(str(phrases.GATE_STATES[state]), Kind.COUNT) for state in GateState),
        Column(_("Done"), Kind.SHARE),
    )
    rows: list[tuple[Cell, ...]] = []
    for kind in _kinds(found):
        gates = [gate for listed in found.gates.values() for gate in listed if gate.kind is kind]
        counts = Counter(gate.state for gate in gates)
        done = framing.share(sum(gate.is_done for gate in gates), len(gates))
        numbers = (*(counts[state] for state in GateState), done)
        rows.append((str(phrases.GATES[kind]), *([framing.FEW] * len(numbers) if found.is_small else numbers)))
    table = Table(_("People by go-live criterion"), columns, tuple(rows))
    return Part("gates", _("Go-live criteria"), (Grid("gates", table),) if rows else ())


def _kinds(found: Found) -> list[GateKind]:
    return list(dict.fromkeys(gate.kind for listed in found.gates.values() for gate in listed))


def _people(request: Request, found: Found) -> list[Part]:
    if request.people is People.NONE or not found.members:
        return []
    kinds = _kinds(found)
    columns = [Column(_("Person")), Column(_("Standing"))]
    for kind in kinds:
        columns += [
            Column(str(phrases.GATES[kind])),
            Column(_("%(gate)s, percent", gate=phrases.GATES[kind]), Kind.COUNT, is_printed=False),
        ]
    rows: list[tuple[Cell, ...]] = []
    for person in found.members:
        gates = {gate.kind: gate for gate in found.gates[person.id]}
        stands = standing(found.gates[person.id], found.days_left)
        cells: list[Cell] = [found.labels[person.id], Piece(str(phrases.STANDINGS[stands]), SIGNS[stands])]
        for kind in kinds:
            gate = gates.get(kind)
            cells += [_gate(gate), gate.percent] if gate else [None, None]
        rows.append(tuple(cells))
    table = Table(_("Person by person"), tuple(columns), tuple(rows))
    return [Part("people", _("Person by person"), (Grid("people", table),))]


def _gate(gate: Gate) -> Piece:
    state = str(phrases.GATE_STATES[gate.state])
    words = state if gate.percent is None else _("%(percent)s%%, %(state)s", percent=gate.percent, state=state)
    return Piece(words, GATE_SIGNS[gate.state])


def _waivers(request: Request, found: Found) -> list[Part]:
    waivers = [one for one in found.decided if one.decision == GateDecisionKind.WAIVED]
    if not waivers:
        return []
    if request.people is People.NONE:
        told_of = framing.FEW if is_small(len(waivers)) or found.is_small else str(len(waivers))
        return [Part("waivers", _("Waivers"), (Paragraph(_("Waivers: %(count)s", count=told_of)),))]
    columns = (
        *(Column(_("Person")), Column(_("Go-live criterion")), Column(_("Decided by"))),
        *(Column(_("Decided"), Kind.MOMENT), Column(_("Reason"))),
    )
    rows = tuple(
        (
            found.labels[one.person_id],
            str(phrases.GATES[GateKind(one.gate)]),
            found.labels[one.decided_by],
            framing.local(request, one.decided_at),
            one.reason,
        )
        for one in sorted(waivers, key=lambda each: each.id)
    )
    return [Part("waivers", _("Waivers"), (Grid("waivers", Table(_("Waivers"), columns, rows)),))]


def _slips(found: Found) -> list[Part]:
    """Every shift with its cause; those undone say when."""
    if not found.cohort.slips:
        return []
    columns = (
        *(Column(_("Day"), Kind.DAY), Column(_("Cause")), Column(_("Reason"))),
        *(Column(_("Go-live before"), Kind.DAY), Column(_("Go-live after"), Kind.DAY)),
        *(Column(_("Sessions"), Kind.COUNT), Column(_("Undone"), Kind.DAY)),
    )
    rows = tuple(
        (
            slip.decided_at.date(),
            str(phrases.SLIP_CAUSES[SlipCause(slip.cause)]),
            slip.reason,
            slip.before_on,
            slip.after_on,
            slip.session_count,
            slip.undone_at.date() if slip.undone_at else None,
        )
        for slip in sorted(found.cohort.slips, key=lambda one: one.id)
    )
    table = Table(_("Shifts of the plan"), columns, rows)
    return [Part("slips", _("Shifts of the plan"), (Grid("shifts", table),))]
