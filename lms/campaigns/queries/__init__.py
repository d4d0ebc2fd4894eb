from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import joinedload

from lms.accounts import access as people_access
from lms.accounts.models import Person, RoleGrant
from lms.campaigns.core.recurrence import Place
from lms.campaigns.core.who import Taker
from lms.campaigns.models import Campaign, CampaignPlace, CampaignRun, Leave, RunState
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.queries import calendar_of
from lms.cohorts.queries.away import register_leaves
from lms.foundation.access import Access, roles_for
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Assignee, Assignment, Attempt, GradingRun
from lms.quizzes.queries import is_current_run
from lms.sites.models import Site, Vendor

LOOKED_AHEAD = timedelta(days=366)


def list_campaigns() -> list[Campaign]:
    """All campaigns, those in use first, by code."""
    query = select(Campaign).options(joinedload(Campaign.quiz))
    return list(db.session.scalars(query.order_by(Campaign.ended_at.is_not(None), Campaign.code)))


def get_campaign(code: str) -> Campaign:
    """The campaign of a code."""
    campaign = find_campaign(code)
    if campaign is None:
        raise NotFound
    return campaign


def find_campaign(code: str) -> Campaign | None:
    """The campaign of a code, if there is one."""
    return db.session.scalar(select(Campaign).where(Campaign.code == code).options(joinedload(Campaign.quiz)))


def get_run(code: str, period: str) -> CampaignRun:
    """A run that has opened, with its campaign."""
    query = select(CampaignRun).join(CampaignRun.campaign).where(Campaign.code == code, CampaignRun.period == period)
    query = query.where(CampaignRun.state == RunState.OPENED).options(joinedload(CampaignRun.campaign))
    run = db.session.scalar(query)
    if run is None:
        raise NotFound
    return run


def list_runs(campaign_id: int) -> list[CampaignRun]:
    """What became of the periods of a campaign, the newest first."""
    query = select(CampaignRun).where(CampaignRun.campaign_id == campaign_id)
    return list(db.session.scalars(query.order_by(CampaignRun.opens_at.desc(), CampaignRun.id.desc())))


def list_runs_of(campaign_ids: Collection[int]) -> dict[int, list[CampaignRun]]:
    """What became of the periods of these campaigns, the newest first."""
    found: dict[int, list[CampaignRun]] = {campaign_id: [] for campaign_id in campaign_ids}
    query = select(CampaignRun).where(CampaignRun.campaign_id.in_(list(campaign_ids)))
    for run in db.session.scalars(query.order_by(CampaignRun.opens_at.desc(), CampaignRun.id.desc())):
        found[run.campaign_id].append(run)
    return found


def load_known_periods(campaign_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What became of the periods of these campaigns, by period: those that have opened or are skipped."""
    found: dict[int, dict[str, str]] = {campaign_id: {} for campaign_id in campaign_ids}
    query = select(CampaignRun.campaign_id, CampaignRun.period, CampaignRun.state)
    for campaign_id, period, state in db.session.execute(query.where(CampaignRun.campaign_id.in_(list(campaign_ids)))):
        found[campaign_id][period] = state
    return found


def list_unfinished(now: datetime) -> list[CampaignRun]:
    """The runs that have opened and are open for somebody still."""
    own = select(CampaignPlace.run_id).join(Assignee, Assignee.assignment_id == CampaignPlace.assignment_id)
    is_open = (CampaignRun.due_at > now) | CampaignRun.id.in_(own.where(Assignee.own_due_at > now))
    query = select(CampaignRun).where(CampaignRun.state == RunState.OPENED, is_open)
    return list(db.session.scalars(query.options(joinedload(CampaignRun.campaign)).order_by(CampaignRun.id)))


def load_places_of(run_ids: Collection[int]) -> dict[int, list[CampaignPlace]]:
    """The assignments of these runs with their sites, by the site's code."""
    query = select(CampaignPlace).join(CampaignPlace.site).where(CampaignPlace.run_id.in_(list(run_ids)))
    query = query.options(joinedload(CampaignPlace.site), joinedload(CampaignPlace.assignment)).order_by(Site.code)
    found: dict[int, list[CampaignPlace]] = {run_id: [] for run_id in run_ids}
    for place in db.session.scalars(query):
        found[place.run_id].append(place)
    return found


def load_takers(quiz_id: int, before: datetime, access: Access | None = None) -> list[Taker]:
    """The active people who can take quizzes, with what the rules of an audience ask; passes count that lie before.

    With an access those alone whom it reaches.
    """
    passes = _passes(quiz_id, before)
    query = (
        select(
            Person.id,
            Person.locale,
            Site.code.label("site"),
            Vendor.code.label("vendor"),
            RoleGrant.role,
            passes.c.at.label("passed_at"),
        )
        .join(Site, Site.id == Person.site_id)
        .join(Vendor, Vendor.id == Person.vendor_id)
        .join(RoleGrant, (RoleGrant.person_id == Person.id) & RoleGrant.revoked_at.is_(None))
        .outerjoin(passes, passes.c.person_id == Person.id)
        .where(Person.deactivated_at.is_(None), RoleGrant.role.in_(roles_for("attempt.write")))
        .order_by(Person.code)
    )
    if access is not None:
        query = query.where(people_access.people(access))
    cohorts = _load_cohorts()
    takers: dict[int, Taker] = {}
    for row in db.session.execute(query):
        before_it = takers.get(row.id)
        own = cohorts.get(row.id, {})
        takers[row.id] = Taker(
            id=row.id,
            roles=frozenset({row.role}) | (before_it.roles if before_it else frozenset()),
            site=row.site,
            vendor=row.vendor,
            cohorts=frozenset(own),
            locale=row.locale,
            live_on=max(own.values(), default=None),
            passed_on=row.passed_at.astimezone(UTC).date() if row.passed_at else None,
        )
    return list(takers.values())


def _load_cohorts() -> dict[int, dict[str, date]]:
    """The cohorts in which people are, with the go-live of each."""
    query = select(Enrolment.person_id, Cohort.code, Cohort.go_live_on).join(Enrolment.cohort)
    found: dict[int, dict[str, date]] = {}
    for person_id, code, go_live_on in db.session.execute(
        query.where(Enrolment.left_at.is_(None), Cohort.called_off_at.is_(None))
    ):
        found.setdefault(person_id, {})[code] = go_live_on
    return found


def _passes(quiz_id: int, before: datetime) -> Subquery:
    return (
        select(Attempt.person_id, func.max(Attempt.closed_at).label("at"))
        .join(Attempt.assignment)
        .join(GradingRun, is_current_run())
        .where(Assignment.quiz_id == quiz_id, Attempt.purpose != Purpose.PRACTICE)
        .where(GradingRun.passed, Attempt.closed_at < before)
        .group_by(Attempt.person_id)
        .subquery()
    )


@dataclass(frozen=True, slots=True)
class Located:
    """The sites in use, and each as a run needs it, by code."""

    sites: Mapping[str, Site]
    places: Mapping[str, Place]

    def holding(self, takers: Collection[Taker]) -> dict[str, Place]:
        """The places of those sites where somebody of these is."""
        codes = {taker.site for taker in takers}
        return {code: place for code, place in self.places.items() if code in codes}


def load_places(around: datetime, *others: datetime) -> Located:
    """The working days and the zone of every site in use, in the years around these moments."""
    query = select(Site).where(Site.retired_at.is_(None)).options(joinedload(Site.closures)).order_by(Site.code)
    sites = {site.code: site for site in db.session.scalars(query).unique()}
    closures = {site.id: frozenset(closure.closed_on for closure in site.closures) for site in sites.values()}
    days = [moment.date() for moment in (*others, around + LOOKED_AHEAD)]
    places = {
        code: Place(calendar_of(site, around.date(), closures, *days), ZoneInfo(site.zone_name))
        for code, site in sites.items()
    }
    return Located(sites, places)


def load_leaves(first: date, person_ids: Collection[int] | None = None) -> dict[int, list[tuple[date, date]]]:
    """The days of leave that end on this day or later, by person, the first first."""
    query = select(Leave.person_id, Leave.first_on, Leave.last_on)
    query = query.where(Leave.last_on >= first, Leave.withdrawn_at.is_(None))
    if person_ids is not None:
        query = query.where(Leave.person_id.in_(list(person_ids)))
    found: dict[int, list[tuple[date, date]]] = {}
    for person_id, begins, ends in db.session.execute(query.order_by(Leave.first_on)):
        found.setdefault(person_id, []).append((begins, ends))
    return found


def load_held(assignment_ids: Sequence[int]) -> list[Assignee]:
    """Who holds these assignments."""
    query = select(Assignee).where(Assignee.assignment_id.in_(list(assignment_ids)))
    return list(db.session.scalars(query.order_by(Assignee.assignment_id, Assignee.person_id)))


def load_begun(assignment_ids: Sequence[int]) -> set[int]:
    """Who has begun one of these assignments."""
    query = select(Attempt.person_id).where(Attempt.assignment_id.in_(list(assignment_ids)))
    return set(db.session.scalars(query))


register_leaves(load_leaves)
