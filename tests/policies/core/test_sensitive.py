"""Sensitive text is covered, or its file is refused at the line of the mark; it is never prose."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.policies.core.document import parse
from lms.policies.core.markup import Sensitive, blocks
from tests.policies.core.marks import DISGUISED, SECRET


def errors(text: str) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.line) for finding in parse(text.encode())[1] if finding.level == "error"]


def is_covered(body: str) -> bool:
    """Whether the secret stands in covered blocks alone."""
    return not any(SECRET in block.html for block in blocks(body) if not isinstance(block, Sensitive))


@pytest.mark.parametrize("block", DISGUISED)
def test_a_mark_in_any_other_form_is_an_error_at_its_line_and_covers_all_the_same(block: str) -> None:
    text = f"## A\nBefore.\n\n{block}\n\nAfter.\n"
    line = next(n for n, line in enumerate(text.split("\n"), start=1) if re.search("[:：]{2}", line))
    assert ("bad-sensitive-mark", line) in errors(text)
    assert is_covered(text.removeprefix("## A\n"))


@pytest.mark.parametrize(
    "mark", ["::: sensitive kind=a degree=mild form=text", ":::\tsensitive\tkind=a  degree=mild form=text  "]
)
@pytest.mark.parametrize("around", ["{}", "text\n{}\ntext", "- item\n{}\n- item", "> quoted\n{}", "| a |\n|---|\n{}"])
def test_the_one_form_covers_wherever_it_stands(mark: str, around: str) -> None:
    body = around.format(f"{mark}\n{SECRET}\n:::")
    assert errors(f"## A\n{body}\n") == []
    assert is_covered(body)
    assert any(isinstance(block, Sensitive) and SECRET in block.html for block in blocks(body))


@pytest.mark.parametrize(
    "text",
    [
        f"```\n::: sensitive kind=a degree=mild form=text\n{SECRET}\n:::\n```",
        f"- item\n  ~~~~\n  ::: Sensitive\n  {SECRET}\n  ~~~~",
        "Write `::: sensitive` in front of it, and `:::` behind.",
        "The call `std::sensitive()` at 10:00, ratio 1::2, is std::sensitive too.",
        "See https://site.example/a:::b and text ::: text.",
    ],
)
def test_what_quotes_a_mark_in_code_or_has_colons_in_its_text_is_prose(text: str) -> None:
    assert errors(f"## A\n{text}\n") == []
    assert not any(isinstance(block, Sensitive) for block in blocks(text))


OPEN = "::: sensitive kind=a degree=mild form=text"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"## A\n```\n{OPEN}\n{SECRET}\n:::\n", []),
        (f"## A\n{OPEN}\nx\n", [("sensitive-not-closed", 2)]),
        ("## A\nx\n:::\ny\n", [("sensitive-not-opened", 3)]),
        (f"## A\n{OPEN}\nx\n{OPEN}\ny\n:::\n", [("sensitive-not-closed", 2)]),
        (
            f"## A\n{OPEN}\nx\n{OPEN}\ny\n:::\n{SECRET}\n:::\n",
            [("sensitive-not-closed", 2), ("sensitive-not-opened", 8)],
        ),
        (f"## A\n{OPEN}\nx\n\n## B\ny\n", [("sensitive-not-closed", 2)]),
        (
            f"## A\n{OPEN}\nx\n\n## B\ny\n\n## C\n{SECRET}\n:::\n",
            [("sensitive-not-closed", 2), ("heading-in-sensitive", 5), ("heading-in-sensitive", 8)],
        ),
        (f"## A\n{OPEN}\n\n{SECRET}\n---\n:::\n", [("sensitive-not-closed", 2), ("heading-in-sensitive", 4)]),
        (f"## A\ntext\n\n{OPEN}\n{SECRET}\n---\n:::\n", [("bad-sensitive-mark", 4), ("sensitive-not-opened", 7)]),
        ("## ::: sensitive\ntext\n", [("bad-sensitive-mark", 1)]),
        ("::: note\n===\n\n## A\ntext\n", [("bad-sensitive-mark", 1)]),
        ('## A\n[a]\n\n[a]: http://e "x\n:::\ny"\n', [("bad-sensitive-mark", 5)]),
        ("## A\n::: sensitive-ish kind=a degree=mild form=text\nx\n", [("bad-sensitive-mark", 2)]),
        ("---\ntitle: X\n---\n## A\n\n ::: sensitive\n", [("bad-sensitive-mark", 6)]),
    ],
)
def test_each_fault_stands_at_its_line(text: str, found: list[tuple[str, int]]) -> None:
    if "```" in text:  # a fence that nobody closed hides no mark
        assert is_covered(text.removeprefix("## A\n"))
    assert errors(text) == found


def test_a_block_in_a_block_leaves_nothing_uncovered_between_their_ends() -> None:
    assert is_covered(f"{OPEN}\na\n{OPEN}\nb\n:::\n{SECRET}\n:::")


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                " ",
                "  ",
                "    ",
                "\t",
                "\u3000",
                "\u00a0",
                "\u200b",
                "- ",
                "* ",
                "1. ",
                "> ",
                "# ",
                "##### ",
                "| ",
                "**",
            ),
            *(
                "::",
                ":::",
                "::::",
                "：：：",
                "sensitive",
                "Sensitive",
                "SENSITIVE",
                " kind=a degree=mild form=text",
                "\n",
            ),
            *("```\n", "~~~\n", "<div>\n", "text", "\n\n", "---\n", ":::\n", f"{SECRET}\n", "[x]: "),
        ]
    ),
    max_size=12,
)


@given(PIECES)
def test_in_a_file_without_errors_every_word_after_a_mark_is_covered_up_to_its_end(pieces: list[str]) -> None:
    """Whatever stands around it: taken as it is, a mark in the text is one that covers."""
    policy, findings = parse(("## A\n" + "".join(pieces)).encode())
    if any(finding.level == "error" for finding in findings):
        return
    for section in policy.sections:
        prose = "".join(block.html for block in blocks(section.body) if not isinstance(block, Sensitive))
        quoted = re.sub(r"(?s)<code.*?</code>", "", prose)
        assert not re.search(r"[:：]{3}(?:[^\w\n]|_)*sensitive", quoted, re.IGNORECASE), section.body
        assert not re.search(r"(?m)^\s*(?:<[^>]+>\s*)*[:：]{3}", quoted), section.body


@given(PIECES, PIECES)
def test_a_block_is_covered_whatever_stands_before_and_after_it(before: list[str], after: list[str]) -> None:
    first, last = "".join(before).replace(SECRET, ""), "".join(after).replace(SECRET, "")
    text = f"## A\n{first}\n{OPEN}\n{SECRET}\n:::\n{last}\n"
    policy, findings = parse(text.encode())
    if not any(finding.level == "error" for finding in findings):
        assert all(is_covered(section.body) or "<code" in str(blocks(section.body)) for section in policy.sections)
        assert not any(SECRET in (section.title or "") for section in policy.sections)
