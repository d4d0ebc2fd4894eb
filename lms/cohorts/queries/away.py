"""Who is on leave: leave is kept by a feature that lies above, which registers how it is found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from lms.cohorts.core.away import Span, away_until, merged
from lms.cohorts.models import TrainingSession

Leaves = Callable[[date, Collection[int]], Mapping[int, Sequence[Span]]]
_loaders: list[Leaves] = []


def register_leaves(load: Leaves) -> None:
    """Let a feature say what leave of these people ends on a day or later, by person."""
    _loaders.append(load)


def load_away(session: TrainingSession, person_ids: Collection[int]) -> dict[int, date]:
    """Who of these people is on leave on the day of a session, each with the last day of it."""
    on = session.starts_at.astimezone(ZoneInfo(session.cohort.site.zone_name)).date()
    found = {key: away_until(spans, on) for key, spans in _load(person_ids, on).items()}
    return {key: last for key, last in found.items() if last is not None}


def list_away(person_ids: Collection[int], first: date, last: date) -> list[tuple[int, Span]]:
    """The leave of these people that touches the days from one to another, the first first."""
    touching = (
        (key, span) for key, spans in _load(person_ids, first).items() for span in merged(spans) if span[0] <= last
    )
    return sorted(touching, key=lambda found: (*found[1], found[0]))


def _load(person_ids: Collection[int], first: date) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for load in _loaders:
        for key, spans in load(first, person_ids).items():
            found.setdefault(key, []).extend(spans)
    return found
