"""Pairs across languages: the true pairing of real policies, established by reading both texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lms.policies.core.check import Match, check
from lms.policies.core.document import Policy, Section, parse
from lms.policies.core.pairing import pair

ONE_TO_ONE = [
    ("contributor-covenant/2.0/code_of_conduct.en.md", "contributor-covenant/2.0/code_of_conduct.ja.md", 11),
    ("contributor-covenant/2.1/code_of_conduct.en.md", "contributor-covenant/2.1/code_of_conduct.ja.md", 11),
    ("opensource-guide/code-of-conduct.en.md", "opensource-guide/code-of-conduct.ja.md", 8),
    ("opensource-guide/legal.en.md", "opensource-guide/legal.ja.md", 8),
    *(
        (f"opentelemetry/{name}.en.{version}", f"opentelemetry/{name}.ja.md", count)
        for name, count in (
            ("contributing__development", 12),
            ("security__config-best-practices", 15),
            ("security__handling-sensitive-data", 9),
        )
        for version in ("AT_TRANSLATION.md",)
    ),
]


def load(folder: Path, name: str) -> Policy:
    return parse((folder / "policies" / name).read_bytes())[0]


def without_keys(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The same sections as if the translator had left the keys out."""
    return tuple(
        section if section.key == "_intro" else replace(section, key=f"section-{place}", is_explicit=False)
        for place, section in enumerate(sections)
    )


@pytest.mark.parametrize(("english", "japanese", "count"), ONE_TO_ONE)
def test_documents_of_the_same_sections_pair_one_to_one(
    reference_data: Path, english: str, japanese: str, count: int
) -> None:
    source, translation = load(reference_data, english), load(reference_data, japanese)
    assert len(source.sections) == len(translation.sections) == count
    straight = {place: place for place in range(count)}
    for sections in (translation.sections, without_keys(translation.sections)):
        pairing = pair(source.sections, sections)
        assert (pairing.pairs, pairing.doubts) == (straight, ())


def test_the_section_that_the_japanese_lacks_is_named(reference_data: Path) -> None:
    rows, findings = check(
        load(reference_data, "opensource-guide/how-to-contribute.en.md"),
        load(reference_data, "opensource-guide/how-to-contribute.ja.md"),
    )
    assert [row.key for row in rows if row.match is Match.MISSING] == ["improve-software-you-rely-on"]
    assert [row.match for row in rows].count(Match.CURRENT) == 32
    assert findings == []
    titles = {row.source.title: row.translation.title for row in rows if row.source and row.translation}
    assert titles["Improve existing skills"] == "既に持っているスキルを改善する"
    assert titles["What happens after you submit your contribution"] == "コントリビュートを提出した後に起こること"
    assert titles["You did it! 🎉"] == "やりました！"


def test_a_stale_translation_pairs_what_it_has_and_names_what_is_new(reference_data: Path) -> None:
    """The English has a list of languages and a list of questions on top; its levels differ from the Japanese ones."""
    rows, _ = check(
        load(reference_data, "cncf/code-of-conduct.en.md"), load(reference_data, "cncf/code-of-conduct.ja.md")
    )
    titles = {row.source.title: row.translation and row.translation.title for row in rows if row.source}
    assert titles == {
        "CNCF Community Code of Conduct v1.3": None,
        "Community Code of Conduct": "コミュニティの行動規範",
        "Scope": "適用範囲",
        "CNCF Events": "CNCFイベント",
        "Our Standards": "規範",
        "Reporting": "報告",
        "Frequently asked questions": None,
        "Enforcement": "施行",
        "Amendments": "改正",
        "Acknowledgements": "謝辞",
    }


def test_where_the_texts_drift_apart_nothing_is_paired_wrongly(reference_data: Path) -> None:
    """The Japanese has a role of its own, and its later sections are much shorter than the English ones."""
    rows, findings = check(
        load(reference_data, "cncf-glossary/contributor-ladder.en.md"),
        load(reference_data, "cncf-glossary/contributor-ladder.ja.md"),
    )
    true = {
        "1. Contributors": "1. 貢献者",
        "2. Approvers": "2. 承認者",
        "English Glossary Approvers": "英語用語集の承認者",
        "Localization Approvers": "ローカライゼーションの承認者",
        "Becoming an Approver": "承認者になる",
        "3. Maintainers": "3. メンテナー",
        "Becoming a Maintainer": "メンテナーになる",
        "Involuntary Removal": "非自主的な解任",
        "Stepping Down/Emeritus Process": "退任/名誉職のプロセス",
        "Stepping Back Into a Role": "役職への復帰",
    }
    paired = {row.source.title: row.translation.title for row in rows if row.source and row.translation and row.number}
    assert paired.items() <= true.items()
    assert {finding.code for finding in findings} == {"uncertain-pair"}
    assert "コミュニティマネージャーになる" in [row.translation.title for row in rows if row.match is Match.EXTRA]


@pytest.mark.parametrize("cut", ["Find mentors and teach others", "Learn people skills"])
def test_a_run_that_may_be_shifted_is_left_open(reference_data: Path, cut: str) -> None:
    """The Japanese lacks one section already; with another one cut from the English the numbers are equal again."""
    folder = "opensource-guide/how-to-contribute"
    whole, translation = (
        load(reference_data, f"{folder}.en.md").sections,
        load(reference_data, f"{folder}.ja.md").sections,
    )
    true = {whole[source].key: place for source, place in pair(whole, translation).pairs.items()}
    source = tuple(section for section in whole if section.title != cut)
    assert len(source) == len(translation)
    pairing = pair(source, translation)
    assert {source[row].key: place for row, place in pairing.pairs.items()}.items() <= true.items()
    assert pairing.doubts
    assert all(len(doubt.candidates) == 2 for doubt in pairing.doubts)


def test_any_section_may_be_missing_on_either_side_and_no_pair_is_wrong(reference_data: Path) -> None:
    folder = "opensource-guide/how-to-contribute"
    whole, translation = (
        load(reference_data, f"{folder}.en.md").sections,
        load(reference_data, f"{folder}.ja.md").sections,
    )
    true = {whole[source].key: translation[place].key for source, place in pair(whole, translation).pairs.items()}
    for missing in range(1, len(translation)):
        for source, other in (
            (whole[:missing] + whole[missing + 1 :], translation),
            (whole, translation[:missing] + translation[missing + 1 :]),
        ):
            found = {source[row].key: other[place].key for row, place in pair(source, other).pairs.items()}
            assert found.items() <= true.items(), missing


def test_an_introduction_is_no_translation_of_a_headed_section() -> None:
    text = "The Northwind programme of 2026 covers GitHub, Slack and Zoom, see https://example.com/abc."
    english = parse(f"# T\n\n{text}\n\n## Scope\nPlain words only.\n".encode())[0]
    japanese = parse(f"# T\n\n## はじめに\n{text}\n\n## 適用範囲\n普通の言葉。\n".encode())[0]
    for source, translation in ((english, japanese), (japanese, english)):
        rows, _ = check(source, translation)
        assert not [
            row for row in rows if row.source and row.translation and "_intro" in (row.source.key, row.translation.key)
        ]
    alone = parse("# T\n\n## ア\nx\n".encode())[0]
    rows, findings = check(parse(b"# T\n\nintro here\n\n## A\nx\n")[0], alone)
    assert [(row.key, row.match) for row in rows] == [("_intro", Match.MISSING), ("a", Match.CURRENT)]
    assert findings == []


def test_explicit_keys_pair_although_their_order_differs() -> None:
    english = parse(b"## One {#one}\na\n\n## Two {#two}\nb\n")[0]
    japanese = parse("## 二 {#two}\nb\n\n## 一 {#one}\na\n".encode())[0]
    assert pair(english.sections, japanese.sections).pairs == {0: 1, 1: 0}


def test_an_unknown_explicit_key_of_the_translation_is_extra() -> None:
    english = parse(b"## One {#one}\nText about one thing.\n")[0]
    japanese = parse("## 一 {#other}\n一つのことについての本文。\n".encode())[0]
    rows, _ = check(english, japanese)
    assert [(row.key, row.match) for row in rows] == [("one", Match.MISSING), ("other", Match.EXTRA)]


def test_a_copy_of_the_english_is_identical_from_40_letters_on() -> None:
    text = "These words are long enough to be seen as a copy of the source."
    english = parse(f"## A {{#a}}\n{text}\n\n## B {{#b}}\n12345\n".encode())[0]
    japanese = parse(f"## あ {{#a}}\n{text}  \n\n## い {{#b}}\n12345\n".encode())[0]
    assert [row.match for row in check(english, japanese)[0]] == [Match.IDENTICAL, Match.CURRENT]
