from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.campaigns.core.recurrence import Period, period_of
from lms.foundation.columns import (
    Code,
    Document,
    Instant,
    Key,
    LocalDay,
    Localized,
    Revision,
    Word,
    one_of,
    unique_where,
)
from lms.foundation.db import Base
from lms.quizzes.models import Assignment, Quiz
from lms.sites.models import Site


class RunState(StrEnum):
    """What became of a period."""

    OPENED = "opened"
    SKIPPED = "skipped"


class Campaign(Base):
    """A quiz that is given again and again."""

    __tablename__ = "campaigns"
    __table_args__ = (Index(None, "quiz_id"),)

    id: Mapped[Key]
    code: Mapped[Code] = mapped_column(unique=True)
    title_text: Mapped[Localized]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"))
    rule: Mapped[Document]
    """See ``lms.campaigns.core.recurrence``."""
    who: Mapped[Document]
    """See ``lms.campaigns.core.who``."""
    reminders: Mapped[Document]
    """See ``lms.quizzes.core.reminders``."""
    fresh_days: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Instant]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[Instant | None]
    """From when on no run opens any more; what is open goes on to its end."""
    revision: Mapped[Revision]

    quiz: Mapped[Quiz] = relationship()
    runs: Mapped[list[CampaignRun]] = relationship(back_populates="campaign", order_by="CampaignRun.opens_at")

    @property
    def may_run(self) -> bool:
        """Whether its next run will open."""
        return self.ended_at is None and self.quiz.retired_at is None


class CampaignRun(Base):
    """A period of a campaign that has opened, with the rules as they were then, or that is skipped."""

    __tablename__ = "campaign_runs"
    __table_args__ = (UniqueConstraint("campaign_id", "period"), one_of("state", RunState))

    id: Mapped[Key]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    period: Mapped[str] = mapped_column(String(10))
    """``2026-12``, ``2026-W49``: a campaign has one run in each."""
    state: Mapped[Word]
    rule: Mapped[Document]
    who: Mapped[Document]
    opens_at: Mapped[Instant]
    """At the first of its sites."""
    due_at: Mapped[Instant]
    """At the last of its sites, for those without an end of their own."""
    made_at: Mapped[Instant]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who skipped it; a run that opened was opened by the clock."""

    campaign: Mapped[Campaign] = relationship(back_populates="runs")
    places: Mapped[list[CampaignPlace]] = relationship(back_populates="run")

    @property
    def turn(self) -> Period:
        """Its turn of the rule."""
        return period_of(self.period)


class CampaignPlace(Base):
    """The assignment by which a run is given at a site, in the zone of that site."""

    __tablename__ = "campaign_places"
    __table_args__ = (UniqueConstraint("assignment_id"), Index(None, "site_id"))

    run_id: Mapped[int] = mapped_column(ForeignKey("campaign_runs.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))

    run: Mapped[CampaignRun] = relationship(back_populates="places")
    site: Mapped[Site] = relationship()
    assignment: Mapped[Assignment] = relationship()


class Leave(Base):
    """Days on which somebody is away. Why is nobody's business and is not kept."""

    __tablename__ = "leaves"
    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="days"),
        unique_where("withdrawn_at IS NULL", "uq_leaves_standing", "person_id", "first_on"),
        Index(None, "last_on"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    first_on: Mapped[LocalDay]
    last_on: Mapped[LocalDay]
    noted_at: Mapped[Instant]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_at: Mapped[Instant | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
