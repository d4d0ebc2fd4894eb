"""What was missed, by policy section: facility per section, and the questions behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.items import mean_share
from lms.analysis.core.responses import Responses
from lms.kit.figures import Interval, difference, is_small, shown_count


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """One question of a section: ``n`` answers that count, ``missed`` of them with less than full marks."""

    item: str
    n: int
    missed: int
    missed_share: float


@dataclass(frozen=True, slots=True)
class SectionFigures:
    """One section. ``n`` counts people who had one of its questions, ``answers`` their available cells.

    ``facility`` is the mean over people of marks over the most possible in the section (0 to 1), with its 95 %
    interval; ``missed_share`` is the share of ``answers`` with less than full marks. For fewer than 5 people
    ``withheld`` is true, ``n_shown`` is ``<5``, and there are no figures and no questions.
    """

    section: str
    n: int | None
    n_shown: str
    answers: int | None
    facility: float | None
    interval: Interval | None
    missed_share: float | None
    questions: tuple[MissedQuestion, ...]
    withheld: bool


def section_figures(
    responses: Responses, item_sections: Mapping[str, Sequence[str]], sections: Sequence[str]
) -> tuple[SectionFigures, ...]:
    """The figures of each section in the order given; a question counts in each of its sections.

    Questions stand with the most missed first; those that nobody missed are not listed.
    """
    return tuple(
        _section(
            responses,
            section,
            [column for column, item in enumerate(responses.items) if section in item_sections.get(item.code, ())],
        )
        for section in sections
    )


def most_missed(figures: Sequence[SectionFigures]) -> tuple[SectionFigures, ...]:
    """The sections in which something was missed, the worst first; equal ones keep their order."""
    missed = [section for section in figures if section.missed_share]
    return tuple(sorted(missed, key=lambda section: -(section.missed_share or 0)))


def _section(responses: Responses, section: str, columns: Sequence[int]) -> SectionFigures:
    available = responses.available[:, columns]
    possible = available @ responses.maxima[columns]
    has = possible > 0
    n, answers = int(has.sum()), int(available.sum())
    if is_small(n):
        return SectionFigures(section, None, shown_count(n), None, None, None, None, (), withheld=True)
    if n == 0:
        return SectionFigures(section, 0, shown_count(0), 0, None, None, None, (), withheld=False)
    earned = (responses.marks[:, columns] * available).sum(axis=1)
    facility, interval = mean_share(np.minimum(earned[has] / possible[has], 1.0))
    missed = (available & ~responses.right[:, columns]).sum(axis=0)
    counts = available.sum(axis=0)
    questions = [
        MissedQuestion(
            responses.items[column].code, int(counts[place]), int(missed[place]), missed[place] / counts[place]
        )
        for place, column in enumerate(columns)
        if missed[place] and not is_small(int(counts[place]))
    ]
    return SectionFigures(
        section=section,
        n=n,
        n_shown=shown_count(n),
        answers=answers,
        facility=facility,
        interval=interval,
        missed_share=float(missed.sum()) / answers,
        questions=tuple(sorted(questions, key=lambda question: -question.missed_share)),
        withheld=False,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """How far a section's facility has moved, from one month to the next that has a figure (-1 to 1)."""

    since: str
    until: str
    gap: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class SectionMonths:
    """One section from month to month: its figures in each, in the order of the months, and the newest change."""

    section: str
    months: tuple[SectionFigures, ...]
    change: Change | None


def section_months(
    by_month: Mapping[str, Responses], item_sections: Mapping[str, Sequence[str]], sections: Sequence[str]
) -> tuple[SectionMonths, ...]:
    """The figures of each section in each month, the earliest first; sections that no month tells of are left out.

    The interval of a change takes the people of both months for different ones, and is the wider for it.
    """
    months = {month: section_figures(by_month[month], item_sections, sections) for month in sorted(by_month)}
    found = []
    for place, section in enumerate(sections):
        figures = {month: of_month[place] for month, of_month in months.items()}
        if any(one.facility is not None for one in figures.values()):
            found.append(SectionMonths(section, tuple(figures.values()), _change(figures)))
    return tuple(found)


def _change(figures: Mapping[str, SectionFigures]) -> Change | None:
    told = [(month, one) for month, one in figures.items() if one.facility is not None][-2:]
    if len(told) < 2:
        return None
    (since, before), (until, after) = told
    interval = None
    if before.interval is not None and after.interval is not None:
        interval = difference(after.facility or 0.0, after.interval, before.facility or 0.0, before.interval)
    return Change(since, until, (after.facility or 0.0) - (before.facility or 0.0), interval)
