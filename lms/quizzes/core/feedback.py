"""What a graded paper tells its writer: the policy sections it points to, and the right answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.quizzes.core.grading import GradedItem, Outcome


@dataclass(frozen=True, slots=True)
class SectionScore:
    """The questions of one section: how many there were, what they earned, and which were missed (by position)."""

    section: str
    questions: int
    right: int
    awarded_thousandths: int
    max_thousandths: int
    missed: tuple[int, ...]

    @property
    def percent(self) -> int:
        """What was earned in whole percent, rounded down, as the score of the whole paper is."""
        return self.awarded_thousandths * 100 // self.max_thousandths


def by_section(
    items: Iterable[GradedItem], main_sections: Mapping[int, str], order: Sequence[str]
) -> list[SectionScore]:
    """The score by section, in the order of the policy.

    ``main_sections`` gives the section of each position; ``order`` lists sections as the policy has them, and one
    that it does not know stands last. A question without a section counts nowhere here.
    """
    grouped: dict[str, list[GradedItem]] = {}
    for item in items:
        if item.position in main_sections:
            grouped.setdefault(main_sections[item.position], []).append(item)
    place = {section: index for index, section in enumerate(order)}
    return [
        SectionScore(
            section=section,
            questions=len(of_section),
            right=sum(item.outcome is Outcome.RIGHT for item in of_section),
            awarded_thousandths=sum(item.awarded_thousandths for item in of_section),
            max_thousandths=sum(item.max_thousandths for item in of_section),
            missed=tuple(item.position for item in of_section if item.is_missed),
        )
        for section, of_section in sorted(grouped.items(), key=lambda pair: (place.get(pair[0], len(place)), pair[0]))
    ]
