"""Today: for a learner the day's timetable, what to do and the gates; for everybody else the places of their work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RequestLimit
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from lms.accounts import queries as accounts
from lms.accounts.core.roles import Role
from lms.accounts.phrases import ROLES
from lms.cohorts import phrases as cohort_phrases
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import attendance
from lms.cohorts.core.agenda import phase
from lms.cohorts.core.feed import PURPOSE
from lms.cohorts.core.roll_call import CALLED_KINDS
from lms.cohorts.models import Cohort
from lms.cohorts.queries.attendance import find_session_to_enter, list_own_day, session_to_enter
from lms.cohorts.queries.enrolments import find_cohort_of
from lms.cohorts.queries.teaching import list_held
from lms.followup import phrases as action_words
from lms.followup import queries as followup
from lms.foundation import clock
from lms.foundation.access import access_for, may, me, policy, takes_second_person
from lms.foundation.security import limiter, signed
from lms.home.forms import CheckInForm
from lms.home.navigation import navigation
from lms.invigilation import queries as invigilation
from lms.invigilation.core.ruling import RulingKind
from lms.kit.problems import Invalid, NotFound, TooMany
from lms.policies import queries as policies
from lms.policies.models import PolicyVersion, PublicationRequest, TranslationAssignment
from lms.policies.queries import bench
from lms.questions import queries as questions
from lms.quizzes import queries as quizzes
from lms.quizzes.core.passing import shown_percent
from lms.quizzes.models import Attempt, GradingRun

RESULTS_SHOWN = 3

blueprint = Blueprint("home", __name__, template_folder="templates")


def _who_checks_in() -> str:
    """A whole class sits behind one address, so tries are counted by person."""
    return str(getattr(current_user, "code", "") or get_remote_address())


def _is_wrong(response: Response) -> bool:
    return response.status_code == 422


def _refuse_to_guess(limit: RequestLimit) -> NoReturn:
    raise TooMany("attendance.too_many_codes")


@blueprint.get("/")
@policy("home.read")
def today() -> str:
    return _learner_page() if Role.LEARNER in me().roles else _staff_page()


@blueprint.get("/accessibility")
@policy("statement.read")
def accessibility() -> str:
    """The accessibility statement: for everybody, signed in or not."""
    return render_template("home/accessibility.html")


@blueprint.post("/attendance")
@policy("attendance.check_in")
@limiter.limit("10/minute;40/hour", key_func=_who_checks_in, deduct_when=_is_wrong, on_breach=_refuse_to_guess)
def check_in() -> ResponseReturnValue:
    """Attendance by the code that is shown in the room; only wrong codes count against the limit."""
    form, now = CheckInForm(), clock.now()
    cohort = find_cohort_of(me().id, now)
    if cohort is None:
        raise NotFound
    session = find_session_to_enter(cohort, now)
    if form.is_sent_and_valid():
        try:
            if session is None:
                raise Invalid("attendance.code_over", field="code")
            attendance.check_in(session, current_user, form.code.data)
        except Invalid as problem:
            form.take_back(problem)
        else:
            return redirect(url_for("home.today"))
    return _learner_page(form), 422


def _learner_page(checking_in: CheckInForm | None = None) -> str:
    now = clock.now()
    versions = policies.load_in_force(now)
    acknowledged = policies.load_acknowledged(me().id)
    given = quizzes.list_given(me().id)
    open_quizzes = [entry for entry in given if entry.open_attempt or (not entry.passed and entry.may_start(now))]
    cohort = find_cohort_of(me().id, now)
    return render_template(
        "home/today.html",
        at=now,
        quizzes=open_quizzes,
        open_assignments={entry.assignment.id for entry in open_quizzes},
        to_read=[version for version in versions.values() if version.id not in acknowledged],
        cohort=cohort,
        in_force=sorted(versions.values(), key=lambda version: version.module.code),
        results=[] if cohort else _last_results(),
        checking_in=checking_in or CheckInForm(formdata=MultiDict()),
        **(_training(cohort, versions, acknowledged, now) if cohort else {"zone": ZoneInfo(me().zone_name)}),
    )


def _training(
    cohort: Cohort, in_force: Mapping[int, PolicyVersion], acknowledged: Collection[int], now: datetime
) -> dict[str, object]:
    """What a cohort's page of the day adds: the track, the timetable and the gates of whoever asks."""
    zone = ZoneInfo(cohort.site.zone_name)
    day = now.astimezone(zone).date()
    sessions = list_own_day(cohort, day, me().id)
    entering = session_to_enter([session for session, _mark in sessions], now)
    progress = cohorts.load_progress([cohort], now)[cohort.id]
    read = {(me().id, version_id) for version_id in acknowledged}
    gates = cohorts.load_gates(cohort, [me()], progress.day, in_force.values(), read, now)
    token = signed(PURPOSE, me().code)
    return {
        "zone": zone,
        "progress": progress,
        "entering": entering,
        "is_roll_closed": entering is not None and entering.closed_roll is not None,
        "own_marks": {session.id: mark for session, mark in sessions},
        "agenda": [(session, phase(session.starts_at, session.ends_at, now)) for session, _mark in sessions],
        "gates": gates[me().id],
        "feed_url": url_for("feeds.person_feed", token=token, _external=True),
        "phrases": cohort_phrases,
    }


def _last_results() -> list[tuple[Attempt, GradingRun, int]]:
    """What whoever asks took last, with the percent that is shown."""
    finished = quizzes.list_finished(me().id, most=RESULTS_SHOWN)
    return [(attempt, run, shown_percent(run.score_thousandths, run.max_thousandths)) for attempt, run in finished]


def _staff_page() -> str:
    now, zone = clock.now(), ZoneInfo(me().zone_name)
    today_here = now.astimezone(zone).date()
    every = [row for row in cohorts.list_cohorts(access_for("cohort.read")) if row[0].called_off_at is None]
    listed = [(cohort, count) for cohort, count in every if cohort.go_live_on >= today_here]
    held = list_held(access_for("attendance.write"), me().id, today_here, zone) if _teaches() else []
    places = [item for item in navigation() if not item.current]
    proposals = accounts.list_proposals_for(current_user) if takes_second_person("role.grant", me().roles) else []
    return render_template(
        "home/staff.html",
        cohorts=listed,
        are_live=bool(every) and not listed,
        places=places,
        teaches=_teaches(),
        agenda=[(session, phase(session.starts_at, session.ends_at, now)) for session in held],
        called_kinds=CALLED_KINDS,
        phrases=cohort_phrases,
        zone=zone,
        at=now,
        today_here=today_here,
        proposals=proposals,
        roles=ROLES,
        publications=_publications(),
        late=invigilation.count_late(access_for("late.propose")) if may("late.propose") else 0,
        rulings=_rulings(),
        translations=_translations(),
        actions=followup.list_own(me().id, today_here) if may("followup.read") else [],
        action_words=action_words,
        banks=questions.list_banks_waiting_for(me().id) if may("question.publish") else [],
    )


def _teaches() -> bool:
    return Role.TRAINER in me().roles and may("attendance.write")


def _translations() -> list[tuple[TranslationAssignment, int]]:
    """The drafts that whoever is signed in is to translate, with how many sections still need it."""
    assigned = bench.list_assigned_to(me().id) if may("policy.translate") else []
    found = []
    for locale in {one.locale for one in assigned}:
        of_locale = [one for one in assigned if one.locale == locale]
        units = bench.load_units([one.version for one in of_locale], locale)
        found += [(one, sum(unit.needs_work for unit in units[one.version_id])) for one in of_locale]
    return [(one, count) for one, count in found if count]


def _rulings() -> int:
    """The proposals about attempts on which whoever is signed in can decide."""
    kinds = {RulingKind.ADMIT, RulingKind.REFUSE} if may("late.decide") else set()
    kinds |= {RulingKind.VOID} if may("void.decide") else set()
    return invigilation.count_waiting(access_for("late.decide"), kinds, not_by=me().id) if kinds else 0


def _publications() -> list[PublicationRequest]:
    """The drafts that somebody else has asked whoever is signed in, among others, to publish."""
    if not may("policy.publish"):
        return []
    return [waiting for waiting in policies.list_requests() if waiting.asked_by != me().id]
