"""How far a run has come: its sites, and the people whom whoever asks reaches; excusing them."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from lms.accounts import queries as people
from lms.campaigns import phrases, queries
from lms.campaigns.actions.running import end_for
from lms.campaigns.core.progress import State, Tally, tally, total
from lms.campaigns.forms import ExcuseForm
from lms.campaigns.models import CampaignPlace, CampaignRun
from lms.campaigns.queries.board import Member, list_members
from lms.foundation import clock
from lms.foundation.access import access, access_for, policy
from lms.foundation.locale import current, localized
from lms.foundation.spreadsheets import CSV_TYPE, as_csv
from lms.kit.figures import shown_count
from lms.kit.pages import Page
from lms.kit.problems import Invalid, NotFound
from lms.kit.tables import Column, Kind, Table
from lms.quizzes import actions as quizzes

blueprint = Blueprint("campaign_runs", __name__, template_folder="../templates")


@blueprint.get("/campaigns/<code>/runs/<period>")
@policy("campaign.read")
def show(code: str, period: str) -> str:
    """The board of a run by site, and below it its people."""
    return _board_page(queries.get_run(code, period), ExcuseForm(None))


@blueprint.get("/campaigns/<code>/runs/<period>/board.csv")
@policy("campaign.read")
def board_csv(code: str, period: str) -> Response:
    """The board as a file: what the page shows, and what it withholds is not in it either."""
    run = queries.get_run(code, period)
    places = queries.load_places_of([run.id])[run.id]
    rows = _rows(places, list_members([place.assignment_id for place in places], clock.now(), access()))
    columns = (
        *(Column(_("Site")), Column(_("Headcount"))),
        *(Column(name, Kind.COUNT) for name in (_("Taken"), _("Passed"), _("In progress"))),
        *(Column(name, Kind.COUNT) for name in (_("Not started"), _("Overdue"), _("Exempt"))),
    )
    listed = tuple(
        (
            localized(place.site.name_text),
            shown_count(found.people),
            *([None] * 6 if found.is_withheld else _counts(found)),
        )
        for place, found in rows
    )
    response = make_response(as_csv(Table(localized(run.campaign.title_text), columns, listed)))
    response.headers["Content-Type"] = CSV_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{code}-{period}-{current()}.csv"'
    return response


def _counts(found: Tally) -> list[int | None]:
    states = (State.IN_PROGRESS, State.NOT_BEGUN, State.LATE, State.EXCUSED)
    return [found.done, found.passed, *(found.states[state] for state in states)]


@blueprint.post("/campaigns/<code>/runs/<period>/excuse")
@policy("excuse.write")
def excuse(code: str, period: str) -> ResponseReturnValue:
    """Excuse people of this run with a reason, for good or until a day; one name takes an excuse back."""
    run = queries.get_run(code, period)
    places = queries.load_places_of([run.id])[run.id]
    if "take_back" in request.form:
        _take_back(places, request.form["take_back"])
        flash(_("No longer excused."))
        return redirect(url_for("campaign_runs.show", code=code, period=period))
    form = ExcuseForm()
    if form.is_sent_and_valid():
        try:
            count = _excuse(run, places, form)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(ngettext("%(num)d person excused.", "%(num)d people excused.", count))
            return redirect(url_for("campaign_runs.show", code=code, period=period))
    return _board_page(run, form), 422


def _excuse(run: CampaignRun, places: Sequence[CampaignPlace], form: ExcuseForm) -> int:
    members = {member.person.code: member for member in _members(places)}
    unknown = sorted(set(form.codes) - set(members))
    if unknown:
        raise Invalid("leave.unknown", field="people", codes=", ".join(unknown))
    by_place = {place.assignment_id: place for place in places}
    for assignment_id in sorted({members[code].assignment_id for code in form.codes}):
        place = by_place[assignment_id]
        ids = [members[code].person.id for code in form.codes if members[code].assignment_id == assignment_id]
        quizzes.excuse(
            place.assignment,
            ids,
            reason=form.reason.data,
            until=form.until.data,
            due_at=end_for(run, place.site, form.until.data) if form.until.data else None,
            by=current_user,
        )
    return len(form.codes)


def _take_back(places: Sequence[CampaignPlace], code: str) -> None:
    member = next((member for member in _members(places) if member.person.code == code), None)
    if member is None:
        raise NotFound
    place = next(place for place in places if place.assignment_id == member.assignment_id)
    quizzes.take_back_excuse(place.assignment, member.person.id, by=current_user)


def _members(places: Sequence[CampaignPlace]) -> list[Member]:
    """The people of a run who may be excused by whoever asks."""
    return list_members([place.assignment_id for place in places], clock.now(), access_for("excuse.write"))


def _rows(places: Sequence[CampaignPlace], members: Sequence[Member]) -> list[tuple[CampaignPlace, Tally]]:
    """The sites with their counts, those that have somebody whom whoever asks reaches."""
    found = [
        (place, tally(member.state for member in members if member.assignment_id == place.assignment_id))
        for place in places
    ]
    return [(place, counts) for place, counts in found if counts.people]


def _board_page(run: CampaignRun, form: ExcuseForm) -> str:
    places = queries.load_places_of([run.id])[run.id]
    members = list_members([place.assignment_id for place in places], clock.now(), access())
    rows = _rows(places, members)
    wanted = request.args.get("state", "")
    shown = [member for member in members if wanted in {"", member.state}]
    part = Page.of(len(shown), request.args.get("page", 1, type=int))
    shown = shown[part.offset : part.last]
    return render_template(
        "campaigns/run.html",
        run=run,
        rows=rows,
        whole=total(counts for _place, counts in rows),
        withheld=any(counts.is_withheld for _place, counts in rows),
        members=shown,
        part=part,
        wanted=wanted,
        has_members=bool(members),
        named=people.load_named(member.person.id for member in shown),
        site_of={place.assignment_id: place.site for place in places},
        form=form,
        zone_of=ZoneInfo,
        shown_count=shown_count,
        at=clock.now(),
        phrases=phrases,
    )
