"""Markdown is safe from the start: what comes out is on the allowlist, whatever went in."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.policies.core.markup import ATTRIBUTES, TAGS, Prose, Sensitive, blocks
from lms.policies.core.sensitive import Degree, Form
from tests.policies.core.xss_corpus import PAYLOADS


class Inspector(HTMLParser):
    """Collects what an HTML fragment could do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES.get(tag, set()) | {"rel"}:
                self.faults.append(f"{tag} {name}={value}")
            if name == "href":
                address = "".join((value or "").split()).lower()
                scheme = address.partition(":")[0] if ":" in address.partition("/")[0] else ""
                if scheme not in {"", "http", "https", "mailto"}:
                    self.faults.append(f"href={value}")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"declaration {decl}")


def faults(markdown: str) -> list[str]:
    inspector = Inspector()
    for block in blocks(markdown):
        inspector.feed(block.html)
    inspector.close()
    return inspector.faults


def test_the_corpus_has_at_least_60_payloads_and_no_two_alike() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_payload_is_inert(payload: str) -> None:
    assert faults(payload) == []


@given(st.lists(st.sampled_from([*PAYLOADS, "\n", "\n\n", "text", "* ", "> "]), max_size=4))
def test_payloads_together_are_inert(pieces: list[str]) -> None:
    assert faults("".join(pieces)) == []


@given(st.text(alphabet="<>\"'=/ao:[]()!`\n#&;x{}", max_size=60))
def test_noise_is_inert(noise: str) -> None:
    assert faults(noise) == []


def test_what_policies_use_comes_through() -> None:
    (block,) = blocks(
        "Do **not** *act* on `x`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[more](https://kijun.example/x)"
    )
    assert "<strong>not</strong> <em>act</em> on <code>x</code>" in block.html
    assert "<li>one</li>" in block.html
    assert "<td>1</td>" in block.html
    assert '<a href="https://kijun.example/x" rel="noopener noreferrer">more</a>' in block.html


def test_a_heading_inside_a_section_stays_below_the_sections_own() -> None:
    assert [block.html for block in blocks("##### Deep")] == ["<h5>Deep</h5>"]


def test_a_picture_becomes_its_text() -> None:
    assert "img" not in blocks("![a chart](chart.png)")[0].html


def test_a_sensitive_block_stands_apart_with_its_label() -> None:
    before, covered, after = blocks("Before.\n\n::: sensitive kind=insult degree=mild form=text\n“You.”\n:::\n\nAfter.")
    assert (before, after) == (Prose("<p>Before.</p>"), Prose("<p>After.</p>"))
    assert isinstance(covered, Sensitive)
    assert (covered.label.kind, covered.label.degree, covered.label.form) == ("insult", Degree.MILD, Form.TEXT)
    assert covered.html == "<p>“You.”</p>"


@pytest.mark.parametrize("faulty", ["kind=insult degree=huge form=text", "degree=mild form=text", ""])
def test_a_block_with_a_faulty_label_stays_covered_under_the_strongest_word(faulty: str) -> None:
    (covered,) = blocks(f"::: sensitive {faulty}\nsecret\n:::")
    assert isinstance(covered, Sensitive)
    assert covered.label.degree is Degree.STRONG


def test_a_block_that_is_never_closed_covers_the_rest() -> None:
    assert [type(block) for block in blocks("a\n\n::: sensitive kind=x degree=mild form=text\nb\n\nc")] == [
        Prose,
        Sensitive,
    ]


def test_a_mark_in_code_is_no_mark() -> None:
    assert [type(block) for block in blocks("```\n::: sensitive kind=x degree=mild form=text\n```\n")] == [Prose]


def test_links_reach_their_definition_from_every_part_of_a_section() -> None:
    body = "[a][g]\n\n::: sensitive kind=x degree=mild form=text\n[b][g]\n:::\n\n[c][G]\n\n[g]: https://kijun.example/g"
    assert [block.html.count('<a href="https://kijun.example/g"') for block in blocks(body)] == [1, 1, 1]


def test_a_body_is_rendered_once_however_often_it_is_read() -> None:
    first = blocks("Once *only*.")
    assert blocks("Once *only*.") is first
    assert blocks.cache_info().maxsize is not None, "bounded"
