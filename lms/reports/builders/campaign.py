"""How far a run of a campaign has come, by site, what came of it, and the runs before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.campaigns import phrases
from lms.campaigns import queries as campaigns
from lms.campaigns.core.progress import State, Tally, tally, total
from lms.campaigns.models import CampaignPlace, CampaignRun, RunState
from lms.campaigns.queries.board import Member, Weakest, list_members, load_tallies, load_weakest
from lms.foundation.locale import localized, zone_label
from lms.kit.problems import Invalid
from lms.kit.tables import Cell, Column, Figure, Kind, Piece, Table
from lms.policies import queries as policies
from lms.policies.queries import SectionText
from lms.reports.access import Reader
from lms.reports.builders import framing
from lms.reports.core.document import Document, Grid, Look, Part
from lms.reports.core.groups import without_small
from lms.reports.core.scope import People, Request
from lms.reports.words import numbered, told

PARTS = {
    "summary": _l("Summary"),
    "sites": _l("Completion by site"),
    "results": _l("Results by site"),
    "trend": _l("Runs before"),
    "people": _l("Person by person"),
}
MOST_RUNS = 6
SIGNS = {
    State.PASSED: "is-pass",
    State.NOT_PASSED: "is-risk",
    State.IN_PROGRESS: "is-info",
    State.NOT_BEGUN: "is-none",
    State.LATE: "is-fail",
    State.EXCUSED: "is-none",
}


@dataclass(frozen=True, slots=True)
class Found:
    """All that the report is made of; ``before`` are the runs up to this one, the oldest first.

    ``section`` is the weakest, which is told by its name in the policy where the version in force has none of it.
    """

    run: CampaignRun
    places: Sequence[tuple[CampaignPlace, Tally]]
    whole: Tally
    members: Sequence[Member]
    weakest: Weakest | None
    section: SectionText | None
    before: Sequence[tuple[CampaignRun, Tally]]
    labels: Mapping[int, str]


def load(request: Request, reader: Reader) -> Found:
    """The run with the people within reach."""
    run, now = campaigns.get_run(request.about["campaign"], request.about["period"]), request.made_at
    places = sorted(campaigns.load_places_of([run.id])[run.id], key=lambda place: place.site.code)
    members = list_members([place.assignment_id for place in places], now, reader.access)
    of_places = [
        (place, tally(one.state for one in members if one.assignment_id == place.assignment_id)) for place in places
    ]
    earlier = [one for one in campaigns.list_runs(run.campaign_id) if one.opens_at <= run.opens_at]
    earlier = sorted(earlier, key=lambda one: one.opens_at)[-MOST_RUNS:]
    tallies = load_tallies([one.id for one in earlier], now, reader.access)
    weakest = load_weakest([run.id], reader.access).get(run.id)
    section = policies.load_sections_in_force(now).get(weakest.section) if weakest else None
    return Found(
        run,
        [(place, found) for place, found in of_places if found.people],
        total(found for _place, found in of_places),
        members,
        weakest,
        section,
        [(one, total(tallies[one.id].values())) for one in earlier],
        reader.labels(request.people, [one.person for one in members]),
    )


def renewed(request: Request, moment: datetime) -> Mapping[str, str]:
    """A turn of a schedule is about the run that has opened last by then."""
    campaign = campaigns.find_campaign(request.about["campaign"])
    runs = campaigns.list_runs(campaign.id) if campaign else []
    opened = [run for run in runs if run.state == RunState.OPENED and run.opens_at <= moment]
    if not opened:
        raise Invalid("report.no_results")
    return {**request.about, "period": opened[0].period}


def title(request: Request, _reader: Reader) -> str:
    """The campaign and its period. A schedule has no period yet."""
    campaign = campaigns.find_campaign(request.about["campaign"])
    name = localized(campaign.title_text) if campaign else request.about["campaign"]
    return f"{name} {request.about['period']}".rstrip()


def file_words(request: Request) -> tuple[str, ...]:
    """What the file is named after."""
    return request.about["campaign"], request.about["period"]


def describe(request: Request, found: Found) -> Document:
    """The document in the language that is being spoken."""
    run = found.run
    window = [framing.local(request, moment) for moment in (run.opens_at, run.due_at)]
    opens, due = (f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in window)
    facts = (
        (_("Period"), (run.period,)),
        (_("Quiz"), (told(run.campaign.quiz.title_text),)),
        (
            _("Window (%(zone)s)", zone=zone_label(request.made_at, request.zone)),
            (_("%(start)s – %(end)s", start=opens, end=due),),
        ),
    )
    parts = [_summary(found), _sites(found), _results(found), _trend(found), *_people(request, found)]
    return framing.framed(request, _("Recurring quiz report"), told(run.campaign.title_text), facts, parts)


def _summary(found: Found) -> Part:
    whole, taken = found.whole, _taken(found)
    few = not whole.people and bool(found.members)
    rate, low, high = framing.rated(sum(one.state is State.PASSED for one in taken), len(taken))
    completion = Figure(framing.share(whole.done, whole.counted), Kind.SHARE)
    rows: list[tuple[Cell, ...]] = [
        (_("Number of people"), framing.FEW if few else Figure(whole.people, Kind.COUNT), None, None, None, ""),
        (_("Completion"), completion, None, None, None, _("of those not exempt")),
        (_("Pass rate"), Figure(rate, Kind.SHARE), len(taken) or None, low, high, _("of those who have taken it")),
    ]
    if found.weakest is not None:
        share = Figure(found.weakest.percent / 100, Kind.SHARE)
        name = numbered(found.section) if found.section else found.weakest.section
        rows.append((_("Weakest section"), share, found.weakest.people, None, None, name))
    note = _("Sites of fewer than 5 people are in no total.")
    return Part("summary", _("Summary"), (framing.key_figures(rows, note),))


def _taken(found: Found) -> list[Member]:
    """Those who have taken it, of sites where at least 5 people have: nobody else is in any rate."""
    done = [one for one in found.members if one.state in {State.PASSED, State.NOT_PASSED}]
    return without_small(done, lambda one: one.person.id, [lambda one: one.assignment_id])


def _sites(found: Found) -> Part:
    states = (State.IN_PROGRESS, State.NOT_BEGUN, State.LATE, State.EXCUSED)
    columns = (
        *(Column(_("Site")), Column(_("Headcount"), Kind.COUNT), Column(_("Taken"), Kind.COUNT)),
        *(Column(str(phrases.STATES[state]), Kind.COUNT) for state in states),
        Column(_("Completion"), Kind.SHARE),
    )
    named = [(told(place.site.name_text), one) for place, one in found.places]
    rows: list[tuple[Cell, ...]] = []
    for name, one in [*named, (_("All together"), found.whole)]:
        if one.is_withheld:
            rows.append((name, framing.FEW, *[None] * (len(states) + 2)))
        else:
            counts = [one.states[state] for state in states]
            rows.append((name, one.people, one.done, *counts, framing.share(one.done, one.counted)))
    table = Table(_("Completion by site"), columns, tuple(rows))
    return Part("sites", _("Completion by site"), (Grid("sites", table),))


def _results(found: Found) -> Part:
    """Pass rates of those who have taken it, of sites where at least 5 people have."""
    columns = (
        *(Column(_("Site")), Column(_("Pass rate"), Kind.SHARE), Column(_("n"), Kind.COUNT)),
        *(Column(_("95 percent CI, low"), Kind.SHARE), Column(_("95 percent CI, high"), Kind.SHARE)),
    )
    taken = _taken(found)
    groups = [
        (told(place.site.name_text), [one for one in taken if one.assignment_id == place.assignment_id], tally_)
        for place, tally_ in found.places
    ]
    rows: list[tuple[Cell, ...]] = []
    for name, members, whole in groups:
        if not members:
            rows.append((name, None, framing.FEW if whole.done else 0, None, None))
            continue
        rate, low, high = framing.rated(sum(one.state is State.PASSED for one in members), len(members))
        rows.append((name, rate, len(members), low, high))
    rate, low, high = framing.rated(sum(one.state is State.PASSED for one in taken), len(taken))
    rows.append((_("All together"), rate, len(taken), low, high))
    table = Table(_("Results by site"), columns, tuple(rows))
    note = _("Only sites where at least 5 people have taken it are counted.")
    return Part("results", _("Results by site"), (Grid("results", table, Look.BARS, (note,)),))


def _trend(found: Found) -> Part:
    columns = (Column(_("Period")), Column(_("n"), Kind.COUNT), Column(_("Completion"), Kind.SHARE))
    rows = tuple(
        (run.period, one.people, framing.share(one.done, one.counted)) for run, one in found.before if one.people
    )
    table = Table(_("Completion by run"), columns, rows)
    return Part("trend", _("Runs before"), (Grid("trend", table, Look.TREND),) if rows else ())


def _people(request: Request, found: Found) -> list[Part]:
    if request.people is People.NONE or not found.members:
        return []
    names = {place.assignment_id: told(place.site.name_text) for place, _tally in found.places}
    columns = (Column(_("Person")), Column(_("Site")), Column(_("State")), Column(_("Due"), Kind.MOMENT))
    rows = tuple(
        (
            found.labels[one.person.id],
            names[one.assignment_id],
            Piece(str(phrases.STATES[one.state]), SIGNS[one.state]),
            framing.local(request, one.due_at),
        )
        for one in sorted(found.members, key=lambda each: each.person.code)
    )
    return [Part("people", _("Person by person"), (Grid("people", Table(_("Person by person"), columns, rows)),))]
