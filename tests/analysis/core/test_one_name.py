"""A second right answer in an unclear section: one fault has one name."""

from __future__ import annotations

from dataclasses import replace

from lms.analysis.core.verdicts import Kind
from tests.analysis.core.test_diagnosis import as_well, instead, section_harder, verdicts

UNCLEAR = (Kind.SECTION_UNCLEAR, "S2")


def test_a_second_right_answer_of_an_unclear_section_is_named_by_the_section() -> None:
    assert verdicts(replace(section_harder(0.3), choosers={7: as_well})) == {UNCLEAR}


def test_a_second_right_answer_elsewhere_has_a_name_of_its_own() -> None:
    quiz = replace(section_harder(0.3), choosers={8: as_well})
    assert verdicts(quiz) == {UNCLEAR, (Kind.TWO_RIGHT_ANSWERS, "Q08")}


def test_a_wrong_key_in_an_unclear_section_is_named_beside_it() -> None:
    quiz = replace(section_harder(0.3), choosers={7: instead})
    assert verdicts(quiz) == {UNCLEAR, (Kind.WRONG_KEY, "Q07")}
