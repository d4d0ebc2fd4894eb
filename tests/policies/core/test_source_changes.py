"""Changes of a source text as they are drawn: both texts can be read back, and the HTML stays whole."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lms.policies.core.fragment import read
from lms.policies.core.markup import Sensitive, blocks
from lms.policies.core.source_changes import with_changes

LINES = [
    "Remove posts that share an address.",
    "Remove posts that share an address, a workplace or a number.",
    "These do *not* count as attempts:",
    "- A reply & a “like”\n- A call",
    "- A reply\n- A call\n- A mention",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "::: sensitive kind=insult degree=mild form=text\n“You are useless.”\n:::",
    "::: sensitive kind=insult degree=mild form=text\n“You are all useless.”\n:::",
    "See [the list](/policies/HAR) and `code`.",
    "{侮辱|ぶじょく}は削除します。",
]
bodies = st.lists(st.sampled_from(LINES), max_size=5).map("\n\n".join)


def drawn(old: str, new: str) -> str:
    return "".join(block.html for block in with_changes(blocks(old), blocks(new)))


def words(markup: str) -> str:
    return "".join(read(markup).text.split())


@given(bodies, bodies)
def test_both_texts_can_be_read_back(old: str, new: str) -> None:
    marked = drawn(old, new)
    now = re.sub(r"<del>.*?</del>", "", marked, flags=re.DOTALL)
    before = re.sub(r"<ins>.*?</ins>", "", marked, flags=re.DOTALL)
    assert words(now) == words("".join(block.html for block in blocks(new)))
    assert words(before) == words("".join(block.html for block in blocks(old)))


@given(bodies, bodies)
def test_the_html_stays_whole(old: str, new: str) -> None:
    open_tags: list[str] = []
    for closing, name in re.findall(r"<(/?)([a-z0-9]+)[^>]*>", drawn(old, new)):
        if name in {"br", "hr"}:
            continue
        if closing:
            assert open_tags.pop() == name
        else:
            open_tags.append(name)
    assert not open_tags


@given(bodies)
def test_an_unchanged_text_has_no_marks(body: str) -> None:
    assert not re.search("<(ins|del)>", drawn(body, body))


def test_a_new_paragraph_is_new_as_a_whole_and_a_changed_one_shows_its_words() -> None:
    old = "Contact is repeated when there are three or more attempts within 14 days.\n\nThese do not count:"
    new = old.replace("three", "two").replace("14", "30").replace("\n\n", "\n\nA new account counts.\n\n")
    assert drawn(old, new).split("\n") == [
        "<p>Contact is repeated when there are <del>three</del><ins>two</ins> or more attempts within "
        "<del>14</del><ins>30</ins> days.</p>",
        "<p><ins>A new account counts.</ins></p>",
        "<p>These do not count:</p>",
    ]


def test_what_is_sensitive_stays_covered_with_its_changes() -> None:
    _text, covered = with_changes(blocks(f"One.\n\n{LINES[6]}"), blocks(f"One.\n\n{LINES[7]}"))
    assert isinstance(covered, Sensitive)
    assert "<ins>all </ins>" in covered.html


def test_an_example_that_is_gone_is_shown_under_its_cover_too() -> None:
    _text, gone = with_changes(blocks(f"One.\n\n{LINES[6]}"), blocks("One."))
    assert isinstance(gone, Sensitive)
    assert "<del>" in gone.html
