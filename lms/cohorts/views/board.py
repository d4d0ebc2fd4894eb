"""Cohorts: one cohort with its week and readiness, creating one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from wtforms.fields import SelectChoice

from lms.accounts import queries as people
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts import actions, phrases, queries
from lms.cohorts.core.clashes import Clash
from lms.cohorts.core.readiness import (
    Standing,
    by_need,
    criteria_from,
    next_step,
    sign_off_day,
    standing,
)
from lms.cohorts.core.slips import UNDO_WITHIN, is_in_time
from lms.cohorts.core.timetable import monday_of
from lms.cohorts.forms import AssignQuizForm, CohortForm, EnrolForm
from lms.cohorts.models import Cohort, GateDecision, GateDecisionKind
from lms.cohorts.queries.ahead import load_ahead, load_rooms, planned
from lms.cohorts.queries.changes import usual_room
from lms.cohorts.queries.enrolments import list_free
from lms.cohorts.queries.moves import list_people
from lms.cohorts.queries.week import load_week, week_shown
from lms.cohorts.views.settle import Line, Sight, clashes_of, lines
from lms.foundation import clock
from lms.foundation.access import access, access_for, me, policy
from lms.foundation.forms import choices
from lms.foundation.locale import localized
from lms.kit.problems import Invalid, NotFound
from lms.kit.workdays import DAY, FIRST_YEAR, LAST_YEAR
from lms.policies import queries as policies
from lms.quizzes import queries as quizzes
from lms.sites import queries as sites
from lms.sites.models import Room, Site

MOST_UNASKED, FEW_OTHERS = 15, 3
"""How many people the table of readiness shows without being asked, and how many who need nobody after those who do."""

blueprint = Blueprint("cohorts", __name__, template_folder="../templates")


@blueprint.get("/cohorts/<code>")
@policy("cohort.read")
def show(code: str) -> str:
    return cohort_page(queries.get_cohort(access(), code, with_slips=True))


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@policy("cohort.write")
def new() -> ResponseReturnValue:
    """An empty form, or filled in like the cohort that ``?like=`` names: its plan, site, trainers and room."""
    form = CohortForm(**_like(request.args.get("like", "")))
    listed = sites.list_sites(access_for("site.read"))
    templates = queries.list_templates()
    trainers = people.list_active_of_sites(Role.TRAINER, [site.id for site in listed])
    form.site.choices = choices((site.id, localized(site.name_text)) for site in listed)
    form.template.choices = choices((template.code, localized(template.title_text)) for template in templates)
    form.trainers.choices = choices(_trainer_choices(trainers))
    rooms = {str(room.id): (room, site) for site, of_site in _rooms(listed) for room in of_site}
    nowhere = ("", _("None"))
    form.room.choices = choices([nowhere, *((key, _room_name(*found)) for key, found in rooms.items())])
    if form.is_sent_and_valid():
        site = next(site for site in listed if site.id == form.site.data)
        try:
            command = actions.NewCohort(
                code=form.code.data,
                name_text={"en": form.name_en.data, "ja": form.name_ja.data},
                site=site,
                template=queries.get_template(form.template.data),
                go_live_on=form.go_live_on.data,
                trainers=_chosen(trainers, form.trainers.data, site),
                room_id=_room_at(site, rooms.get(form.room.data)),
                confirmed_start=form.confirmed_start.data,
            )
            cohort = actions.create_cohort(command, by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Cohort created. Its plan is on the calendar."))
            return leave_for(cohort)
    page = render_template("cohorts/new.html", form=form, templates=templates, sites=listed)
    return (page, 422) if request.method == "POST" else page


def cohort_page(cohort: Cohort, *, giving: AssignQuizForm | None = None, adding: EnrolForm | None = None) -> str:
    """A cohort's page; a form that was sent and is not taken stands on it again."""
    now = clock.now()
    zone = ZoneInfo(cohort.site.zone_name)
    today = now.astimezone(zone).date()
    members, left = list_people(cohort)
    decided = queries.list_decided(cohort)
    progress = queries.load_progress([cohort], now)[cohort.id]
    in_force = policies.load_in_force(now).values()
    read = policies.load_acknowledged_pairs([person.id for person in members], [version.id for version in in_force])
    gates = queries.load_gates(cohort, members, progress.day, in_force, read, now, decided)
    here = week_shown(progress.track, today)
    monday = _monday_asked() or here
    rows = load_ahead(access_for("cohort.read"), monday, monday + 6 * DAY, cohort.id)
    candidates = list_free(people.active_of_sites(Role.LEARNER, [cohort.site_id]), now)
    training = sorted((trainer.person for trainer in cohort.trainers), key=lambda person: person.code)
    seen = [*members, *candidates, *training, *(enrolment.person for enrolment in left)]
    named = people.load_named({person.id for person in seen} | {row.trainer_id for row in rows if row.trainer_id})
    sessions = planned(rows, {cohort.site_id: progress.calendar}, monday, monday + 6 * DAY)
    found = clashes_of(sessions.values(), now, cohort.id)
    everybody = sorted(
        members, key=lambda person: (by_need(gates[person.id], progress.days_left), *_place(person, named))
    )
    standings = {person.id: standing(gates[person.id], progress.days_left) for person in members}
    if giving is None:
        giving = AssignQuizForm(formdata=MultiDict())
        giving.quiz.choices = quiz_choices()
    return render_template(
        "cohorts/cohort.html",
        cohort=cohort,
        left=left,
        waivers=_waivers(decided),
        progress=progress,
        sign_off_day=sign_off_day(criteria_from(cohort.template.gates["gates"])),
        members=everybody,
        shown=_shown(everybody, standings),
        trainers=training,
        named=named,
        gates=gates,
        standings=standings,
        next_steps={person.id: next_step(gates[person.id]) for person in members},
        week=load_week(cohort, monday, progress.track, now),
        clashes=_to_settle(found, cohort, Sight(sessions, named, {cohort.id: training})),
        concerned={
            booking.key: phrases.CLASH_CLASSES[clash.kind] for clash in reversed(found) for booking in clash.bookings
        },
        week_here=here,
        **_slips(cohort, now),
        DAY=DAY,
        today=today,
        zone=zone,
        at=now,
        giving=giving,
        adding=adding or EnrolForm(formdata=MultiDict()),
        candidates=candidates,
        phrases=phrases,
    )


def _waivers(decided: list[GateDecision]) -> dict[int, list[GateDecision]]:
    """The waivers that stand, by person."""
    found: dict[int, list[GateDecision]] = {}
    for decision in decided:
        if decision.decision == GateDecisionKind.WAIVED:
            found.setdefault(decision.person_id, []).append(decision)
    return found


def _slips(cohort: Cohort, now: datetime) -> dict[str, Any]:
    """The log of shifts, and the last of them while it can be undone, with until when."""
    logged = cohort.slips
    undoable = next((s for s in logged[:1] if s.undone_at is None and is_in_time(s.decided_at, now)), None)
    until = undoable.decided_at + UNDO_WITHIN if undoable else None
    return {"slips": logged, "undoable": undoable, "undo_until": until}


def _monday_asked() -> date | None:
    """The Monday of the week that the address asks for, if it names a day that a plan may lie on."""
    try:
        day = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return None
    return monday_of(day) if FIRST_YEAR < day.year < LAST_YEAR else None


def _to_settle(found: list[Clash], cohort: Cohort, sight: Sight) -> list[Line]:
    """What is to be settled of the sessions of a week, each with what mends it."""
    rooms = [room for room in cohort.site.rooms if room.retired_at is None]
    of_site = {cohort.site_id: sorted(rooms, key=lambda room: (room.capacity, room.name))}
    return lines(found, sight, of_site, cohort.id)


def _shown(members: list[Person], standings: Mapping[int, Standing]) -> list[Person]:
    """Whoever needs somebody, and a few of the others; everybody where they are asked for, or are not many."""
    if len(members) <= MOST_UNASKED or request.args.get("people") == "all":
        return members
    needing = sum(standings[person.id] in {Standing.BEHIND, Standing.AT_RISK} for person in members)
    return members[: max(needing + FEW_OTHERS, MOST_UNASKED)]


def quiz_choices() -> list[SelectChoice]:
    """The quizzes that may be given."""
    return choices(
        (quiz.code, localized(quiz.title_text)) for quiz in quizzes.list_quizzes() if quiz.retired_at is None
    )


def leave_for(cohort: Cohort) -> ResponseReturnValue:
    """Lead to the cohort's page, or to the list where somebody has just left the cohort to others."""
    try:
        queries.get_cohort(access_for("cohort.read"), cohort.code)
    except NotFound:
        return redirect(url_for("cohorts.index"))
    return redirect(url_for("cohorts.show", code=cohort.code))


def _trainer_choices(trainers: list[Person]) -> Iterator[tuple[str, str]]:
    """Each trainer's code with what tells them apart: the name where it is seen, and the site."""
    named = people.load_named(trainer.id for trainer in trainers)
    for trainer in trainers:
        who = f"{trainer.code} {trainer.name}" if trainer.id in named else trainer.code
        yield trainer.code, _("%(who)s · %(site)s", who=who, site=localized(trainer.site.name_text))


def _chosen(trainers: list[Person], codes: list[str], site: Site) -> list[Person]:
    """The trainers of a new cohort; whoever makes it leads it, if among them."""
    chosen = [trainer for trainer in trainers if trainer.code in codes]
    if any(trainer.site_id != site.id for trainer in chosen):
        raise Invalid("cohort.trainer_elsewhere", field="trainers")
    return sorted(chosen, key=lambda trainer: trainer.id != me().id)


def _like(code: str) -> dict[str, Any]:
    """What the form of a new cohort holds at first; of another cohort all but its code, names and days."""
    if not code:
        return {"trainers": [me().code] if Role.TRAINER in me().roles else []}
    cohort = queries.get_cohort(access(), code)
    return {
        "site": cohort.site_id,
        "template": cohort.template.code,
        "trainers": [trainer.person.code for trainer in cohort.trainers],
        "room": str(usual_room(cohort, clock.now()) or ""),
    }


def _rooms(listed: list[Site]) -> list[tuple[Site, list[Room]]]:
    """The rooms in use of these sites."""
    found = load_rooms([site.id for site in listed])
    return [(site, found[site.id]) for site in listed]


def _room_name(room: Room, site: Site) -> str:
    return str(_("%(who)s · %(site)s", who=room.name, site=localized(site.name_text)))


def _room_at(site: Site, found: tuple[Room, Site] | None) -> int | None:
    """The room that was chosen, at the cohort's site."""
    if found is None:
        return None
    room, there = found
    if there.id != site.id:
        raise Invalid("cohort.room_elsewhere", field="room")
    return room.id


def learners_of(cohort: Cohort) -> list[Person]:
    """Whom the cohort may take in."""
    return people.list_active_of_sites(Role.LEARNER, [cohort.site_id])


def _place(person: Person, named: Collection[int]) -> tuple[bool, str, str]:
    """By reading where the name is seen; the others by code, since their order would tell names."""
    return person.id not in named, person.reading_key if person.id in named else "", person.code
