"""Terms of a glossary: read from the front matter, linked once in each section."""

from __future__ import annotations

from lms.policies.core.document import parse
from lms.policies.core.glossary import Term, terms_of, with_terms
from lms.policies.core.markup import blocks

SENDER, CONTACT = Term("sender", "Who makes contact."), Term("contact attempt", "A message.")


def linked(text: str, *terms: Term) -> str:
    return "".join(block.html for block in with_terms(blocks(text), terms, "t-"))


def test_the_first_occurrence_in_a_section_leads_to_the_glossary() -> None:
    shown = linked("The Sender sends.\n\nThe sender again.", SENDER)
    assert shown == (
        '<p>The <a class="term" href="#t-1" aria-describedby="t-1">Sender</a> sends.</p>\n<p>The sender again.</p>'
    )


def test_whole_words_alone_count_and_their_plural() -> None:
    assert "class" not in linked("resender senders_list", SENDER)
    assert ">contact attempts</a>" in linked("Two contact attempts.", CONTACT)


def test_the_longer_of_two_terms_counts_and_japanese_needs_no_spaces() -> None:
    short, long = Term("未成年", "a"), Term("未成年者", "b")
    shown = linked("保護者と未成年者の未成年期", short, long)
    assert '<a class="term" href="#t-2" aria-describedby="t-2">未成年者</a>の<a class="term" href="#t-1"' in shown


def test_links_code_and_sensitive_text_are_left_alone() -> None:
    text = "[sender](https://a.example) `sender`\n\n::: sensitive kind=x degree=mild form=text\nsender\n:::\n"
    assert 'class="term"' not in linked(text, SENDER)


def test_a_term_with_signs_of_its_own_is_text() -> None:
    shown = linked("Ask C++ (a.b) & <b>.", Term("C++", "x"), Term("(a.b)", "y"), Term("&", "z"))
    assert shown.count('class="term"') == 3
    assert "&amp;</a>" in shown


def test_a_glossary_in_the_head_is_known_and_its_faulty_entries_are_found() -> None:
    head = "---\nglossary:\n- term: sender\n  definition: Who makes contact.\n- term: x\n- y\n---\n## A\ntext\n"
    policy, findings = parse(head.encode())
    assert terms_of(policy.matter.others["glossary"]) == (SENDER,)
    assert [(found.code, found.line, found.facts["number"]) for found in findings] == [
        ("bad-glossary", 2, 2),
        ("bad-glossary", 2, 3),
    ]
    assert [found.facts["number"] for found in parse(b"---\nglossary: x\n---\n## A\ntext\n")[1]] == [0]
