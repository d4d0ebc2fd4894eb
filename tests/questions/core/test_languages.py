"""Languages of a question: what filling one keeps, and what keeps two questions from being one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from lms.questions.core.checks import check
from lms.questions.core.languages import fill, in_language, key_differences, languages, only
from lms.questions.core.question import Option, Part, PartName, Question, QuestionType


def case(locale: str) -> Question:
    """A case whose every text stands in one language."""

    def text(words: str) -> dict[str, str]:
        return {locale: f"{words} {locale}"}

    verdict = (
        Option("o1", text("keep"), Fraction(0), text("no"), text("always keep")),
        Option("o2", text("remove"), Fraction(1), text("yes")),
    )
    cited = (Option("s1", section="HAR/insults", fraction=Fraction(1)), Option("s2", section="HAR/context"))
    return Question(
        id="C-1",
        type=QuestionType.CASE,
        prompt=text("what"),
        name=text("name"),
        sections=("HAR/insults",),
        case=text("somebody writes"),
        parts=(Part(PartName.VERDICT, 60, verdict), Part(PartName.SECTION, 40, cited)),
        rationale=text("why"),
        tags=("a",),
    )


def test_filled_and_cut_again_it_is_each_of_the_two() -> None:
    both = fill(case("en"), case("ja"))
    assert languages(both) == {"en", "ja"}
    assert only(both, {"en"}) == case("en")
    assert only(both, {"ja"}) == case("ja")


def test_a_language_that_was_not_known_is_named_in_every_text() -> None:
    named = in_language(case("und"), "ja")
    assert languages(named) == {"ja"}
    assert named.parts[0].options[0].misconception == {"ja": "always keep und"}


def test_sections_tags_marks_and_ids_stay_when_a_language_is_filled() -> None:
    other = replace(case("ja"), id="X", sections=(), tags=("b",))
    filled = fill(case("en"), other)
    assert (filled.id, filled.sections, filled.tags) == ("C-1", ("HAR/insults",), ("a",))


def changed(question: Question, part: int, **values: object) -> Question:
    parts = list(question.parts)
    parts[part] = replace(parts[part], **values)  # type: ignore[arg-type]
    return replace(question, parts=tuple(parts))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (case("ja"), None),
        (changed(case("ja"), 0, weight=50), "question.pair-other-key"),
        (changed(case("ja"), 0, options=case("ja").parts[0].options[::-1]), None),
        (changed(case("ja"), 0, options=case("ja").parts[0].options[:1]), "question.pair-other-options"),
        (
            changed(case("ja"), 1, options=(Option("s1", section="HAR/other", fraction=Fraction(1)), Option("s2"))),
            "question.pair-other-key",
        ),
        (replace(case("ja"), parts=case("ja").parts[:1]), "question.pair-other-type"),
        (Question("C-1", QuestionType.SINGLE, {"ja": "何"}), "question.pair-other-type"),
    ],
)
def test_what_keeps_two_questions_apart(other: Question, code: str | None) -> None:
    assert [found for found, _facts in key_differences(case("en"), other)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("sections", "offered", "codes"),
    [
        (("HAR/insults",), "HAR/context", set()),
        (("HAR/insults", "SPM/links"), "SPM/context", set()),
        (("HAR/insults",), "SPM/links", {"question.foreign-section"}),
        ((), "SPM/links", {"question.no-section"}),
    ],
)
def test_a_case_offers_sections_of_the_policies_that_it_cites(
    sections: tuple[str, ...], offered: str, codes: set[str]
) -> None:
    question = changed(
        replace(fill(case("en"), case("ja")), sections=sections),
        1,
        options=(Option("s1", section="HAR/insults", fraction=Fraction(1)), Option("s2", section=offered)),
    )
    assert {finding.code for finding in check(question) if finding.level == "error"} == codes
