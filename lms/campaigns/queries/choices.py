"""What the audience of a campaign may name, and what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from lms.campaigns.core.who import Part, Step
from lms.cohorts.models import Cohort
from lms.foundation.columns import LocalizedText
from lms.foundation.db import db
from lms.quizzes.models import Quiz
from lms.sites.models import Site, Vendor

TABLES: Mapping[Part, type[Site] | type[Vendor] | type[Cohort]] = {
    Part.SITES: Site,
    Part.VENDORS: Vendor,
    Part.COHORTS: Cohort,
}


def load_choices(kept: Quiz | None) -> dict[str, list[tuple[str, LocalizedText]]]:
    """The quizzes, sites, vendors and cohorts that may be chosen: those in use, and the quiz that is kept."""
    quizzes = select(Quiz).where(Quiz.retired_at.is_(None) | (Quiz.id == (kept.id if kept else 0)))
    sites = select(Site).where(Site.retired_at.is_(None)).order_by(Site.code)
    vendors = select(Vendor).where(Vendor.retired_at.is_(None)).order_by(Vendor.code)
    cohorts = select(Cohort).where(Cohort.called_off_at.is_(None)).order_by(Cohort.go_live_on.desc(), Cohort.code)
    return {
        "quiz": [(quiz.code, quiz.title_text) for quiz in db.session.scalars(quizzes.order_by(Quiz.code))],
        "sites": [(site.code, site.name_text) for site in db.session.scalars(sites)],
        "vendors": [(vendor.code, vendor.name_text) for vendor in db.session.scalars(vendors)],
        "cohorts": [(cohort.code, cohort.name_text) for cohort in db.session.scalars(cohorts)],
    }


def load_names(steps: Iterable[Step]) -> dict[Part, dict[str, LocalizedText]]:
    """What the sites, vendors and cohorts are called that these rules name."""
    found = {}
    for step in steps:
        table = TABLES.get(step.part)
        if table is not None:
            rows = db.session.execute(select(table.code, table.name_text).where(table.code.in_(step.values)))
            found[step.part] = {row.code: row.name_text for row in rows}
    return found
