"""``flask analysis agreement``: a CSV of ratings in, the figures out, and every fault with line and column."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lms.analysis.core.agreement import Measure
from tests.cli.conftest import Run, Write

COUNTED = "raterA,raterB,count\nyes,yes,20\nyes,no,5\nno,yes,10\nno,no,15\n"
SCALE = "unit,A,B,C\nu1,1,1,2\nu2,2,2,2\nu3,3,3,1\nu4,4,3,4\n"
KEYS = ["units", "raters", "percent", "cohen_kappa", "fleiss_kappa", "krippendorff_alpha", "interval"]


def test_the_document_has_the_keys_of_the_contract(run: Run, write: Write) -> None:
    answer = run("analysis", "agreement", write("r.csv", COUNTED), "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert list(document) == KEYS
    assert (document["units"], document["raters"]) == (50, 2)
    assert document["percent"] == pytest.approx(0.7)
    assert document["cohen_kappa"] == pytest.approx(0.4)
    low, high = document["interval"]
    assert low < document["krippendorff_alpha"] < high


@pytest.mark.parametrize("measure", Measure)
def test_krippendorffs_example(run: Run, reference_data: Path, measure: Measure) -> None:
    folder = reference_data / "agreement"
    with (folder / "krippendorff_4coders_12units.expected.csv").open(encoding="utf-8") as file:
        published = {row["metric"]: float(row["alpha"]) for row in csv.DictReader(file)}
    answer = run(
        *("analysis", "agreement", folder / "krippendorff_4coders_12units.csv", "--level", measure.value, "--json")
    )
    assert answer.document["krippendorff_alpha"] == pytest.approx(published[measure.value], abs=1e-6)
    low, high = answer.document["interval"]
    assert low < published[measure.value] < high


def test_null_has_a_reason_in_the_document_and_in_words(run: Run, write: Write) -> None:
    file = write("r.csv", SCALE)
    answer = run("analysis", "agreement", file, "--level", "ordinal", "--json")
    assert answer.code == 0
    assert answer.document["cohen_kappa"] is None
    assert answer.document["reasons"] == {"cohen_kappa": "not-two-raters"}
    assert "cohen_kappa" in answer.err
    assert run("analysis", "agreement", file, "--json", lang="ja_JP.UTF-8").speaks_japanese


def test_without_json_unit_level_and_n_stand_beside_the_figures(run: Run, write: Write) -> None:
    answer = run("analysis", "agreement", write("r.csv", COUNTED))
    rows = dict(line.split("\t", 1) for line in answer.out.splitlines())
    assert (rows["level"], rows["units"], rows["raters"], rows["cohen_kappa"]) == ("nominal", "50", "2", "0.400")
    assert len(rows["interval"].split("\t")) == 2


def test_the_seed_decides_the_interval_and_nothing_else(run: Run, write: Write) -> None:
    file = write("r.csv", SCALE)
    plain, first, second = (
        run("analysis", "agreement", file, "--level", "interval", *seed, "--json").document
        for seed in ([], ["--seed", "1"], ["--seed", "2"])
    )
    assert plain == first
    assert first.pop("interval") != second.pop("interval")
    assert first == second


@pytest.mark.parametrize(
    "disguise",
    [
        b"\xef\xbb\xbf" + SCALE.encode(),
        SCALE.replace("\n", "\r\n").encode(),
        SCALE.replace(",", ";").encode(),
        SCALE.replace("1", "１").replace("u１", "u1").encode(),
    ],
    ids=["bom", "crlf", "semicolons", "full-width"],
)
def test_how_the_file_is_written_changes_nothing(run: Run, write: Write, disguise: bytes) -> None:
    plain = run("analysis", "agreement", write("r.csv", SCALE), "--level", "ratio", "--json").document
    assert run("analysis", "agreement", write("d.csv", disguise), "--level", "ratio", "--json").document == plain


def test_names_in_cp932_are_read_and_that_is_said(run: Run, write: Write) -> None:
    text = "評価者1,評価者2\n削除,削除\n維持,維持\n削除,維持\n"
    answer = run("analysis", "agreement", write("r.csv", text.encode("cp932")), "--json")
    assert answer.code == 0
    assert "cp932" in answer.err.lower()
    assert answer.document["percent"] == pytest.approx(2 / 3)


def test_every_fault_is_listed_with_line_and_column_and_nothing_is_computed(run: Run, write: Write) -> None:
    file = write("r.csv", "unit,A,B,count\nu1,1,x,1\nu1,2,2,1\n,2,2,1\nu4,1,1,half\nu5,1,-1,1\nu6,1\n")
    answer = run("analysis", "agreement", file, "--level", "ratio", "--json")
    assert (answer.code, answer.out) == (1, "")
    assert [" ".join(line.split(" ")[:2]) for line in answer.err.splitlines()] == [
        "ratings:2:3 error:",
        "ratings:3:1 error:",
        "ratings:4:1 error:",
        "ratings:5:4 error:",
        "ratings:6:3 error:",
        "ratings:7:1 error:",
    ]
    assert run("analysis", "agreement", file, "--level", "ratio", lang="ja_JP.UTF-8").speaks_japanese


def test_skip_errors_computes_the_rest(run: Run, write: Write) -> None:
    file = write("r.csv", SCALE + "u5,1,x,1\n")
    assert run("analysis", "agreement", file, "--level", "ordinal", "--json").code == 1
    answer = run("analysis", "agreement", file, "--level", "ordinal", "--skip-errors", "--json")
    assert (answer.code, answer.document["units"]) == (0, 4)
    assert "6:3" in answer.err


def test_a_rater_without_a_rating_is_said_and_left_out(run: Run, write: Write) -> None:
    answer = run("analysis", "agreement", write("r.csv", "A,B,C\n1,1,\n2,1,\n"), "--json")
    assert answer.code == 0
    assert "1:3 warning" in answer.err
    assert (answer.document["raters"], answer.document["cohen_kappa"]) == (2, 0)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"unit,count\nu1,2\n", b"unit,A,B\n", b"A,A\n1,1\n", b"\x00\xff\x81\x00"]
)
def test_a_file_that_is_no_table_of_ratings_is_a_sentence(run: Run, write: Write, content: bytes) -> None:
    answer = run("analysis", "agreement", write("r.csv", content), "--json")
    assert (answer.code, answer.out) == (1, "")
    assert "error: " in answer.err


@pytest.mark.parametrize("options", [["--level", "odd"], ["--seed", "x"], ["--seed", "-1"], ["--frobnicate"]])
def test_wrong_usage_is_exit_code_2(run: Run, write: Write, options: list[str]) -> None:
    assert run("analysis", "agreement", write("r.csv", SCALE), *options).code == 2
