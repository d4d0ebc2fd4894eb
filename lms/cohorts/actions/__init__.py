from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from lms.accounts.models import Person
from lms.cohorts import queries
from lms.cohorts.actions.plans import NewStep, NewTemplate, create_template
from lms.cohorts.core.plan import (
    QUIZ_DUE,
    Step,
    StepKind,
    check_go_live,
    check_start,
    is_quiz_too_late,
    slot,
    training_days,
)
from lms.cohorts.core.readiness import GateKind, criteria_from
from lms.cohorts.models import (
    Cohort,
    CohortTrainer,
    Enrolment,
    GateDecision,
    GateDecisionKind,
    PlanTemplate,
    SessionState,
    TrainingSession,
)
from lms.cohorts.queries.enrolments import load_in_training
from lms.foundation import clock, journal, notices
from lms.foundation.db import db
from lms.kit.ids import public_id
from lms.kit.problems import Invalid
from lms.quizzes import actions as quizzes
from lms.quizzes.core.audience import Audience, AudienceKind
from lms.quizzes.core.reminders import Reminders
from lms.quizzes.core.rules import rules_from
from lms.quizzes.models import Assignment, Quiz
from lms.quizzes.queries import load_current_versions
from lms.sites.models import Room, Site

SYSTEM = "system"

__all__ = ["NewStep", "NewTemplate", "create_template"]


@dataclass(frozen=True, slots=True)
class NewCohort:
    """A cohort to be created on its site's calendar."""

    code: str
    name_text: Mapping[str, str]
    site: Site
    template: PlanTemplate
    go_live_on: date
    trainers: Sequence[Person]
    room_id: int | None = None
    confirmed_start: date | None = None
    """The first training day, when it is past and whoever makes the cohort has said that they know."""


def create_cohort(command: NewCohort, *, by: Person | None) -> Cohort:
    """Create a cohort and put its plan on the calendar.

    Raises ``Invalid`` on ``go_live_on`` for a day that is past or not worked, or whose holidays nobody knows; on
    ``confirmed_start`` for a plan that would have begun before today, unless that day is confirmed; and on
    ``template`` for a plan that is retired, or has a quiz that is or that would open no sooner than it is due. Only
    people are kept from the past: what is loaded may have been.
    """
    if queries.find_cohort(command.code) is not None:
        raise Invalid("cohort.code_taken", field="code")
    if any(step.quiz_id and is_quiz_too_late(_time(step.starts)) for step in command.template.steps):
        raise Invalid("plan.quiz_too_late", field="template", due=_shown(QUIZ_DUE))
    if retired := [step.quiz for step in command.template.steps if step.quiz and step.quiz.retired_at]:
        raise Invalid("plan.quiz_retired", field="template", title=retired[0].title_text)
    if command.template.retired_at is not None:
        raise Invalid("plan.retired", field="template")
    calendar = queries.load_calendar(command.site, command.go_live_on)
    check_go_live(command.go_live_on, calendar)
    days = training_days(command.go_live_on, command.template.day_count, calendar)
    now = clock.now()
    if by is not None:
        today = now.astimezone(ZoneInfo(command.site.zone_name)).date()
        check_start(days, today, command.confirmed_start, calendar)
    cohort = Cohort(
        code=command.code,
        name_text=dict(command.name_text),
        site=command.site,
        template=command.template,
        go_live_on=command.go_live_on,
        created_at=now,
        trainers=[CohortTrainer(person_id=trainer.id) for trainer in command.trainers],
    )
    db.session.add(cohort)
    db.session.flush()
    _schedule(cohort, command, days, now, by)
    actor = by.code if by else SYSTEM
    go_live = command.go_live_on.isoformat()
    journal.record("cohort.create", actor=actor, object=cohort.code, chain_id=command.site.vendor_id, go_live=go_live)
    return cohort


def _schedule(cohort: Cohort, command: NewCohort, days: Sequence[date], now: datetime, by: Person | None) -> None:
    """Write a session for every step; a quiz step gives its quiz to the cohort, due that day."""
    zone = ZoneInfo(command.site.zone_name)
    lead = command.trainers[0].id if command.trainers else None
    for step in command.template.steps:
        span = slot(Step(step.day, _time(step.starts), step.minutes), days[step.day - 1], zone)
        assignment = None
        if step.quiz is not None:
            due_at = datetime.combine(days[step.day - 1], QUIZ_DUE, tzinfo=zone)
            assignment = quizzes.assign(
                step.quiz,
                [],
                opens_at=span.starts_at,
                due_at=due_at,
                zone_name=zone.key,
                by=by,
                audience=audience_of(cohort),
            )
        cohort.sessions.append(
            TrainingSession(
                public_id=public_id(secrets.token_bytes(16)),
                day=step.day,
                kind=step.kind,
                title_text=step.title_text,
                detail_text=step.detail_text,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                room_id=command.room_id if step.kind in {StepKind.CLASS, StepKind.MEETING} else None,
                trainer_id=lead if step.kind == StepKind.CLASS else None,
                module_id=step.module_id,
                section_id=step.section_id,
                assignment_id=assignment.id if assignment else None,
                state=SessionState.PLANNED,
                sequence=0,
                changed_at=now,
            )
        )
    db.session.flush()


def enrol(cohort: Cohort, people: Collection[Person], *, by: Person | None, at: datetime | None = None) -> None:
    """Put people into a cohort; they get every quiz of it that is not due yet.

    Raises ``Invalid`` on ``people`` when somebody already is in a cohort that has not gone live, this one or another,
    or when this one is called off.
    """
    moment = at or clock.now()
    lock_people(people)
    refuse_called_off(cohort, "people")
    training = load_in_training([person.id for person in people], moment)
    taken = {person.code: training[person.id].name_text for person in people if person.id in training}
    if taken:
        raise Invalid("cohort.already_training", field="people", taken=taken)
    query = select(Enrolment).where(Enrolment.cohort_id == cohort.id)
    before = {enrolment.person_id: enrolment for enrolment in db.session.scalars(query)}
    for person in people:
        enrolment = before.get(person.id) or Enrolment(cohort_id=cohort.id, person_id=person.id)
        enrolment.enrolled_at, enrolment.left_at, enrolment.left_reason = moment, None, ""
        db.session.add(enrolment)
    given = select(Assignment).where(Assignment.id.in_(queries.assignment_ids(cohort)), Assignment.due_at > moment)
    for assignment in db.session.scalars(given):
        quizzes.add_assignees(assignment, [person.id for person in people])
    actor, codes = by.code if by else SYSTEM, sorted(person.code for person in people)
    journal.record("cohort.enrol", actor=actor, object=cohort.code, chain_id=cohort.site.vendor_id, people=codes)
    db.session.flush()
    ids = [person.id for person in people]
    notices.tell("cohort.enrolled", cohort.code, ids, cohort_text=cohort.name_text, go_live_on=cohort.go_live_on)


def lock_places(rooms: Iterable[int | None], trainers: Iterable[int | None]) -> None:
    """Of two who book a room or somebody's time at once, the second sees what the first has written."""
    for column, ids in ((Room.id, rooms), (Person.id, trainers)):
        wanted = sorted({key for key in ids if key is not None})
        if wanted:
            held = select(column).where(column.in_(wanted)).order_by(column)
            db.session.scalars(held.with_for_update(key_share=True)).all()


def refuse_called_off(cohort: Cohort, field: str | None = None) -> None:
    """Raise ``Invalid`` for a cohort that is called off, as it stands by now; until the commit it is not called off."""
    off = select(Cohort.called_off_at).where(Cohort.id == cohort.id).with_for_update(read=True)
    if db.session.scalar(off) is not None:
        raise Invalid("cohort.called_off", field=field)


def lock_people(people: Collection[Person]) -> None:
    """Of two who put somebody into a cohort at once, the second sees what the first has written."""
    ids = sorted(person.id for person in people)
    db.session.scalars(select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()).all()


def audience_of(cohort: Cohort) -> Audience:
    """A cohort as the audience of an assignment."""
    return Audience(AudienceKind.COHORT, cohort.code, cohort.name_text)


def assign_quiz(
    cohort: Cohort,
    quiz: Quiz,
    *,
    opens_at: datetime,
    due_at: datetime,
    by: Person,
    reminders: Reminders | None = None,
) -> Assignment:
    """Give a quiz to everybody in a cohort, and put it on the cohort's calendar."""
    members = [person.id for person in queries.list_members(cohort)]
    if not members:
        raise Invalid("cohort.nobody", field="quiz")
    now = clock.now()
    if due_at <= now:
        raise Invalid("cohort.window_over", field="due_at")
    zone_name = cohort.site.zone_name
    assignment = quizzes.assign(
        quiz,
        members,
        opens_at=opens_at,
        due_at=due_at,
        zone_name=zone_name,
        by=by,
        audience=audience_of(cohort),
        reminders=reminders,
    )
    version = load_current_versions([quiz.id])[quiz.id]
    cohort.sessions.append(
        TrainingSession(
            public_id=public_id(secrets.token_bytes(16)),
            day=queries.load_progress([cohort], opens_at)[cohort.id].day,
            kind=StepKind.QUIZ,
            title_text=version.title_text,
            detail_text={},
            starts_at=opens_at,
            ends_at=min(opens_at + timedelta(minutes=rules_from(version.rules).minutes), due_at),
            assignment_id=assignment.id,
            state=SessionState.PLANNED,
            sequence=0,
            changed_at=now,
        )
    )
    db.session.flush()
    return assignment


def add_trainer(cohort: Cohort, person: Person, *, by: Person) -> None:
    """Let a person train a cohort; from here on they see its people and results."""
    if any(trainer.person_id == person.id for trainer in cohort.trainers):
        return
    cohort.trainers.append(CohortTrainer(person_id=person.id))
    db.session.flush()
    record_trainer("role.grant", cohort, person, by)


def remove_trainer(cohort: Cohort, person: Person, *, by: Person) -> None:
    """Take a trainer from a cohort; their sessions that are still to come go to one of the others."""
    others = [trainer for trainer in cohort.trainers if trainer.person_id != person.id]
    if not others:
        raise Invalid("cohort.last_trainer")
    to_come = (TrainingSession.cohort_id == cohort.id) & (TrainingSession.starts_at > clock.now())
    theirs = update(TrainingSession).where(to_come, TrainingSession.trainer_id == person.id)
    db.session.execute(theirs.values(trainer_id=min(trainer.person_id for trainer in others)))
    ended = CohortTrainer.person_id == person.id
    db.session.execute(delete(CohortTrainer).where(CohortTrainer.cohort_id == cohort.id, ended))
    db.session.expire(cohort, ["trainers"])
    record_trainer("role.revoke", cohort, person, by)


def record_trainer(action: str, cohort: Cohort, person: Person, by: Person) -> None:
    journal.record(
        action, actor=by.code, object=person.code, chain_id=person.vendor_id, role="trainer", cohort=cohort.code
    )


def _time(text: str) -> time:
    """The wall time of a step, ``HH:MM``."""
    return time.fromisoformat(text)


def _shown(moment: time) -> str:
    return moment.strftime("%H:%M")


def sign_off(cohort: Cohort, person: Person, *, by: Person) -> None:
    """Record a trainer's sign-off of a person; a second one changes nothing.

    Raises ``Invalid`` before the day from which the plan lets people be signed off, or when it asks for no sign-off,
    of everybody or of this person.
    """
    criteria = criteria_from(cohort.template.gates["gates"])
    opening = next((criterion.opens_on_day for criterion in criteria if criterion.kind is GateKind.SIGN_OFF), None)
    if opening is None:
        raise Invalid("gate.not_asked")
    if queries.load_progress([cohort], clock.now())[cohort.id].day < opening:
        raise Invalid("gate.not_open", day=opening)
    decided = queries.find_decision(cohort, person, GateKind.SIGN_OFF)
    if decided is not None and decided.decision == GateDecisionKind.WAIVED:
        raise Invalid("gate.decided")
    if decided is not None:
        return
    db.session.add(
        GateDecision(
            cohort_id=cohort.id,
            person_id=person.id,
            gate=GateKind.SIGN_OFF,
            decision=GateDecisionKind.SIGNED_OFF,
            reason="",
            decided_by=by.id,
            decided_at=clock.now(),
        )
    )
    journal.record(
        "gate.decide", actor=by.code, object=f"{cohort.code} {person.code}", chain_id=person.vendor_id, gate="sign_off"
    )
    notices.tell("gate.signed_off", cohort.code, [person.id], cohort_text=cohort.name_text)
