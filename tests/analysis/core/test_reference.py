"""Every value that ``flask analysis items`` names, against R on two published data sets."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from lms.analysis.core.files import Files, read_responses
from lms.analysis.core.reliability import score_figures
from lms.analysis.core.report import report
from lms.analysis.core.responses import Responses

SETS = ("LSAT6", "MSATB")
ITEM_COLUMNS = {
    "n": "n",
    "facility": "difficulty_p",
    "sd": "sd_n1",
    "point_biserial": "point_biserial",
    "rest_correlation": "corrected_item_total",
    "discrimination_27": "uli27_fractional",
    "alpha_if_deleted": "alpha_if_deleted",
}
DIF_COLUMNS = {
    "odds_ratio": "alpha_mh",
    "delta": "delta_mh",
    "chi2": "mh_chi2_corrected",
    "p": "p_corrected",
    "odds_ratio_purified": "alpha_mh_purified",
    "chi2_purified": "mh_chi2_corrected_purified",
}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(folder: Path, name: str) -> Responses:
    raw = (folder / "item_response" / name / "scored.csv").read_bytes()
    reading = read_responses(Files(raw, group="group", focal="1") if name == "MSATB" else Files(raw))
    assert reading.findings == ()
    assert reading.responses is not None
    return reading.responses


@pytest.fixture(params=SETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def responses(reference_data: Path, name: str) -> Responses:
    return read(reference_data, name)


@pytest.fixture
def of_test(reference_data: Path, name: str) -> dict[str, float]:
    rows = rows_of(reference_data / "item_response" / name / "ref_test.csv")
    return {row["statistic"]: float(row["value"]) for row in rows}


def test_the_figures_of_the_test_equal_r(responses: Responses, of_test: dict[str, float]) -> None:
    found = report(responses)["test"]
    assert found == {
        "people": of_test["N"],
        "used": of_test["N"],
        "dropped": 0,
        "items": of_test["k"],
        "mean": pytest.approx(of_test["mean_total"], abs=1e-6),
        "sd": pytest.approx(of_test["sd_total_n1"], abs=1e-6),
        "alpha": pytest.approx(of_test["alpha_raw"], abs=1e-6),
        "sem": pytest.approx(of_test["sem_alpha"], abs=1e-6),
    }


def test_feldts_interval_of_alpha_equals_r(responses: Responses, of_test: dict[str, float]) -> None:
    interval = score_figures(responses).interval
    assert interval is not None
    assert interval.low == pytest.approx(of_test["alpha_ci95_feldt_lower"], abs=1e-6)
    assert interval.high == pytest.approx(of_test["alpha_ci95_feldt_upper"], abs=1e-6)


def test_the_figures_of_every_item_equal_r(reference_data: Path, name: str, responses: Responses) -> None:
    reference = rows_of(reference_data / "item_response" / name / "ref_items.csv")
    found = report(responses)["items"]
    assert [item["item"] for item in found] == [row["item"] for row in reference]
    for item, row in zip(found, reference, strict=True):
        assert set(item) == {"item", "distractors", *ITEM_COLUMNS}
        for ours, theirs in ITEM_COLUMNS.items():
            assert item[ours] == pytest.approx(float(row[theirs]), abs=1e-6), (item["item"], ours)


def test_dif_equals_r(reference_data: Path) -> None:
    reference = rows_of(reference_data / "item_response" / "MSATB" / "ref_dif_mh.csv")
    found = report(read(reference_data, "MSATB"), focal="1")["dif"]
    assert [item["item"] for item in found] == [row["item"] for row in reference]
    for item, row in zip(found, reference, strict=True):
        for ours, theirs in DIF_COLUMNS.items():
            assert item[ours] == pytest.approx(float(row[theirs]), abs=1e-6), (item["item"], ours)
        assert item["class"] == row["ets_class_full_rule"]
        assert (item["chi2_purified"] > 3.841) == (row["flagged_purified"] == "1")
        assert item["delta_purified"] == pytest.approx(-2.35 * math.log(float(row["alpha_mh_purified"])), abs=1e-6)
        assert item["p_purified"] == pytest.approx(math.erfc(math.sqrt(item["chi2_purified"] / 2)), abs=1e-12)


def test_moodles_quiz_figures_follow_from_those_of_r(responses: Responses, of_test: dict[str, float]) -> None:
    """R gives population skewness and kurtosis; the sample forms follow from these by their published conversion."""
    quiz = report(responses, moodle=True)["moodle"]["quiz"]
    n, g1, g2 = of_test["N"], of_test["skew_g1"], of_test["excess_kurtosis_g2"]
    assert quiz == {
        "mean": pytest.approx(of_test["mean_total"], abs=1e-6),
        "median": of_test["median_total"],
        "sd": pytest.approx(of_test["sd_total_n1"], abs=1e-6),
        "skewness": pytest.approx(g1 * math.sqrt(n * (n - 1)) / (n - 2), abs=1e-6),
        "kurtosis": pytest.approx((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6), abs=1e-6),
        "cic": pytest.approx(100 * of_test["alpha_raw"], abs=1e-6),
        "error_ratio": pytest.approx(100 * math.sqrt(1 - of_test["alpha_raw"]), abs=1e-6),
        "standard_error": pytest.approx(of_test["sem_alpha"], abs=1e-6),
    }


def test_moodles_discrimination_index_is_the_rest_correlation(responses: Responses) -> None:
    document = report(responses, moodle=True)
    for item, of_moodle in zip(document["items"], document["moodle"]["items"], strict=True):
        assert of_moodle["discrimination_index"] == pytest.approx(100 * item["rest_correlation"], abs=1e-9)
        assert of_moodle["facility"] == pytest.approx(item["facility"])
        assert of_moodle["sd"] == pytest.approx(item["sd"])


def test_the_document_is_json_with_the_keys_of_the_contract(reference_data: Path) -> None:
    document: dict[str, Any] = json.loads(
        json.dumps(report(read(reference_data, "MSATB"), focal="1", moodle=True), allow_nan=False)
    )
    assert list(document) == ["test", "items", "dif", "moodle"]
    plain = ["odds_ratio", "delta", "chi2", "p", "class"]
    assert list(document["dif"][0]) == ["item", *plain, *(f"{figure}_purified" for figure in plain)]
    assert list(document["moodle"]["items"][0]) == [
        "item",
        "facility",
        "sd",
        "intended_weight",
        "effective_weight",
        "discrimination_index",
        "discriminative_efficiency",
    ]
