"""The runs to come, as they would be if they opened by what is known today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import func, select

from lms.campaigns import queries
from lms.campaigns.core.freshness import Short, earlier_within, short_rows
from lms.campaigns.core.recurrence import Rule, Run, Window, own_end, run_of, runs_from
from lms.campaigns.core.who import Step, Taker, Who
from lms.campaigns.models import CampaignRun, RunState
from lms.campaigns.queries import Located
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.policies.models import Module, Section
from lms.questions.models import Question, QuestionState, QuestionVersion, SectionLink
from lms.quizzes.core.blueprint import Candidate
from lms.quizzes.core.excuse import MAKE_UP_DAYS
from lms.quizzes.core.rules import Rules, rules_from
from lms.quizzes.models import Quiz, QuizQuestion, QuizVersion

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pool:
    """The newest version of a quiz with the questions that it can draw, or has."""

    version_id: int
    rules: Rules
    candidates: Sequence[Candidate]

    @property
    def on_paper(self) -> int:
        """How many questions a paper has."""
        drawn = sum(row.count for row in self.rules.draw)
        tested = len(self.candidates)
        return min(drawn, tested) if drawn else tested


def load_pool(quiz: Quiz) -> Pool:
    """The questions in use of the newest version of a quiz, as a blueprint sees them."""
    newest = select(func.max(QuizVersion.n)).where(QuizVersion.quiz_id == quiz.id).scalar_subquery()
    latest = (
        select(QuestionVersion.question_id, func.max(QuestionVersion.n).label("n"))
        .group_by(QuestionVersion.question_id)
        .subquery()
    )
    in_use = (Question.id == QuizQuestion.question_id) & (Question.state == QuestionState.IN_USE)
    query = (
        select(QuizVersion, Question.code, Module.code, Section.key, QuestionVersion.body)
        .outerjoin(QuizQuestion, QuizQuestion.quiz_version_id == QuizVersion.id)
        .outerjoin(Question, in_use)
        .outerjoin(latest, latest.c.question_id == Question.id)
        .outerjoin(
            QuestionVersion,
            (QuestionVersion.question_id == Question.id) & (QuestionVersion.n == latest.c.n),
        )
        .outerjoin(SectionLink, (SectionLink.question_version_id == QuestionVersion.id) & (SectionLink.position == 0))
        .outerjoin(Section, Section.id == SectionLink.section_id)
        .outerjoin(Module, Module.id == Section.module_id)
        .where(QuizVersion.quiz_id == quiz.id, QuizVersion.n == newest)
    )
    rows = db.session.execute(query).all()
    candidates = [
        Candidate(
            code=code,
            section=f"{module}/{key}" if module else "",
            tags=tuple(body.get("tags", ())),
        )
        for _version, code, module, key, body in rows
        if code is not None and body is not None
    ]
    version = rows[0][0]
    return Pool(version.id, rules_from(version.rules), candidates)


@dataclass(frozen=True, slots=True)
class Away:
    """How many are on leave until a day, and the day to which that moves their end."""

    last_on: date
    due_at: datetime
    people: int
    site: str


@dataclass(frozen=True, slots=True)
class Coming:
    """A run to come: when it opens where, for how many, and what shapes it."""

    run: Run
    is_skipped: bool
    by_site: Mapping[str, int]
    short: Sequence[Short]
    away: Sequence[Away]

    @property
    def people(self) -> int:
        return sum(self.by_site.values())

    def count_of(self, codes: Sequence[str]) -> int:
        """How many people there are at these sites."""
        return sum(self.by_site.get(code, 0) for code in codes)

    @property
    def main_site(self) -> str:
        """The site with the most people, by which the run is shown."""
        return max(self.run.windows, key=lambda code: (self.by_site.get(code, 0), code))

    @property
    def main(self) -> Window:
        return self.run.windows[self.main_site]

    @property
    def groups(self) -> list[tuple[list[str], Window]]:
        """The sites that open and end together, with their window; those of the main site come first."""
        found: dict[tuple[datetime, datetime], list[str]] = {(self.main.opens_at, self.main.due_at): []}
        for code, window in self.run.windows.items():
            found.setdefault((window.opens_at, window.due_at), []).append(code)
        return [(codes, self.run.windows[codes[0]]) for codes in found.values()]

    @property
    def holidays(self) -> list[tuple[list[str], tuple[date, ...]]]:
        """The holidays within the run, with the sites that have them."""
        found: dict[tuple[date, ...], list[str]] = {}
        for code, window in self.run.windows.items():
            if window.holidays:
                found.setdefault(window.holidays, []).append(code)
        return [(codes, days) for days, codes in found.items()]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known today of a campaign's runs to come, and of those whom it is for."""

    coming: Sequence[Coming]
    steps: Sequence[Step]
    able: int
    """How many people can take quizzes at all."""
    located: Located


def load_outlook(
    rule: Rule,
    who: Who,
    pool: Pool,
    fresh_days: int,
    runs: Sequence[CampaignRun],
    quiz_id: int,
    now: datetime,
    access: Access,
) -> Outlook:
    """The next runs of a plan, beside those of its runs that are known, for the people whom an access reaches."""
    located = queries.load_places(now)
    takers = queries.load_takers(quiz_id, now, access)
    if Scope.ALL not in access.scopes:  # of the sites of others nothing is said, not even that they take part
        located = Located(located.sites, located.holding(takers))
    leaves = queries.load_leaves(now.date())
    known = {run.period: run.state for run in runs}
    others = [run.opens_at.date() for run in runs if run.state == RunState.OPENED]
    coming: list[Coming] = []
    for run in runs_from(rule, now, located.places) if located.places else ():
        if known.get(run.period.key) == RunState.OPENED:
            continue
        if len(coming) == SHOWN:
            break
        found = _coming(run, rule, who, takers, leaves, located, is_skipped=run.period.key in known)
        opens_on = found.run.opens_at.date()
        earlier = earlier_within(opens_on, others, fresh_days)
        short = short_rows(pool.rules.draw, pool.candidates, earlier) if fresh_days else []
        coming.append(Coming(found.run, found.is_skipped, found.by_site, short, found.away))
        if not found.is_skipped:
            others.append(opens_on)
    day = coming[0].run.opens_at.date() if coming else now.date()
    return Outlook(coming, who.steps(takers, day), len(takers), located)


def foresee(
    rule: Rule, who: Who, takers: Sequence[Taker], opened: Collection[str], located: Located, now: datetime
) -> list[Coming]:
    """The next runs of a plan that is not kept yet, by their dates and people alone.

    ``opened`` are the periods of its runs that have opened.
    """
    runs = runs_from(rule, now, located.places) if located.places else iter(())
    to_come = islice((run for run in runs if run.period.key not in opened), SHOWN)
    return [_coming(run, rule, who, takers, {}, located, is_skipped=False) for run in to_come]


def _coming(
    run: Run,
    rule: Rule,
    who: Who,
    takers: Sequence[Taker],
    leaves: Mapping[int, Sequence[tuple[date, date]]],
    located: Located,
    *,
    is_skipped: bool,
) -> Coming:
    chosen = who.of(takers, run.opens_at.date())
    held = located.holding(chosen) or located.places
    run = run_of(rule, run.period, held)
    away: Counter[tuple[date, datetime, str]] = Counter()
    for taker in chosen:
        if taker.site not in held:
            continue
        window, place = run.windows[taker.site], held[taker.site]
        own = own_end(window, rule, place, leaves.get(taker.id, ()), MAKE_UP_DAYS)
        if own is not None:
            away[own.away_until, own.due_at, taker.site] += 1
    grouped = [Away(last_on, due_at, count, site) for (last_on, due_at, site), count in sorted(away.items())]
    by_site = Counter(taker.site for taker in chosen if taker.site in held)
    return Coming(run, is_skipped, by_site, (), grouped)
