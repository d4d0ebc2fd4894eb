"""The main navigation: what each role sees, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l

from lms.accounts.core.roles import Role
from lms.foundation.access import may, me


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; ``roles`` empty means every role that may do ``action``."""

    endpoint: str
    label: Any
    icon: str
    action: str
    roles: frozenset[Role] = frozenset()
    pages: frozenset[str] = frozenset()
    """What else lies in this place: endpoints, or whole blueprints by their name."""


@dataclass(frozen=True, slots=True)
class Item:
    href: str
    label: Any
    icon: str
    current: bool


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAKERS = frozenset({Role.LEARNER})
_TEACHING = frozenset({Role.TRAINER, Role.VENDOR_MANAGER})
"""Who finds the results of their people in a place of its own; the others have a way there from cohorts."""
_GIVERS = frozenset({Role.TRAINER})
"""Who finds what is given in a place of its own; a QA analyst finds it on the page of quizzes."""
_RECURRING = "assignments open_attempts reviews campaigns campaign_runs leave"
_PRODUCTION = "production production_imports"
_AUDITED = frozenset({Role.VENDOR_MANAGER})
"""Who finds the audit trail in a place of its own; the administrator finds it in that of the system."""
_RUNNERS = frozenset({Role.TRAINER, Role.VENDOR_MANAGER, Role.ADMIN})
"""Who runs cohorts. A QA analyst finds them on Today: one entry more would not fit a narrow screen."""

_REPORTERS = frozenset({Role.QA})
"""Who finds reports in a place of their own; the others find them with cohorts or policies."""
_REPORTS = "reports report_schedules"

_TRACKED = "followup carrying_out"
"""Corrective actions lie with the results that they answer."""

PLACES = (
    Place("home.today", _l("Today"), "home", "home.read"),
    Place(
        "cohorts.index",
        _l("Cohorts"),
        "users",
        "cohort.read",
        _RUNNERS,
        _names(f"cohorts plans timetable roll_call {_REPORTS}"),
    ),
    Place("policies.library", _l("Policies"), "book-2", "policy.read", pages=_names("policies policy_versions")),
    Place("translation.index", _l("Translation"), "language", "policy.translate", pages=_names("translation")),
    Place("quizzes.index", _l("Quizzes"), "clipboard-check", "attempt.write", _TAKERS, _names("quizzes.start")),
    Place(
        "quizzes.results", _l("Results"), "chart-dots-3", "result.read", _TAKERS, _names("quizzes.result own_results")
    ),
    Place(
        "questions.banks",
        _l("Questions"),
        "map-question",
        "question.read",
        pages=_names("questions question question_versions question_reports"),
    ),
    Place("assignments.index", _l("Assignments"), "clipboard-check", "assignment.write", _GIVERS, _names(_RECURRING)),
    Place(
        "quiz_design.index", _l("Quizzes"), "clipboard-check", "quiz.write", pages=_names(f"quiz_design {_RECURRING}")
    ),
    Place(
        "analysis.index",
        _l("Results"),
        "chart-dots-3",
        "analysis.read",
        pages=_names(f"analysis {_TRACKED} {_PRODUCTION}"),
    ),
    Place("learner_results.index", _l("Results"), "chart-dots-3", "result.list", _TEACHING, _names(_PRODUCTION)),
    Place("reports.index", _l("Reports"), "file-text", "report.write", _REPORTERS, _names(_REPORTS)),
    Place("people.index", _l("People"), "users", "person.write", pages=_names("people people_lists accommodations")),
    Place("audit.index", _l("Audit trail"), "list", "journal.export", _AUDITED, _names("audit")),
    Place("sites.index", _l("Sites"), "building", "site.list", pages=_names("sites vendors rooms closures contacts")),
    Place("system.index", _l("System"), "settings", "system.read", pages=_names("system audit mail")),
)


def bind(app: Flask) -> None:
    """Give templates ``navigation()``."""
    app.jinja_env.globals["navigation"] = navigation


def navigation() -> list[Item]:
    """The entries for whoever is signed in."""
    roles = frozenset(Role(role) for role in me().roles)
    here = {request.endpoint, request.blueprint}
    return [
        Item(url_for(place.endpoint), place.label, place.icon, bool(here & {place.endpoint, *place.pages}))
        for place in PLACES
        if may(place.action) and (not place.roles or place.roles & roles)
    ]
