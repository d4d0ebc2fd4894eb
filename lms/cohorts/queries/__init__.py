from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from lms.accounts.models import Person
from lms.cohorts import access as reach
from lms.cohorts.core.attendance import AttendanceStatus, attended
from lms.cohorts.core.plan import TrackDay, day_number, track, training_days
from lms.cohorts.core.readiness import (
    Facts,
    Gate,
    GateKind,
    GivenQuiz,
    asks_for_briefing,
    evaluate,
    quiz_average,
)
from lms.cohorts.core.roll_call import CALLED_KINDS
from lms.cohorts.models import (
    Attendance,
    Cohort,
    CohortTrainer,
    Enrolment,
    GateDecision,
    GateDecisionKind,
    PlanStep,
    PlanTemplate,
    SessionState,
    Slip,
    TrainingSession,
)
from lms.cohorts.queries.asked import load_criteria
from lms.foundation.access import Access, Asker
from lms.foundation.db import db
from lms.kit.problems import NotFound
from lms.kit.workdays import WorkCalendar
from lms.policies.models import Module, PolicyVersion
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.models import Assignee, Assignment, Attempt, GradingRun
from lms.quizzes.queries import is_current_run
from lms.sites.core import holiday_calendar
from lms.sites.models import Closure, Site
from lms.wellbeing import queries as wellbeing

Closures = Mapping[int, frozenset[date]]
"""The days on which sites are closed besides public holidays, by the id of the site."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a cohort stands: the training day, how many there are, every day of the track, and who works when."""

    day: int
    day_count: int
    track: Sequence[TrackDay]
    calendar: WorkCalendar

    @property
    def days_left(self) -> int:
        """The working days until go-live, that of go-live among them."""
        return self.day_count - self.day


def list_cohorts(access: Access) -> list[tuple[Cohort, int]]:
    """Cohorts by go-live, as far as this access reaches, with how many people each has."""
    counts = (
        select(Enrolment.cohort_id, func.count().label("count"))
        .where(Enrolment.left_at.is_(None))
        .group_by(Enrolment.cohort_id)
        .subquery()
    )
    query = (
        select(Cohort, func.coalesce(counts.c.count, 0))
        .outerjoin(counts, counts.c.cohort_id == Cohort.id)
        .where(reach.cohorts(access))
        .options(joinedload(Cohort.site), joinedload(Cohort.template))
        .order_by(Cohort.go_live_on, Cohort.code)
    )
    return [(cohort, count) for cohort, count in db.session.execute(query)]


def get_cohort(access: Access, code: str, *, with_slips: bool = False) -> Cohort:
    """The cohort of a code with its trainers and the rooms of its site, as far as this access reaches.

    With ``with_slips`` its log of shifts comes along in the same statement.
    """
    query = select(Cohort).where(Cohort.code == code, reach.cohorts(access))
    trainers = joinedload(Cohort.trainers).joinedload(CohortTrainer.person)
    rooms = joinedload(Cohort.site).joinedload(Site.rooms)
    query = query.options(rooms, joinedload(Cohort.template), trainers)
    if with_slips:
        logged = joinedload(Cohort.slips)
        query = query.options(logged.joinedload(Slip.decider), logged.joinedload(Slip.undoer))
    cohort = db.session.scalars(query).unique().one_or_none()
    if cohort is None:
        raise NotFound
    return cohort


def find_cohort(code: str) -> Cohort | None:
    """The cohort of a code, whoever asks (commands and the loader)."""
    query = select(Cohort).where(Cohort.code == code)
    return db.session.scalar(query.options(joinedload(Cohort.site), joinedload(Cohort.template)))


def list_trainers(cohort: Cohort) -> list[Person]:
    """The people who train a cohort, by code."""
    query = select(Person).join(CohortTrainer, CohortTrainer.person_id == Person.id)
    return list(db.session.scalars(query.where(CohortTrainer.cohort_id == cohort.id).order_by(Person.code)))


def list_members(cohort: Cohort) -> list[Person]:
    """The people of a cohort by reading."""
    query = (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.left_at.is_(None))
        .order_by(Person.reading_key, Person.code)
    )
    return list(db.session.scalars(query))


def list_sessions(cohort: Cohort, first: datetime | None = None, last: datetime | None = None) -> list[TrainingSession]:
    """The sessions of a cohort in order, all of them or those of a span."""
    query = (
        select(TrainingSession)
        .where(TrainingSession.cohort_id == cohort.id)
        .options(joinedload(TrainingSession.room), joinedload(TrainingSession.trainer))
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    if first is not None and last is not None:
        query = query.where(TrainingSession.starts_at >= first, TrainingSession.starts_at < last)
    return list(db.session.scalars(query))


def list_sessions_of_day(cohort: Cohort, day: date) -> list[TrainingSession]:
    """The planned sessions of a calendar day at the cohort's site."""
    zone = ZoneInfo(cohort.site.zone_name)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    sessions = list_sessions(cohort, start, start + timedelta(days=1))
    return [session for session in sessions if session.state == SessionState.PLANNED]


def list_week(cohort: Cohort, monday: date) -> tuple[list[tuple[date, list[TrainingSession]]], list[TrainingSession]]:
    """The planned sessions of a week by day at the cohort's site, and those that are cancelled.

    A day of its weekend is there only if it has some.
    """
    zone = ZoneInfo(cohort.site.zone_name)
    start = datetime(monday.year, monday.month, monday.day, tzinfo=zone)
    by_day: dict[date, list[TrainingSession]] = {monday + timedelta(days=n): [] for n in range(7)}
    cancelled = []
    for session in list_sessions(cohort, start, start + timedelta(days=7)):
        if session.state == SessionState.PLANNED:
            by_day[session.starts_at.astimezone(zone).date()].append(session)
        else:
            cancelled.append(session)
    weekend = cohort.site.weekend
    days = [(day, found) for day, found in by_day.items() if found or str(day.weekday()) not in weekend]
    return days, cancelled


def load_calendar(site: Site, around: date, *others: date) -> WorkCalendar:
    """The working days of a site in the years around a date, or around several."""
    return calendar_of(site, around, load_closures([site.id]), *others)


def calendar_of(site: Site, around: date, closures: Closures, *others: date) -> WorkCalendar:
    """The working days of a site of which the closures are loaded."""
    years = sorted({year for day in (around, *others) for year in range(day.year - 1, day.year + 2)})
    return holiday_calendar.calendar(site.country, site.subdivision, site.weekend, years, closures[site.id])


def load_progress(cohorts: Sequence[Cohort], now: datetime, closures: Closures | None = None) -> dict[int, Progress]:
    """Where each of these cohorts stands on its day at its site."""
    known = load_closures({cohort.site_id for cohort in cohorts}) if closures is None else closures
    found = {}
    for cohort in cohorts:
        calendar = calendar_of(cohort.site, cohort.go_live_on, known)
        days = training_days(cohort.go_live_on, cohort.template.day_count, calendar)
        today = now.astimezone(ZoneInfo(cohort.site.zone_name)).date()
        found[cohort.id] = Progress(day_number(days, today), len(days), track(days, calendar, today), calendar)
    return found


def load_gates(
    cohort: Cohort,
    people: Sequence[Person | Asker],
    day: int,
    in_force: Collection[PolicyVersion],
    acknowledged: Collection[tuple[int, int]],
    now: datetime,
    decided: Collection[GateDecision] | None = None,
) -> dict[int, list[Gate]]:
    """The gates of each of these people on a training day, with as many queries for one as for many.

    ``in_force`` are the policy versions of which acknowledgements count; a module that a plan names and of which none
    is in force (or that does not exist) stays to be acknowledged, one that is retired does not. ``acknowledged`` are
    pairs of person and version; ``decided`` is what stands, where the caller has loaded it already.
    """
    criteria = load_criteria([cohort], in_force)[cohort.id]
    ids = [person.id for person in people]
    named = {module for criterion in criteria for module in criterion.modules}
    wanted = named or {version.module.code for version in in_force}
    versions = {version.id: version.module.code for version in in_force if version.module.code in wanted}
    given = _given_quizzes(cohort, ids)
    timetable = _timetable(cohort, ids, now)
    taught = wanted - timetable.to_be_taught
    decisions = _by_person(list_decided(cohort, ids) if decided is None else decided)
    briefed = wellbeing.load_briefed(ids) if asks_for_briefing(criteria) else {}
    read = {
        person.id: {code for version, code in versions.items() if (person.id, version) in acknowledged}
        for person in people
    }
    return {
        person.id: evaluate(
            criteria,
            Facts(
                day=day,
                quiz_percent=quiz_average(given.get(person.id, ()), now),
                agreement_percent=None,
                acknowledged=(len(read[person.id]), len(wanted)),
                unread=len(taught - read[person.id]),
                attended=_attended(timetable.marks.get(person.id, [])),
                sessions_planned=timetable.called - _excused(timetable.marks.get(person.id, [])),
                signed_off=GateKind.SIGN_OFF in decisions.get((person.id, GateDecisionKind.SIGNED_OFF), set()),
                briefed_at=briefed.get(person.id),
                waived=frozenset(decisions.get((person.id, GateDecisionKind.WAIVED), set())),
            ),
        )
        for person in people
    }


def get_template(code: str) -> PlanTemplate:
    """The plan of a code, with its steps and what they are about."""
    steps = selectinload(PlanTemplate.steps)
    about = (steps.joinedload(PlanStep.quiz), steps.joinedload(PlanStep.module), steps.joinedload(PlanStep.section))
    template = db.session.scalar(select(PlanTemplate).where(PlanTemplate.code == code).options(*about))
    if template is None:
        raise NotFound
    return template


def list_templates(*, retired: bool = False) -> list[PlanTemplate]:
    """The plans that new cohorts can follow, or those that are retired, by code."""
    which = PlanTemplate.retired_at.is_not(None) if retired else PlanTemplate.retired_at.is_(None)
    return list(db.session.scalars(select(PlanTemplate).where(which).order_by(PlanTemplate.code)))


def _attended(statuses: Sequence[AttendanceStatus]) -> tuple[int, int]:
    found = attended(statuses)
    return found.attended, found.counted


def _excused(statuses: Sequence[AttendanceStatus]) -> int:
    return sum(status is AttendanceStatus.EXCUSED for status in statuses)


def load_closures(site_ids: Collection[int]) -> Closures:
    """The days on which these sites are closed besides public holidays."""
    days: dict[int, set[date]] = {site_id: set() for site_id in site_ids}
    query = select(Closure.site_id, Closure.closed_on).where(Closure.site_id.in_(list(site_ids)))
    for site_id, closed_on in db.session.execute(query):
        days[site_id].add(closed_on)
    return {site_id: frozenset(closed) for site_id, closed in days.items()}


def _given_quizzes(cohort: Cohort, person_ids: Collection[int]) -> dict[int, list[GivenQuiz]]:
    """The quizzes that this cohort has given to each of these people, with the best result of each."""
    own = (Attempt.assignment_id == Assignee.assignment_id) & (Attempt.person_id == Assignee.person_id)
    counted = (Attempt.purpose == Purpose.ASSESSED) & Attempt.closed_at.is_not(None)
    query = (
        select(
            Assignee.person_id,
            Assignee.assignment_id,
            Assignment.due_at,
            GradingRun.score_thousandths,
            GradingRun.max_thousandths,
        )
        .join(Assignment, Assignment.id == Assignee.assignment_id)
        .outerjoin(Attempt, own & counted)
        .outerjoin(GradingRun, is_current_run())
        .where(Assignment.id.in_(assignment_ids(cohort)), Assignee.person_id.in_(list(person_ids)))
        .where(Assignment.ended_at.is_(None) | GradingRun.id.is_not(None))  # what was ended is no longer asked for
    )
    given: dict[int, dict[int, GivenQuiz]] = {}
    for person_id, assignment_id, due_at, score, most in db.session.execute(query):
        of_person = given.setdefault(person_id, {})
        before = of_person.get(assignment_id)
        percents = [before.percent] if before and before.percent is not None else []
        if score is not None:
            percents.append(shown_percent(score, most))
        of_person[assignment_id] = GivenQuiz(due_at, max(percents, default=None))
    return {person_id: list(quizzes.values()) for person_id, quizzes in given.items()}


def assignment_ids(cohort: Cohort) -> Select[int | None]:
    """The assignments of a cohort: each stands on its calendar, and counts unless it is cancelled there."""
    return select(TrainingSession.assignment_id).where(
        TrainingSession.cohort_id == cohort.id,
        TrainingSession.assignment_id.is_not(None),
        TrainingSession.state == SessionState.PLANNED,
    )


@dataclass(frozen=True, slots=True)
class _Timetable:
    """What the planned sessions of a cohort say: how many call a roll, the marks of each person in them, and the
    modules whose first session is yet to begin.
    """

    called: int
    marks: dict[int, list[AttendanceStatus]]
    to_be_taught: set[str]


def _timetable(cohort: Cohort, person_ids: Collection[int], now: datetime) -> _Timetable:
    of_these = (Attendance.session_id == TrainingSession.id) & Attendance.person_id.in_(list(person_ids))
    session = TrainingSession
    query = (
        select(session.id, session.kind, session.starts_at, Module.code, Attendance.person_id, Attendance.status)
        .outerjoin(Attendance, of_these)
        .outerjoin(Module, Module.id == session.module_id)
        .where(session.cohort_id == cohort.id, session.state == SessionState.PLANNED)
    )
    called = set()
    marks: dict[int, list[AttendanceStatus]] = {}
    begins: dict[str, datetime] = {}
    for session_id, kind, starts_at, module, person_id, status in db.session.execute(query):
        if module is not None:
            begins[module] = min(starts_at, begins.get(module, starts_at))
        if kind not in CALLED_KINDS:
            continue
        called.add(session_id)
        if person_id is not None:
            marks.setdefault(person_id, []).append(AttendanceStatus(status))
    return _Timetable(len(called), marks, {module for module, begun in begins.items() if begun > now})


def find_decision(cohort: Cohort, person: Person, gate: GateKind) -> GateDecision | None:
    """What was decided about a gate of a person and stands, if anything."""
    of_person = select(GateDecision).where(GateDecision.cohort_id == cohort.id, GateDecision.person_id == person.id)
    return db.session.scalar(of_person.where(GateDecision.gate == gate, GateDecision.withdrawn_at.is_(None)))


def list_decided(cohort: Cohort, person_ids: Collection[int] | None = None) -> list[GateDecision]:
    """What is decided about gates and stands, of some people or of everybody, each with who decided it."""
    query = select(GateDecision).where(GateDecision.cohort_id == cohort.id, GateDecision.withdrawn_at.is_(None))
    if person_ids is not None:
        query = query.where(GateDecision.person_id.in_(list(person_ids)))
    return list(db.session.scalars(query.options(joinedload(GateDecision.decider)).order_by(GateDecision.id)))


def _by_person(decided: Collection[GateDecision]) -> dict[tuple[int, str], set[GateKind]]:
    found: dict[tuple[int, str], set[GateKind]] = {}
    for decision in decided:
        found.setdefault((decision.person_id, decision.decision), set()).add(GateKind(decision.gate))
    return found
