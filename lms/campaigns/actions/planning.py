"""Planning campaigns: a new one, a change that leaves opened runs alone, a run left out, the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lms.accounts.models import Person
from lms.campaigns import queries
from lms.campaigns.core import recurrence, who
from lms.campaigns.core.freshness import MOST_FRESH_DAYS
from lms.campaigns.core.recurrence import Rule
from lms.campaigns.core.who import Who
from lms.campaigns.models import Campaign, CampaignRun, RunState
from lms.foundation import clock, journal
from lms.foundation.db import db, hold
from lms.kit.problems import Conflict, Invalid
from lms.quizzes.core import reminders as reminding
from lms.quizzes.core.reminders import Reminders
from lms.quizzes.models import Quiz


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign as it is to be."""

    title_text: Mapping[str, str]
    quiz: Quiz
    rule: Rule
    who: Who
    reminders: Reminders
    fresh_days: int = 0


def create(code: str, plan: Plan, *, by: Person | None) -> Campaign:
    """Plan a quiz that is given again and again; its runs open by the clock."""
    _check(plan)
    if queries.find_campaign(code) is not None:
        raise Invalid("campaign.code_taken", field="code")
    campaign = Campaign(code=code, created_at=clock.now(), created_by=by.id if by else None, **_columns(plan))
    db.session.add(campaign)
    db.session.flush()
    journal.record("campaign.create", actor=by.code if by else "system", object=code)
    return campaign


def change(campaign: Campaign, plan: Plan, *, revision: int, by: Person) -> bool:
    """Let the runs to come follow another plan; opened ones keep theirs. Returns whether anything changed."""
    _lock(campaign, revision)
    _check(plan, before=campaign)
    columns = _columns(plan)
    changed = [name for name, value in columns.items() if getattr(campaign, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(campaign, name, columns[name])
    campaign.revision += 1
    db.session.flush()
    journal.record("campaign.change", actor=by.code, object=campaign.code)
    return True


def _columns(plan: Plan) -> dict[str, object]:
    return {
        "title_text": dict(plan.title_text),
        "quiz_id": plan.quiz.id,
        "rule": plan.rule.as_json(),
        "who": plan.who.as_json(),
        "reminders": plan.reminders.as_json(),
        "fresh_days": plan.fresh_days,
    }


def _check(plan: Plan, before: Campaign | None = None) -> None:
    recurrence.checked(plan.rule)
    who.checked(plan.who)
    reminding.checked(plan.reminders)
    if not 0 <= plan.fresh_days <= MOST_FRESH_DAYS:
        raise Invalid("campaign.fresh_days", field="fresh_days")
    if plan.quiz.retired_at is not None and (before is None or before.quiz_id != plan.quiz.id):
        raise Invalid("assignment.retired", field="quiz")


def skip(campaign: Campaign, period: str, *, by: Person) -> None:
    """Leave a run out that has not opened; somebody who does so again finds it done."""
    hold(campaign)
    state = queries.load_known_periods([campaign.id])[campaign.id].get(period)
    if state == RunState.OPENED:
        raise Conflict("campaign.opened")
    if state == RunState.SKIPPED:
        return
    now = clock.now()
    rule = recurrence.rule_from(campaign.rule)
    places = queries.load_places(now).places
    run = next((run for run in recurrence.runs_from(rule, now, places) if run.period.key == period), None)
    if run is None:
        raise Conflict("campaign.no_such_run")
    db.session.add(
        CampaignRun(
            campaign_id=campaign.id,
            period=period,
            state=RunState.SKIPPED,
            rule=campaign.rule,
            who=campaign.who,
            opens_at=run.opens_at,
            due_at=run.due_at,
            made_at=now,
            made_by=by.id,
        )
    )
    db.session.flush()
    journal.record("campaign.skip", actor=by.code, object=f"{campaign.code} {period}")


def take_back_skip(campaign: Campaign, period: str, *, by: Person) -> None:
    """Let a run that was left out open after all; nothing happens when it is not left out."""
    hold(campaign)
    query = select(CampaignRun).where(CampaignRun.campaign_id == campaign.id, CampaignRun.period == period)
    run = db.session.scalar(query.where(CampaignRun.state == RunState.SKIPPED))
    if run is not None:
        db.session.delete(run)
        db.session.flush()
        journal.record("campaign.skip_end", actor=by.code, object=f"{campaign.code} {period}")


def end(campaign: Campaign, *, is_back: bool, revision: int, by: Person) -> None:
    """Let no run open any more, or let them open again; what is open goes on to its end."""
    if (campaign.ended_at is None) == is_back:
        return
    _lock(campaign, revision)
    campaign.ended_at = None if is_back else clock.now()
    campaign.revision += 1
    db.session.flush()
    journal.record("campaign.end", actor=by.code, object=campaign.code, is_back=is_back)


def _lock(campaign: Campaign, revision: int) -> None:
    hold(campaign)
    if campaign.revision != revision:
        raise Conflict("campaign.changed")
