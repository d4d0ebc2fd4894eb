"""Reading and writing policy files: what is a section, what is its key, where a fault stands."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.policies.core.document import Policy, Section, parse, slug
from lms.policies.core.front_matter import FrontMatter, instant
from lms.policies.core.outline import INTRO, depths, numbers
from lms.policies.core.staleness import Freshness, freshness, section_sha256
from lms.policies.core.version import Effective, VersionNumber, in_force, parse_number
from lms.policies.core.writing import write

SAMPLE = Path(__file__).resolve().parents[3] / "lms" / "demo" / "policies"
HEAD = '---\ncode: HAR\nlocale: en\ntitle: Harassment\nversion: "4.2"\neffective: 2026-11-12T10:00 Asia/Tokyo\n---\n'


def sections(text: str) -> list[tuple[str, int, str | None, str]]:
    return [(s.key, s.level, s.title, s.body) for s in parse(text.encode())[0].sections]


def codes(text: str | bytes) -> list[tuple[str, int | None]]:
    content = text if isinstance(text, bytes) else text.encode()
    return [(finding.code, finding.line) for finding in parse(content)[1]]


def test_the_example_of_the_contract() -> None:
    text = HEAD + (
        "People should be able to speak.\n\n## What is not allowed {#not-allowed}\n\n"
        "### Insults aimed at a person {#insults}\n"
        "Remove insults.\n\n### Repeated unwanted contact\t{#unwanted-contact}\nTwo or more.\n\n"
        "## Context that matters {#context}\nRead.\n"
    )
    policy, findings = parse(text.encode())
    assert findings == []
    assert (policy.title, str(policy.matter.version), policy.matter.code) == ("Harassment", "4.2", "HAR")
    keys, levels = [s.key for s in policy.sections], [s.level for s in policy.sections]
    assert keys == ["_intro", "not-allowed", "insults", "unwanted-contact", "context"]
    assert numbers(keys, levels) == [None, "1", "1.1", "1.2", "2"]
    assert policy.sections[3].title == "Repeated unwanted contact"


@pytest.mark.parametrize(
    "text",
    [
        "```\n## no section\n```\n",
        "> ## no section\n",
        "<div>\n## no section\n</div>\n",
        "- ## no section\n",
        "    ## no section\n",
        "text \\\n\\## no section\n",
        "##### too deep\n",
        "##no space\n",
    ],
)
def test_what_is_no_heading(text: str) -> None:
    assert [section[0] for section in sections(f"## Real\n{text}")] == ["real"]


def test_setext_headings_and_a_title_on_top() -> None:
    assert sections("Title\n=====\n\nIntro.\n\nPart\n----\nText.\n") == [
        (INTRO, 1, None, "Intro."),
        ("part", 1, "Part", "Text."),
    ]


def test_several_headings_of_level_1_are_sections() -> None:
    assert [(key, level) for key, level, _, _ in sections("# One\n\n## Sub\n\n# Two\n")] == [
        ("one", 1),
        ("sub", 2),
        ("two", 1),
    ]


def test_repeated_headings_get_numbers_in_document_order() -> None:
    assert [key for key, *_ in sections("## Scope\n\n## Scope\n\n## Scope {#scope-1}\n\n## Scope\n")] == [
        "scope",
        "scope-2",
        "scope-1",
        "scope-3",
    ]


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("What’s new?", "whats-new"),
        ("第1条　目的", "第1条目的"),
        ("第1条 目的", "第1条-目的"),
        ("① 手順", "-手順"),
        ("½ 日", "-日"),
        ("x²", "x"),
        ("４ 章", "４-章"),
        ("a_b‿c", "a_b‿c"),
        ("en–dash\u00a0x", "endashx"),
        ("Ⓐ 😄", "ⓐ-"),
        ("A/B & C", "ab--c"),
        ("`code` here", "code-here"),
        ("Ⅳ 章", "ⅳ-章"),
    ],
)
def test_slugs(heading: str, key: str) -> None:
    assert slug(heading.replace("`", "")) == key


def test_reference_definitions_follow_the_section_that_uses_them() -> None:
    text = "## A\nSee [the rule][r].\n\n## B\nNothing.\n\n[r]: https://kijun.example/r\n[unused]: https://kijun.example/u\n"
    first, second = sections(text)
    assert first[3] == "See [the rule][r].\n\n[r]: https://kijun.example/r"
    assert second[3] == "Nothing."


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("## A {#x}\n\n## B {#x}\n", "repeated-key", 3),
        ("---\nversion: four\n---\n## A\n", "bad-version", 2),
        ("---\ncode: X\neffective: tomorrow\n---\n## A\n", "bad-effective", 3),
        ("---\neffective: 2026-11-12T10:00 Mars/Base\n---\n## A\n", "bad-effective", 2),
        ("---\na: [\n---\n## A\n", "front-matter-syntax", 2),
        ("---\ntitle: [x]\n---\n## A\n", "front-matter-value", 2),
        ("+++\nx = \n+++\n## A\n", "front-matter-syntax", 1),
        ("", "no-sections", 1),
        ("---\ntitle: X\n---\n\n", "no-sections", 4),
        ("## A\n\n::: sensitive kind=x degree=mild form=text\nb\n", "sensitive-not-closed", 3),
        ("## A\n::: sensitive kind=x degree=loud form=text\nb\n:::\n", "bad-sensitive-label", 2),
    ],
)
def test_a_fault_is_found_at_its_line(text: str, code: str, line: int) -> None:
    assert (code, line) in codes(text)


def test_a_single_top_heading_with_a_key_is_the_title_too() -> None:
    policy = parse(b"# T {#t}\n\n## A\nx\n\n### B\ny\n")[0]
    assert policy.title == "T"
    assert [(section.key, section.level) for section in policy.sections] == [("a", 1), ("b", 2)]


def test_an_alias_in_the_head_is_refused_before_it_is_written_out() -> None:
    """Nine lines of nine aliases each stand for 400 million values; the reader must not even begin with them."""
    bomb = 'a: &a ["x"]\n' + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in itertools.pairwise("abcdefghi")
    )
    assert codes(f"---\n{bomb}---\n## A\n") == [("front-matter-syntax", 2)]
    assert codes("---\ntitle: X\ncode: *t\n---\n## A\n") == [("front-matter-syntax", 3)]
    assert codes("---\ntitle: 'A & B *c'\n---\n## A\n") == []


@pytest.mark.parametrize("opened", ["[", "{x: ", "- ", "? "])
def test_lists_inside_lists_are_read_to_a_depth_and_no_further(opened: str) -> None:
    """Each token is compared with every list that is open: 4,000 took seconds, and 40,000 would take minutes."""
    assert codes(f"---\na: 1\nb:\n {opened * 40_000}\n---\n## A\n") == [("front-matter-syntax", 4)]


@pytest.mark.parametrize("head", ["a = " + "[" * 3000, "a = " + "9" * 5000, ".".join("x" * 3000) + " = 1"])
def test_toml_beyond_measure_is_a_fault_and_no_crash(head: str) -> None:
    assert codes(f"+++\n{head}\n+++\n## A\n") == [("front-matter-syntax", 1)]


def test_unknown_keys_are_kept_and_reported_as_info() -> None:
    policy, findings = parse(b"---\ntitle: X\nweight: 4\ndrifted: true\n---\n## A\n")
    assert [(finding.level, finding.code, finding.facts["key"], finding.line) for finding in findings] == [
        ("info", "unknown-key", "weight", 3),
        ("info", "unknown-key", "drifted", 4),
    ]
    assert policy.matter.others == {"weight": 4, "drifted": True}


def test_toml_and_a_byte_order_mark_and_windows_line_ends() -> None:
    policy, findings = parse(b'\xef\xbb\xbf+++\r\ntitle = "X"\r\nversion = "1.10"\r\n+++\r\n## A\r\ntext\r\n')
    assert findings == []
    assert (policy.title, policy.matter.version, policy.sections[0].body) == ("X", VersionNumber(1, 10), "text")


def test_what_is_no_utf_8_is_one_error() -> None:
    assert [code for code, _ in codes("漢字".encode("cp932"))] == ["not-utf-8"]


def test_yaml_never_builds_objects() -> None:
    assert ("front-matter-syntax", 1) in [
        (code, 1) for code, _ in codes("---\nx: !!python/object/apply:os.system [ls]\n---\n## A\n")
    ]


def test_a_version_is_read_as_it_is_written() -> None:
    assert parse(b"---\nversion: 4.10\n---\n## A\n")[0].matter.version == VersionNumber(4, 10)
    assert parse_number("4.10") > parse_number("4.9")  # type: ignore[operator]
    assert [parse_number(text) for text in ("4", "4.2.1", "v4.2", "04.1", "-1.0", "4.２", "")] == [None] * 7


@pytest.mark.parametrize(
    "written", ["", "2026-11-12", "2026-11-12T10:00", "2026-13-01T10:00 Asia/Tokyo", "2026-11-12T10:00 ../x"]
)
def test_what_is_no_instant(written: str) -> None:
    assert instant(written) is None


def test_in_force_is_the_latest_that_has_begun() -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 11, day, tzinfo=UTC)

    versions = [Effective(1, VersionNumber(4, 1), at(1)), Effective(2, VersionNumber(4, 2), at(12))]
    assert [found and found.id for found in (in_force(versions, at(day)) for day in (1, 11, 12, 30))] == [1, 1, 2, 2]
    assert in_force(versions, datetime(2026, 10, 31, tzinfo=UTC)) is None


def test_hashes_fold_what_does_not_show() -> None:
    assert section_sha256("か\u3099x \r\n") == section_sha256("がx")
    assert section_sha256("a") != section_sha256("b")
    assert [freshness("h", made, translated=True) for made in ("h", "g", None)] == [
        Freshness.CURRENT,
        Freshness.STALE,
        Freshness.STALE,
    ]


@given(st.lists(st.integers(1, 4), max_size=12))
def test_depths_grow_by_one_at_most(levels: list[int]) -> None:
    found = depths(levels)
    assert all(1 <= depth <= 4 for depth in found)
    assert all(after - before <= 1 for before, after in itertools.pairwise(found))
    assert len(set(numbers([f"k{n}" for n in range(len(found))], found))) == len(found)


def test_the_sample_reads_without_findings() -> None:
    files = sorted(SAMPLE.rglob("*.md"))
    assert len(files) >= 4
    for file in files:
        policy, findings = parse(file.read_bytes())
        assert findings == [], file
        assert parse(write(policy).encode())[0].sections == tuple(
            Section(s.key, True, s.level, s.title, s.body, parsed.line)
            for s, parsed in zip(policy.sections, parse(write(policy).encode())[0].sections, strict=True)
        )


keys = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)
titles = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=15)
bodies = st.sampled_from(
    [
        "",
        "Text.",
        "Two\n\nparagraphs.",
        "- a\n- b",
        "```\n## code\n```",
        "::: sensitive kind=x degree=mild form=text\ny\n:::",
    ]
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    names = draw(st.lists(keys, min_size=1, max_size=5, unique=True))
    levels = depths(draw(st.lists(st.integers(1, 4), min_size=len(names), max_size=len(names))))
    found = [
        Section(name, True, level, draw(titles), draw(bodies), 0) for name, level in zip(names, levels, strict=True)
    ]
    matter = FrontMatter(
        code="X", locale="en", title=draw(titles), version=VersionNumber(draw(st.integers(0, 99)), 10), others={"n": 1}
    )
    return Policy(matter, matter.title, tuple(found))


@given(policies())
def test_written_and_read_again_it_is_the_same(policy: Policy) -> None:
    again, findings = parse(write(policy).encode())
    assert [finding.code for finding in findings] == ["unknown-key"]
    assert (again.title, again.matter) == (policy.title, policy.matter)
    assert [(s.key, s.is_explicit, s.level, s.title, s.body) for s in again.sections] == [
        (s.key, s.is_explicit, s.level, s.title, s.body) for s in policy.sections
    ]


@given(st.binary(max_size=60) | st.text(alphabet="-+#=: {}[]\n\tabc`>*_\\", max_size=80).map(str.encode))
def test_nothing_breaks_the_reader(content: bytes) -> None:
    policy, findings = parse(content)
    assert policy.sections or any(finding.level == "error" for finding in findings)


def test_a_code_block_that_is_never_closed_is_pointed_out_where_it_begins() -> None:
    assert codes("## A\n```\nquoted\n```\n\n~~~~\nopen\n~~~\n\n## B\n") == [("open-fence", 6)]
    assert codes("## A\n> ```\n> quoted\n> ```\n\n## B\n") == []
