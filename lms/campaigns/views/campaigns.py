"""Recurring quizzes: the list, the page of one with its next and last runs, planning, skipping, ending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from lms.accounts.core.roles import Role
from lms.campaigns import actions, phrases, queries
from lms.campaigns.core.progress import total
from lms.campaigns.core.recurrence import rule_from, runs_from
from lms.campaigns.core.who import MOST_PASSED_DAYS, Part, Step, who_from
from lms.campaigns.forms import CampaignForm, NewCampaignForm
from lms.campaigns.models import Campaign, CampaignRun, RunState
from lms.campaigns.queries import board
from lms.campaigns.queries.choices import load_choices, load_names
from lms.campaigns.queries.coming import Coming, Outlook, foresee, load_outlook, load_pool
from lms.foundation import clock, notices
from lms.foundation.access import access, me, policy, roles_for
from lms.foundation.errors import sentence
from lms.foundation.locale import LOCALES, current, day, listed, localized, speaking
from lms.kit.figures import shown_count
from lms.kit.pages import Page
from lms.kit.problems import Conflict, Invalid
from lms.policies import queries as policies
from lms.policies.queries import SectionText
from lms.quizzes import queries as quizzes
from lms.quizzes.core.blueprint import DrawRow
from lms.quizzes.core.reminders import reminders_from
from lms.sites.core.year import today_at

blueprint = Blueprint("campaigns", __name__, template_folder="../templates")

LAST_RUNS = 6
MINUTES_A_QUESTION = 1
WHOLE = 100


@blueprint.get("/campaigns")
@policy("campaign.read")
def index() -> str:
    """What recurs, with the next run and how far the last one has come."""
    now = clock.now()
    campaigns = queries.list_campaigns()
    places = queries.load_places(now).places
    runs = queries.list_runs_of([campaign.id for campaign in campaigns])
    newest = {
        campaign_id: next((run for run in found if run.state == RunState.OPENED), None)
        for campaign_id, found in runs.items()
    }
    tallies = board.load_tallies([run.id for run in newest.values() if run], now, access())
    coming = {campaign.id: _next_opening(campaign, runs[campaign.id], places, now) for campaign in campaigns}
    return render_template(
        "campaigns/index.html",
        campaigns=campaigns,
        newest=newest,
        coming=coming,
        tallies={run_id: total(found.values()) for run_id, found in tallies.items()},
        part=Page.of(len(campaigns), 1),
    )


def _next_opening(
    campaign: Campaign, runs: Sequence[CampaignRun], places: Mapping[str, Any], now: datetime
) -> datetime | None:
    if not campaign.may_run or not places:
        return None
    known = {run.period for run in runs}
    found = (run.opens_at for run in runs_from(rule_from(campaign.rule), now, places) if run.period.key not in known)
    return next(found, None)


@blueprint.get("/campaigns/<code>")
@policy("campaign.read")
def show(code: str) -> str:
    """The next three runs with whom they count today, the audience rule by rule, the load, the last runs."""
    return _campaign_page(queries.get_campaign(code))


@blueprint.route("/campaigns/new", methods=["GET", "POST"])
@policy("campaign.write")
def new() -> ResponseReturnValue:
    """A quiz that is to come again and again."""
    today = today_at(me().zone_name, clock.now())
    form = NewCampaignForm(starts_on=today, roles=[Role.LEARNER.value], quiz=request.args.get("quiz"))
    _offer(form)
    if form.is_sent_and_valid():
        try:
            made = actions.create(form.code.data, _plan(form), by=current_user)
        except Invalid as problem:
            form.take_back(problem)
        else:
            flash(_("Recurring quiz planned. Its runs open by themselves."))
            return redirect(url_for("campaigns.show", code=made.code))
    return _form_page(form, title=_("New recurring quiz")), form.status


@blueprint.route("/campaigns/<code>/edit", methods=["GET", "POST"])
@policy("campaign.write")
def edit(code: str) -> ResponseReturnValue:
    """Change what is to come; runs that have opened stay as they are."""
    campaign = queries.get_campaign(code)
    form = CampaignForm(**_values(campaign), revision=campaign.revision)
    _offer(form, campaign)
    if form.is_sent_and_valid():

        def change() -> None:
            actions.change(campaign, _plan(form), revision=form.revision.data, by=current_user)

        if form.is_saved(change, campaign, _values):
            flash(_("Saved. Runs that have opened stay as they are."))
            return redirect(url_for("campaigns.show", code=code))
    return _form_page(form, title=localized(campaign.title_text), campaign=campaign), form.status


@blueprint.get("/campaigns/preview")
@policy("campaign.write")
def preview() -> str:
    """How many people the fields of a form hold now, and when it would come: what the form shows beside itself."""
    form = CampaignForm(request.args)
    _offer(form)
    campaign = queries.get_campaign(request.args["of"]) if "of" in request.args else None
    return render_template("campaigns/_beside.html", **_beside(form, campaign))


@blueprint.post("/campaigns/<code>/skip")
@policy("campaign.write")
def skip(code: str) -> ResponseReturnValue:
    """Leave a run out, or let it open after all."""
    campaign = queries.get_campaign(code)
    period = request.form.get("period", "")
    try:
        if request.form.get("change") == "take_back":
            actions.take_back_skip(campaign, period, by=current_user)
            flash(_("The run opens as planned."))
        else:
            actions.skip(campaign, period, by=current_user)
            flash(_("The run is skipped. The others stay as planned."))
    except Conflict as problem:
        return _campaign_page(campaign, behind=sentence(problem)), problem.status
    return redirect(url_for("campaigns.show", code=code))


@blueprint.post("/campaigns/<code>/end")
@policy("campaign.write")
def end(code: str) -> ResponseReturnValue:
    """Let no more runs open, or let them open again."""
    campaign = queries.get_campaign(code)
    is_back = request.form.get("change") == "restore"
    try:
        actions.end(campaign, is_back=is_back, revision=request.form.get("revision", 0, type=int), by=current_user)
    except Conflict as problem:
        return _campaign_page(campaign, behind=sentence(problem)), problem.status
    flash(_("Runs open again as planned.") if is_back else _("No more runs open. Open runs go on to their end."))
    return redirect(url_for("campaigns.show", code=code))


def _campaign_page(campaign: Campaign, *, behind: str = "") -> str:
    now = clock.now()
    rule, who = rule_from(campaign.rule), who_from(campaign.who)
    pool = load_pool(campaign.quiz)
    runs = queries.list_runs(campaign.id)
    outlook = load_outlook(rule, who, pool, campaign.fresh_days, runs, campaign.quiz_id, now, access())
    opened = [run for run in runs if run.state == RunState.OPENED][:LAST_RUNS]
    ids = [run.id for run in opened]
    tallies = board.load_tallies(ids, now, access())
    coming = outlook.coming if campaign.ended_at is None else ()
    sections = policies.load_sections_in_force(now)
    return render_template(
        "campaigns/campaign.html",
        campaign=campaign,
        rule=rule,
        behind=behind,
        questions=pool.on_paper,
        minutes=pool.rules.minutes,
        coming=coming,
        line=_line(coming, now),
        sites=outlook.located.sites,
        steps=_steps(outlook.steps),
        able=outlook.able,
        reminders=reminders_from(campaign.reminders),
        opened=opened,
        tallies={run_id: total(found.values()) for run_id, found in tallies.items()},
        weakest=board.load_weakest(ids, access()),
        sections=sections,
        words_of=partial(_row_words, sections),
        days_of=_days,
        names_of=lambda codes: listed(localized(outlook.located.sites[code].name_text) for code in codes),
        weekday=_weekday,
        shown_count=shown_count,
        zoneinfo=ZoneInfo,
        load=_load(coming, outlook, pool.on_paper),
        messages=_messages(campaign, coming, outlook),
        at=now,
        phrases=phrases,
    )


def _row_words(sections: Mapping[str, SectionText], row: DrawRow) -> str:
    """What a row of the blueprint draws from."""
    section = sections.get(row.section)
    of_section = f"{row.section.partition('/')[0]} {section.number}" if section else row.section
    return listed(filter(None, (of_section, row.tag))) or _("Any section")


def _days(days: Sequence[date]) -> str:
    return listed(day(one, pattern="short_day") for one in days)


def _weekday(number: int) -> str:
    """What a day of the week is called; 1 is Monday."""
    return str(get_day_names("wide", locale=current())[number - 1])


def _load(coming: Sequence[Coming], outlook: Outlook, questions: int) -> list[tuple[str, int, int]]:
    """The hours that the next run takes each site, by the site's code: with the width of its bar."""
    if not coming:
        return []
    hours = {code: -(-count * questions * MINUTES_A_QUESTION // 60) for code, count in coming[0].by_site.items()}
    most = max(hours.values(), default=0)  # none where no question is in use
    return [(code, hours[code], hours[code] * 100 // most) for code in outlook.located.sites if hours.get(code)]


def _messages(campaign: Campaign, coming: Sequence[Coming], outlook: Outlook) -> list[tuple[str, str]]:
    """What people are told when the next run opens, in each language."""
    if not coming or not reminders_from(campaign.reminders).at_opening:
        return []
    window, site = coming[0].main, coming[0].main_site
    facts = {"quiz_text": dict(campaign.quiz.title_text), "due_at": window.due_at.isoformat()}
    found = []
    for language in LOCALES:
        with speaking(language):
            found.append((language, notices.sentence("quiz.given", facts, outlook.located.places[site].zone)))
    return found


def _line(coming: Sequence[Coming], now: datetime) -> list[tuple[float, float]]:
    """Where each run lies between today and the end of the last, in percent: its beginning and its width."""
    if not coming:
        return []
    whole = (max(one.run.due_at for one in coming) - now).total_seconds() * 1.04

    def place(moment: datetime) -> float:
        return round(max(0, (moment - now).total_seconds()) / whole * WHOLE, 1)

    return [(place(one.run.opens_at), round(place(one.run.due_at) - place(one.run.opens_at), 1)) for one in coming]


def _steps(steps: Sequence[Step]) -> list[tuple[Step, str]]:
    """The rules of the audience with their values in words."""
    names: dict[Part, Mapping[str, Any]] = {Part.ROLES: _takers(), Part.LOCALES: phrases.LANGUAGES}
    named = load_names(steps)
    found = []
    for step in steps:
        if step.part is Part.PASSED_LATELY:
            words = _("in the last %(days)s days", days=step.values[0])
        else:
            here = names.get(step.part) or {code: localized(text) for code, text in named.get(step.part, {}).items()}
            words = listed(str(here.get(value, value)) for value in step.values)
        found.append((step, words))
    return found


def _takers() -> dict[str, Any]:
    able = roles_for("attempt.write")
    return {role.value: phrases.TAKERS[role] for role in Role if role in able}


def _values(campaign: Campaign) -> dict[str, Any]:
    """What a form shows of a campaign, by field."""
    rule, who, reminders = rule_from(campaign.rule), who_from(campaign.who), reminders_from(campaign.reminders)
    return {
        "title_en": campaign.title_text.get("en"),
        "title_ja": campaign.title_text.get("ja"),
        "quiz": campaign.quiz.code,
        "fresh_days": campaign.fresh_days,
        **{name: getattr(rule, name) for name in ("starts_on", "opens", "due", "due_days", "every", "day")},
        "repeat": rule.repeat.value,
        "on_holiday": rule.on_holiday.value,
        **{name: list(getattr(who, name)) for name in ("roles", "sites", "vendors", "cohorts", "locales")},
        "skips_training": who.skips_training,
        "passed_days": who.passed_days,
        **{name: getattr(reminders, name) for name in ("at_opening", "days_before", "on_last_day", "to_lead")},
    }


def _offer(form: CampaignForm, campaign: Campaign | None = None) -> None:
    lists: dict[str, list[tuple[str, Any]]] = {"roles": list(_takers().items())}
    for name, pairs in load_choices(campaign.quiz if campaign else None).items():
        lists[name] = [(code, localized(text)) for code, text in pairs]
    form.offer(lists)


def _plan(form: CampaignForm) -> actions.Plan:
    return actions.Plan(
        title_text={"en": form.title_en.data, "ja": form.title_ja.data},
        quiz=quizzes.get_quiz(form.quiz.data),
        rule=form.rule,
        who=form.who,
        reminders=form.reminders,
        fresh_days=form.fresh_days.data,
    )


def _beside(form: CampaignForm, campaign: Campaign | None) -> dict[str, Any]:
    """How many people the rules of a form hold today, and its next runs; days that it refuses leave nobody out."""
    quiz = quizzes.find_quiz(form.quiz.data or "")
    now = clock.now()
    takers = queries.load_takers(quiz.id if quiz else 0, now)
    who, today = form.who, now.date()
    if not 0 <= who.passed_days <= MOST_PASSED_DAYS:
        who = replace(who, passed_days=0)
    located = queries.load_places(now)
    runs = queries.list_runs(campaign.id) if campaign else []
    opened = {run.period for run in runs if run.state == RunState.OPENED}
    rule = form.kept_rule
    return {
        "steps": _steps(who.steps(takers, today)),
        "count": len(who.of(takers, today)),
        "able": len(takers),
        "has_rule": rule is not None,
        "coming": foresee(rule, who, takers, opened, located, now) if rule else (),
        "sites": located.sites,
        "names_of": lambda codes: listed(localized(located.sites[code].name_text) for code in codes),
        "zoneinfo": ZoneInfo,
        "phrases": phrases,
    }


def _form_page(form: CampaignForm, *, title: str, campaign: Campaign | None = None) -> str:
    beside = _beside(form, campaign)
    return render_template("campaigns/edit.html", form=form, title=title, campaign=campaign, **beside)
