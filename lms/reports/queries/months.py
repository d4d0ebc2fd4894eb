"""What was taken in some months, for reports of many: one row for each first attempt of a person at a quiz."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.accounts.access import people
from lms.accounts.models import Person
from lms.foundation.access import Access
from lms.foundation.db import db
from lms.policies.models import Module, Section
from lms.questions.models import SectionLink
from lms.quizzes.core.attempt import Purpose
from lms.quizzes.models import Attempt, GradingItem, GradingRun, Quiz, QuizVersion
from lms.quizzes.queries import is_current_run, join_marks
from lms.sites.models import Site, Vendor


@dataclass(frozen=True, slots=True)
class Taken:
    """A person's first graded attempt at a quiz in the months looked at."""

    attempt_id: str
    person: int
    quiz: str
    site: str
    vendor: str
    closed_at: datetime
    passed: bool


def load_taken(access: Access, first: datetime, last: datetime, vendor: str = "") -> list[Taken]:
    """The first assessed attempts from an instant until before another, of the people within reach, by time."""
    query = (
        select(Attempt.id, Attempt.person_id, Quiz.code, Site.code, Vendor.code, Attempt.closed_at, GradingRun.passed)
        .select_from(Attempt)
        .join(GradingRun, is_current_run())
        .join(Person, Person.id == Attempt.person_id)
        .join(Site, Site.id == Person.site_id)
        .join(Vendor, Vendor.id == Person.vendor_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Attempt.purpose == Purpose.ASSESSED, Attempt.attempt_no == 1, people(access))
        .where(Attempt.closed_at >= first, Attempt.closed_at < last)
        .order_by(Attempt.closed_at, Attempt.id)
    )
    if vendor:
        query = query.where(Vendor.code == vendor)
    rows = db.session.execute(query)
    return [Taken(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6])) for row in rows if row[5] is not None]


@dataclass(frozen=True, slots=True)
class Scored:
    """The marks of a person's attempt in one section, in thousandths."""

    attempt_id: str
    module: str
    section: str
    awarded: int
    possible: int


MOST_PARAMETERS = 500


def load_scored(attempt_ids: Collection[str]) -> list[Scored]:
    """The marks of these attempts by section of their questions."""
    listed = sorted(attempt_ids)
    found = []
    for start in range(0, len(listed), MOST_PARAMETERS):
        sums = func.sum(GradingItem.awarded_thousandths), func.sum(GradingItem.max_thousandths)
        query = (
            join_marks(select(Attempt.id, Module.code, Section.key, *sums))
            .join(Section, Section.id == SectionLink.section_id)
            .join(Module, Module.id == Section.module_id)
            .where(Attempt.id.in_(listed[start : start + MOST_PARAMETERS]))
            .group_by(Attempt.id, Module.code, Section.key)
        )
        found += [Scored(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in db.session.execute(query)]
    return found


def load_names() -> dict[str, Mapping[str, str]]:
    """What vendors, sites, quizzes and modules are called, as ``vendor:code`` and so on."""
    found: dict[str, Mapping[str, str]] = {}
    for kind, model, name in (("site", Site, Site.name_text), ("vendor", Vendor, Vendor.name_text)):
        found |= {f"{kind}:{row[0]}": row[1] for row in db.session.execute(select(model.code, name))}
    found |= {f"quiz:{row[0]}": row[1] for row in db.session.execute(select(Quiz.code, Quiz.title_text))}
    found |= {f"module:{row[0]}": row[1] for row in db.session.execute(select(Module.code, Module.title_text))}
    return found
