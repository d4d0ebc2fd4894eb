"""What a person's other answers in a quiz lead to expect of them in each section, for that person alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.analysis.core.expectation import Expectation, own_expectations
from lms.analysis.core.verdicts import SHARP, Kind
from lms.analysis.queries import Analysis, Filters, load_analysis
from lms.policies.queries import SectionText
from lms.quizzes.models import Attempt


@dataclass(frozen=True, slots=True)
class OwnSection:
    """A section with what was expected; ``is_under_review`` says that the fault may lie with it, not with the person.

    ``text`` is the section as the analysis shows it.
    """

    text: SectionText
    figures: Expectation
    is_under_review: bool

    @property
    def is_gap(self) -> bool:
        """Whether the person knows less here than their other answers lead to expect."""
        return self.figures.is_gap and not self.is_under_review

    @property
    def is_below(self) -> bool:
        """Whether fewer are right than nearly always, which chance brings about where there are several sections."""
        return self.figures.earned < self.figures.low and not self.is_under_review


def load_expected(attempt: Attempt, code: str) -> Sequence[OwnSection]:
    """The sections of an attempt of the person with this code: gaps, what is below, and the rest by their names.

    Empty where verdicts do not rest on the attempt, for what is wrong with the quiz would pass for a gap: any but the
    person's first, and one of a group too small to be told of. And where too few have taken the quiz, or the paper has
    too few answers in every section.
    """
    found = load_analysis(attempt.assignment.quiz, Filters())
    person = next((one for one in found.responses.people if one.code == code), None) if found else None
    if found is None or person is None or found.attempts.get(code) != attempt.id:
        return []
    sections = {
        item: (fact.section,) for item, fact in found.facts.items() if fact.section and fact.section in found.sections
    }
    sharp = [verdict for verdict in found.verdicts if verdict.kind in SHARP]
    doubtful = {verdict.place for verdict in sharp if isinstance(verdict.place, str)} & found.facts.keys()
    blamed = _blamed(found, person.cohort)
    expected = own_expectations(found.responses, code, sections, doubtful)
    own = [OwnSection(found.sections[one.section], one, one.section in blamed) for one in expected]
    return sorted(own, key=lambda one: (not one.is_gap, not one.is_below))


def _blamed(found: Analysis, cohort: str | None) -> set[str]:
    """The sections that are unclear to everybody, or were taught badly to this cohort."""
    unclear = {verdict.place for verdict in found.verdicts if verdict.kind is Kind.SECTION_UNCLEAR}
    taught = {verdict.place for verdict in found.verdicts if verdict.kind is Kind.CLASS_TAUGHT_BADLY}
    return {name for name in found.sections if name in unclear or (name, cohort) in taught}
