"""Opens runs by the clock and keeps those that are open in step with people. Safe to repeat at any time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lms.campaigns import queries
from lms.campaigns.core.recurrence import Place, Run, Window, own_end, rule_from, runs_from, window_of
from lms.campaigns.core.who import Taker, who_from
from lms.campaigns.models import Campaign, CampaignPlace, CampaignRun, RunState
from lms.campaigns.queries import Located
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.quizzes import actions as quizzes
from lms.quizzes.core.audience import Audience, AudienceKind
from lms.quizzes.core.excuse import MAKE_UP_DAYS
from lms.quizzes.core.reminders import reminders_from
from lms.quizzes.models import Assignee, Assignment
from lms.sites.models import Site

SYSTEM = "system"


def open_due_runs() -> int:
    """Open the runs whose time has come: one for each campaign and period. Returns how many were opened."""
    campaigns = [found for found in queries.list_campaigns() if found.may_run]
    if not campaigns:
        return 0
    now = clock.now()
    located = queries.load_places(now)
    known = queries.load_known_periods([campaign.id for campaign in campaigns])
    opened = 0
    for campaign in campaigns:
        if any(_due(campaign, now, located.places, known[campaign.id])):
            hold(campaign)  # and look again: its rule may be another by now
            opened += _open_due_of(campaign, now, located)
    return opened


def _open_due_of(campaign: Campaign, now: datetime, located: Located) -> int:
    if not campaign.may_run:
        return 0
    known = queries.load_known_periods([campaign.id])[campaign.id]
    return sum(open_run(campaign, run, located) for run in _due(campaign, now, located.places, known))


def _due(campaign: Campaign, now: datetime, places: Mapping[str, Place], known: Collection[str]) -> Iterable[Run]:
    for run in runs_from(rule_from(campaign.rule), now, places):
        if run.opens_at > now:
            return
        if run.period.key not in known:
            yield run


def open_run(campaign: Campaign, run: Run, located: Located) -> bool:
    """Open a run at every site where somebody is whom it is for; nobody anywhere, and it waits."""
    now = clock.now()
    takers = queries.load_takers(campaign.quiz_id, run.opens_at)
    chosen = who_from(campaign.who).of(takers, now.date(), run.opens_at.date())
    held = [code for code in located.holding(chosen) if run.windows[code].due_at > now]
    if not held:
        return False
    windows = [run.windows[code] for code in held]
    made = CampaignRun(
        campaign_id=campaign.id,
        period=run.period.key,
        state=RunState.OPENED,
        rule=campaign.rule,
        who=campaign.who,
        opens_at=min(window.opens_at for window in windows),
        due_at=max(window.due_at for window in windows),
        made_at=now,
    )
    db.session.add(made)
    db.session.flush()
    people = sum(taker.site in held for taker in chosen)
    name = f"{campaign.code} {run.period.key}"
    journal.record("campaign.open", actor=SYSTEM, object=name, people=people, sites=len(held))
    made.campaign = campaign
    _put_in_step(made, [], chosen, located)
    return True


def keep_open_runs() -> None:
    """Let whoever joins or moves enter the open runs, and whoever leaves go out, unless they have begun."""
    now = clock.now()
    runs = queries.list_unfinished(now)
    if not runs:
        return
    located = queries.load_places(now, *(run.opens_at for run in runs))
    placed = queries.load_places_of([run.id for run in runs])
    for run in runs:
        takers = queries.load_takers(_as_opened(run, placed[run.id]).quiz_id, run.opens_at)
        chosen = who_from(run.who).of(takers, now.date(), run.opens_at.date())
        _put_in_step(run, placed[run.id], chosen, located)


def _as_opened(run: CampaignRun, places: Sequence[CampaignPlace]) -> Assignment | Campaign:
    """What says which quiz a run gives and how: what was given first, whatever the campaign has become since."""
    return places[0].assignment if places else run.campaign


def _put_in_step(
    run: CampaignRun, places: Sequence[CampaignPlace], chosen: Collection[Taker], located: Located
) -> None:
    given = {place.assignment_id: place for place in places}
    site_of = {taker.id: taker.site for taker in chosen}
    begun = queries.load_begun(list(given))
    for assignee in queries.load_held(list(given)):
        place = given[assignee.assignment_id]
        has_left = site_of.get(assignee.person_id) != place.site.code
        if has_left and assignee.person_id not in begun and not _is_over_for(assignee, place.assignment):
            quizzes.take_from(assignee)
    have = {assignee.person_id for assignee in queries.load_held(list(given))}  # and whoever began just now
    for code in sorted({taker.site for taker in chosen} & set(located.places)):
        new = [taker.id for taker in chosen if taker.site == code and taker.id not in have]
        if new:
            _enter(run, code, new, places, located)
    _apply_leave(run, located)


def _is_over_for(assignee: Assignee, assignment: Assignment) -> bool:
    """Whether somebody's time has passed: who was late by then stays so, wherever they go."""
    return max(assignment.due_at, assignee.own_due_at or assignment.due_at) <= clock.now()


def _enter(run: CampaignRun, code: str, people: list[int], places: Sequence[CampaignPlace], located: Located) -> None:
    """Give a run to people of a site, which may have had none of it so far."""
    place = next((place for place in places if place.site.code == code), None)
    if place is not None:
        assignment = place.assignment
        if assignment.ended_at is None and assignment.due_at > clock.now():
            quizzes.add_assignees(assignment, people)
            quizzes.tell_given(assignment)
        return
    window, as_opened = window_at(run, located.places[code]), _as_opened(run, places)
    if window.due_at <= clock.now() or as_opened.quiz.retired_at is not None:
        return
    site = located.sites[code]
    assignment = quizzes.assign(
        as_opened.quiz,
        people,
        opens_at=window.opens_at,
        due_at=window.due_at,
        zone_name=site.zone_name,
        by=None,
        audience=Audience(AudienceKind.CAMPAIGN, f"{run.campaign.code} {run.period} {code}", site.name_text),
        reminders=reminders_from(as_opened.reminders),
        fresh_days=as_opened.fresh_days,
        is_told=False,
    )
    db.session.add(CampaignPlace(run_id=run.id, site_id=site.id, assignment_id=assignment.id))
    db.session.flush()
    _apply_leave_to(run, assignment, located.places[code], queries.load_held([assignment.id]))
    quizzes.tell_given(assignment)


def window_at(run: CampaignRun, place: Place) -> Window:
    """The window of a run at a site, by the rule that it opened with."""
    return window_of(rule_from(run.rule), run.turn, place)


def end_for(run: CampaignRun, site: Site, away_until: date) -> datetime | None:
    """The end of a run for somebody who is away from its opening until a day."""
    place = queries.load_places(clock.now(), run.opens_at).places.get(site.code)
    if place is None:
        return None
    window = window_at(run, place)
    own = own_end(window, rule_from(run.rule), place, [(window.opens_on, away_until)], MAKE_UP_DAYS)
    return own.due_at if own else None


def _apply_leave(run: CampaignRun, located: Located) -> None:
    for place in queries.load_places_of([run.id])[run.id]:
        if place.site.code in located.places:
            held = queries.load_held([place.assignment_id])
            _apply_leave_to(run, place.assignment, located.places[place.site.code], held)


def _apply_leave_to(run: CampaignRun, assignment: Assignment, place: Place, held: Collection[Assignee]) -> None:
    """Excuse those on leave, and give them their own end, when the window leaves them too few days; and those who are
    not away after all are excused no longer.
    """
    today = clock.now().astimezone(ZoneInfo(assignment.zone_name)).date()
    window = window_at(run, place)
    leaves = queries.load_leaves(window.opens_on, [assignee.person_id for assignee in held])
    rule = rule_from(run.rule)
    for assignee in held:
        begun = [days for days in leaves.get(assignee.person_id, ()) if days[0] <= today]
        own = own_end(window, rule, place, begun, MAKE_UP_DAYS)
        if own is not None:
            quizzes.note_leave(assignee, until=own.away_until, due_at=own.due_at)
        elif assignee.is_on_leave:
            quizzes.end_leave(assignee)
    db.session.flush()
