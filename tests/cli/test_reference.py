"""The commands on files that other people wrote: real policies in two languages, R's figures, GIFT of many hands."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.policies.models import SectionRevision
from tests.cli.conftest import Run

OPENTELEMETRY = (
    "contributing__development",
    "security__config-best-practices",
    "security__handling-sensitive-data",
)
TEST_FIGURES = {"people": "N", "items": "k", "mean": "mean_total", "sd": "sd_total_n1", "alpha": "alpha_raw"} | {
    "sem": "sem_alpha"
}
ITEM_FIGURES = {
    "facility": "difficulty_p",
    "sd": "sd_n1",
    "point_biserial": "point_biserial",
    "rest_correlation": "corrected_item_total",
    "discrimination_27": "uli27_fractional",
    "alpha_if_deleted": "alpha_if_deleted",
}
DIF_FIGURES = {
    "odds_ratio": "alpha_mh",
    "delta": "delta_mh",
    "chi2": "mh_chi2_corrected",
    "p": "p_corrected",
    "odds_ratio_purified": "alpha_mh_purified",
    "chi2_purified": "mh_chi2_corrected_purified",
}
OF_PEGJS = {"single": "MC", "multiple": "MC"}


@pytest.fixture
def policies(reference_data: Path) -> Path:
    return reference_data / "policies"


@pytest.fixture
def at_translation(policies: Path, tmp_path: Path) -> Callable[[str], tuple[Path, Path]]:
    """A policy of OpenTelemetry as it was when it was translated, in two files named as a pair."""

    def pair(name: str) -> tuple[Path, Path]:
        folder = policies / "opentelemetry"
        english = shutil.copy(folder / f"{name}.en.AT_TRANSLATION.md", tmp_path / f"{name}.en.md")
        return english, shutil.copy(folder / f"{name}.ja.md", tmp_path / f"{name}.ja.md")

    return pair


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def states_of(run: Run, *paths: Path) -> dict[str, str]:
    """Each section's state in the Japanese, by key; no error and no doubtful pair may be among the findings."""
    answer = run("policies", "check", *paths, "--json")
    assert answer.code == 0, answer.err
    assert {finding["level"] for finding in answer.document["findings"]} <= {"info"}
    return {row["key"]: row["status"]["ja"] for row in answer.document["sections"]}


def titles_of(app: Flask, locale: str) -> list[str | None]:
    with app.app_context():
        query = select(SectionRevision.title).where(SectionRevision.locale == locale)
        return list(db.session.scalars(query.order_by(SectionRevision.id)))


def test_the_contributor_covenant_pairs_up_without_a_finding(run: Run, policies: Path) -> None:
    folder = policies / "contributor-covenant" / "2.1"
    answer = run("policies", "check", folder / "code_of_conduct.en.md", folder / "code_of_conduct.ja.md", "--json")
    assert answer.code == 0
    sections = answer.document["sections"]
    assert {row["status"]["ja"] for row in sections} == {"current"}
    by_english = {row["title"]["en"]: row["title"]["ja"] for row in sections}
    assert by_english["Our Pledge"] == "私たちの約束"
    assert by_english["Attribution"] == "帰属"
    assert {finding["level"] for finding in answer.document["findings"]} <= {"info"}


def test_the_contributor_covenant_imports_in_both_languages(run: Run, policies: Path, app: Flask) -> None:
    folder = policies / "contributor-covenant" / "2.1"
    paths = [folder / "code_of_conduct.en.md", folder / "code_of_conduct.ja.md"]
    assert run("policies", "import", *paths, "--publish").code == 0
    english, japanese = titles_of(app, "en"), titles_of(app, "ja")
    assert len(english) == len(japanese) == 11
    assert "Our Pledge" in english
    assert "私たちの約束" in japanese


def test_the_one_section_that_the_japanese_lacks_is_named_and_not_guessed(run: Run, policies: Path) -> None:
    folder = policies / "opensource-guide"
    states = states_of(run, folder / "how-to-contribute.en.md", folder / "how-to-contribute.ja.md")
    assert [key for key, state in states.items() if state != "current"] == ["improve-software-you-rely-on"]
    assert states["improve-software-you-rely-on"] == "missing"


def test_the_missing_section_is_missing_in_the_database_too(run: Run, policies: Path, app: Flask) -> None:
    folder = policies / "opensource-guide"
    paths = [folder / "how-to-contribute.en.md", folder / "how-to-contribute.ja.md"]
    assert run("policies", "import", *paths, "--code", "OSG").code == 0
    english, japanese = titles_of(app, "en"), titles_of(app, "ja")
    assert "Improve software you rely on" in english
    assert len(english) - len(japanese) == 1


@pytest.mark.parametrize("name", OPENTELEMETRY)
def test_a_pair_of_opentelemetry_checks_and_imports(
    run: Run, at_translation: Callable[[str], tuple[Path, Path]], app: Flask, name: str
) -> None:
    paths = at_translation(name)
    states = states_of(run, *paths)
    assert set(states.values()) <= {"current", "identical"}
    assert run("policies", "import", *paths, "--code", "OTEL", "--publish").code == 0
    assert len(titles_of(app, "en")) == len(titles_of(app, "ja")) == len(states)


@pytest.mark.parametrize("name", OPENTELEMETRY)
def test_todays_english_beside_an_older_translation_loses_no_section(run: Run, policies: Path, name: str) -> None:
    folder = policies / "opentelemetry"
    answer = run("policies", "check", folder / f"{name}.en.md", folder / f"{name}.ja.md", "--json")
    assert answer.code == 0
    sections = answer.document["sections"]
    alone = run("policies", "check", folder / f"{name}.ja.md", "--json").document["sections"]
    assert sum(row["status"]["ja"] != "missing" for row in sections) == len(alone)
    assert [row["title"]["ja"] for row in sections if row["title"]["ja"]] == [
        row["title"]["en"] for row in alone if row["title"]["en"]
    ]


@pytest.mark.parametrize("name", OPENTELEMETRY)
def test_an_exported_real_policy_imports_to_the_same_bytes(
    run: Run, at_translation: Callable[[str], tuple[Path, Path]], tmp_path: Path, name: str
) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for given, output in ((at_translation(name), first), ((first,), second)):
        assert run("policies", "import", *given, "--code", "OTEL").code == 0
        assert run("policies", "export", "OTEL", "--output", output).code == 0
    for file in ("en.md", "ja.md"):
        assert (second / file).read_bytes() == (first / file).read_bytes()


@pytest.mark.parametrize("name", ["LSAT6", "MSATB"])
def test_every_figure_of_test_and_items_equals_r(run: Run, reference_data: Path, name: str) -> None:
    folder = reference_data / "item_response" / name
    document = analysed(run, folder)
    of_test = {row["statistic"]: float(row["value"]) for row in rows_of(folder / "ref_test.csv")}
    assert set(document["test"]) == {*TEST_FIGURES, "used", "dropped"}
    for ours, theirs in TEST_FIGURES.items():
        assert document["test"][ours] == pytest.approx(of_test[theirs], abs=1e-6), ours
    assert (document["test"]["used"], document["test"]["dropped"]) == (of_test["N"], 0)
    reference = rows_of(folder / "ref_items.csv")
    assert [item["item"] for item in document["items"]] == [row["item"] for row in reference]
    for item, row in zip(document["items"], reference, strict=True):
        assert set(item) == {"item", "n", "distractors", *ITEM_FIGURES}
        assert item["n"] == int(row["n"])
        for ours, theirs in ITEM_FIGURES.items():
            assert item[ours] == pytest.approx(float(row[theirs]), abs=1e-6), (item["item"], ours)


def test_every_figure_of_dif_equals_r(run: Run, reference_data: Path) -> None:
    folder = reference_data / "item_response" / "MSATB"
    found = analysed(run, folder, "--group", "group", "--focal", "1")["dif"]
    reference = rows_of(folder / "ref_dif_mh.csv")
    assert [item["item"] for item in found] == [row["item"] for row in reference]
    for item, row in zip(found, reference, strict=True):
        for ours, theirs in DIF_FIGURES.items():
            assert item[ours] == pytest.approx(float(row[theirs]), abs=1e-6), (item["item"], ours)
        assert item["class"] == row["ets_class_full_rule"]
        assert item["delta_purified"] == pytest.approx(-2.35 * math.log(float(row["alpha_mh_purified"])), abs=1e-6)


def analysed(run: Run, folder: Path, *options: str) -> Any:
    answer = run("analysis", "items", folder / "scored.csv", *options, "--json")
    assert (answer.code, answer.err) == (0, "")
    return answer.document


def test_gift_of_many_hands_is_counted_like_an_independent_parser_does(run: Run, reference_data: Path) -> None:
    banks = reference_data / "question-banks"
    rows = [row for row in rows_of(banks / "expected_gift_by_gift-pegjs.csv") if row["parser_result"] == "ok"]
    compared = 0
    for row in rows:
        expected = Counter({kind: int(n) for kind, n in re.findall(r"(\w+):(\d+)", row["types_or_error"])})
        unknown = expected["Essay"] + expected["Description"]
        items = sum(count for kind, count in expected.items() if kind != "Category")
        if not items:
            continue
        answer = run("questions", "check", banks / row["file"], "--json")
        assert answer.code == 0, row["file"]
        found = answer.document["findings"]
        kinds = [finding["code"] for finding in found if finding["level"] == "dropped"]
        assert kinds.count("gift.type-not-taken") == unknown, row["file"]
        assert len(answer.document["questions"]) == items - unknown - kinds.count("gift.wildcard"), row["file"]
        assert all(finding["line"] for finding in found)
        others = {finding["code"] for finding in found if finding["level"] not in ("dropped", "changed")}
        assert others <= {"question.same-twice", "question.same-option-twice"}, row["file"]
        compared += 1
    assert compared >= 30


@pytest.mark.parametrize("name", ["mc1", "mc2", "mc4", "mc5"])
def test_a_choice_question_of_gift_has_the_options_and_keys_of_the_independent_parser(
    run: Run, reference_data: Path, name: str
) -> None:
    folder = reference_data / "question-banks" / "gift" / "fuhrmanator"
    theirs = [item for item in json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) if "choices" in item]
    ours = run("questions", "check", folder / f"{name}.gift", "--json").document["questions"]
    assert len(ours) == len(theirs) > 0
    for question, reference in zip(ours, theirs, strict=True):
        assert spaced([option["text"]["und"] for option in question["options"]]) == spaced(
            [choice["text"]["text"] for choice in reference["choices"]]
        )
        for option, choice in zip(question["options"], reference["choices"], strict=True):
            weight = choice["weight"]
            assert option["fraction"] == pytest.approx(
                weight / 100 if weight is not None else float(bool(choice["isCorrect"]))
            )


def spaced(texts: list[str]) -> list[str]:
    return [" ".join(text.split()) for text in texts]
