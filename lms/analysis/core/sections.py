"""What was missed, by policy section: facility per section, and the questions behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lms.analysis.core.items import mean_share
from lms.analysis.core.responses import Responses
from lms.kit.figures import Interval, is_small, shown_count


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
