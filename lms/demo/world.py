"""The sample's year as an agenda: what is to happen at which moment, carried out in order of time."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from lms.accounts.models import Person
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort
from lms.demo.content import Content
from lms.foundation import clock, journal
from lms.kit.workdays import WorkCalendar
from lms.sites.models import Room, Site

TOKYO = ZoneInfo("Asia/Tokyo")
Action = Callable[[], object]


@dataclass
class World:
    """What has been made so far, by the names that the files use, and what is still to happen."""

    content: Content
    loaded_on: date
    today: date
    """The day of loading, or the next one that is worked."""
    seed: str
    sites: dict[str, Site] = field(default_factory=dict)
    rooms: dict[tuple[str, str], Room] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    cohort_of: dict[str, Cohort] = field(default_factory=dict)
    """By login, where somebody trained."""
    left_on: dict[str, date] = field(default_factory=dict)
    """By login, the day from which somebody no longer works here."""
    _agenda: list[tuple[datetime, int, Action]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _entries: list[journal.Entry] = field(default_factory=list)
    _calendars: dict[str, WorkCalendar] = field(default_factory=dict)

    def at(self, day: date, hour: int, minute: int = 0, zone: ZoneInfo = TOKYO) -> datetime:
        """An instant on a day, in Tokyo unless another zone is given."""
        return datetime.combine(day, time(hour, minute), tzinfo=zone)

    @property
    def cutoff(self) -> datetime:
        """The beginning of the day of loading: nothing of the sample has happened later."""
        return self.at(self.loaded_on, 0)

    def calendar(self, site: str) -> WorkCalendar:
        """The working days of a site around the day of loading."""
        if site not in self._calendars:
            self._calendars[site] = cohorts.load_calendar(self.sites[site], self.today)
        return self._calendars[site]

    def workday(self, n: int, site: str = "tokyo") -> date:
        """The date ``n`` working days of a site from today; 0 is today, or the next day that is worked."""
        first = self.calendar(site).shift(self.today, 0)
        return self.calendar(site).shift(first, n) if n else first

    def plan(self, moment: datetime, action: Action) -> None:
        """Put an action on the agenda; what has the same moment keeps its order."""
        insort(self._agenda, (moment, next(self._order), action))

    def note(self, entry: journal.Entry) -> None:
        """Keep an entry for the audit trail until its moment has come."""
        self._entries.append(entry)

    def live(self) -> None:
        """Carry out the agenda, the clock standing at each action's moment; actions may plan further ones."""
        while self._agenda:
            moment, _order, action = self._agenda.pop(0)
            self._write_entries(moment)
            with clock.fixed(moment):
                action()
        self._write_entries(self.cutoff + timedelta(days=1))

    def _write_entries(self, until: datetime) -> None:
        due = sorted((entry for entry in self._entries if entry.at <= until), key=lambda entry: entry.at)
        if due:
            self._entries = [entry for entry in self._entries if entry.at > until]
            journal.record_many(due)
