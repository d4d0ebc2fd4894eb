"""What keeps the items of a GIFT file out of any bank, and what editors should look at in them."""

from __future__ import annotations

import pytest

from lms.questions.core.checks import editorial, refusals
from lms.questions.core.formats import gift


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("// [id:a b]\nWhich? {=a ~b}", "question.bad_code", 2),
        ("// [id:A]\nWhich? {=a ~b}\n\n// [id:A]\nWhat? {=a ~b}", "question.id-repeated", 5),
        ("Which? {" + "~x" * 26 + "=y}", "question.too-many-options", 1),
        ("Which? {=" + "x" * 10_001 + " ~b}", "question.text-too-long", 1),
    ],
)
def test_what_keeps_an_item_out_is_an_error_at_its_line(text: str, code: str, line: int) -> None:
    found = refusals(gift.read(text.encode()).questions)
    assert [(finding.level, finding.code, finding.line) for finding in found] == [("error", code, line)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Which? {~a ~b}", ["question.no-right-answer"]),
        ("Which? {~a}", ["question.too-few-options", "question.no-right-answer"]),
        ("{=a ~ ~b}", ["question.prompt-empty", "question.option-empty"]),
        ("Which? {=a ~b ~b}", ["question.same-option-twice"]),
        ("Which? {=a ~b}", []),
    ],
)
def test_gift_is_looked_at_as_our_own_format_is(text: str, codes: list[str]) -> None:
    (item,) = gift.read(f"\n{text}".encode()).questions
    assert [(finding.level, finding.code, finding.line) for finding in editorial(item)] == [
        ("warning", code, 2) for code in codes
    ]
