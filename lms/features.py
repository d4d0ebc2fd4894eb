"""The architecture as data: each feature, its level, and which lower features it may import.

The convention tests read it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feature:
    """A package below ``lms/``.

    ``may_import`` names features of lower levels; kit and foundation are open to everyone.
    """

    name: str
    level: int
    may_import: frozenset[str] = frozenset()
    blueprints: tuple[str, ...] = ()
    """The modules whose ``blueprint`` the app mounts, relative to the package."""
    silent: tuple[str, ...] = ()
    """Modules that register jobs or reactions when they are imported."""
    has_problems: bool = True


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FEATURES: tuple[Feature, ...] = (
    Feature("sites", 2, blueprints=("views.sites", "views.vendors", "views.rooms", "views.closures")),
    Feature(
        "accounts",
        3,
        _names("sites"),
        (
            "views.session",
            "views.confirm",
            "views.people",
            "views.people_lists",
            "views.accommodation",
            "views.profile",
        ),
        ("jobs",),
    ),
    Feature("notifications", 4, _names("accounts"), ("views.inbox", "views.mail"), ("reactions", "jobs")),
    Feature("wellbeing", 4, _names("accounts sites"), ("views.briefing", "views.contacts")),
    Feature(
        "policies",
        5,
        _names("wellbeing accounts sites"),
        ("views.read", "views.edit", "views.drafts", "views.translation", "views.retirement"),
        ("jobs",),
    ),
    Feature(
        "questions",
        6,
        _names("policies wellbeing accounts sites"),
        ("views.banks", "views.questions", "views.editor", "views.comparing"),
        ("reactions",),
    ),
    Feature(
        "quizzes",
        7,
        _names("questions policies wellbeing accounts sites"),
        ("views.result", "views.protocol", "views.manage", "views.reports"),
        ("jobs", "reactions"),
    ),
    Feature(
        "cohorts",
        8,
        _names("quizzes policies wellbeing accounts sites"),
        (
            "views.members",
            "views.sessions",
            "views.roll_state",
            "views.plan",
            "views.giving",
            "views.results",
            "views.feed",
        ),
    ),
    Feature("invigilation", 8, _names("quizzes questions accounts"), ("views.open_attempts", "views.reviews")),
    Feature(
        "campaigns",
        9,
        _names("cohorts quizzes questions policies accounts sites"),
        ("views.campaigns", "views.runs", "views.leave"),
        ("jobs",),
    ),
    Feature(
        "analysis",
        10,
        _names("cohorts quizzes questions policies accounts sites"),
        ("views.results", "views.questions", "views.own"),
        ("jobs",),
        has_problems=False,
    ),
    Feature(
        "followup",
        11,
        _names("analysis cohorts quizzes questions policies accounts sites"),
        ("views.tracker", "views.carrying_out"),
        ("jobs", "reactions"),
    ),
    Feature(
        "audit",
        12,
        _names("followup invigilation cohorts quizzes questions accounts sites"),
        ("views",),
        ("jobs",),
    ),
    Feature(
        "production",
        11,
        _names("analysis cohorts quizzes questions policies accounts sites"),
        ("views.sections", "views.imports"),
        ("jobs",),
    ),
    Feature("system", 13, _names("audit accounts"), ("views",)),
    Feature(
        "reports",
        12,
        _names("followup analysis campaigns cohorts quizzes questions policies accounts sites"),
        ("views.schedules", "views.reports"),
        ("jobs",),
    ),
    Feature("regrades", 11, _names("analysis cohorts quizzes questions policies accounts sites"), ("views",)),
    Feature("search", 11, _names("cohorts questions policies accounts sites"), ("views",), has_problems=False),
    Feature(
        "home",
        13,
        _names("followup analysis invigilation cohorts quizzes questions policies accounts sites"),
        ("views",),
        has_problems=False,
    ),
    Feature(
        "cli",
        14,
        _names("sites accounts notifications policies questions quizzes cohorts analysis production reports demo"),
        has_problems=False,
    ),
    Feature(
        "demo",
        14,
        _names(
            "sites accounts wellbeing policies questions quizzes cohorts campaigns analysis reports production followup"
        ),
        silent=("jobs",),
        has_problems=False,
    ),
)
