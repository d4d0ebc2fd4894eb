"""``flask analysis items``: a CSV in, the figures out; every fault with line and column, and the exit codes."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run, Write

SCORED = "person,Q1,Q2,Q3\nL1,1,1,1\nL2,1,1,0\nL3,1,0,0\nL4,0,0,0\n"
RAW = "person,Q1,Q2\nL1,A,B\nL2,A,C\nL3,B,B\nL4,A,\n"
KEY = "item,key\nQ1,A\nQ2,B\n"
GROUPS = "person,group,Q1,Q2\n" + "".join(
    f"L{n},{'new' if n % 2 else 'old'},{int(n % 3 > 0)},{int(n % 5 > 1)}\n" for n in range(40)
)


def test_the_document_has_the_keys_of_the_contract_and_figures_one_can_count(run: Run, write: Write) -> None:
    answer = run("analysis", "items", write("r.csv", SCORED), "--json")
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert list(document) == ["test", "items", "dif"]
    assert list(document["test"]) == ["people", "used", "dropped", "items", "mean", "sd", "alpha", "sem"]
    assert (document["test"]["people"], document["test"]["items"], document["test"]["mean"]) == (4, 3, 1.5)
    assert [item["facility"] for item in document["items"]] == [0.75, 0.5, 0.25]
    assert list(document["items"][0]) == [
        *("item", "n", "facility", "sd", "point_biserial", "rest_correlation"),
        *("discrimination_27", "alpha_if_deleted", "distractors"),
    ]


def test_without_json_each_item_is_a_line_with_n_facility_and_rest_correlation(run: Run, write: Write) -> None:
    answer = run("analysis", "items", write("r.csv", SCORED))
    assert answer.code == 0
    rows = [line.split("\t") for line in answer.out.splitlines()]
    assert [row[:3] for row in rows] == [["Q1", "4", "0.750"], ["Q2", "4", "0.500"], ["Q3", "4", "0.250"]]


def test_a_figure_that_is_not_defined_is_null_and_a_dash(run: Run, write: Write) -> None:
    file = write("r.csv", "person,Q1,Q2\nL1,1,1\nL2,1,0\n")
    assert run("analysis", "items", file, "--json").document["items"][0]["point_biserial"] is None
    assert run("analysis", "items", file).out.splitlines()[0].endswith("\t–")


def test_with_a_key_raw_answers_are_graded_and_their_options_counted(run: Run, write: Write) -> None:
    answer = run("analysis", "items", write("r.csv", RAW), "--key", write("k.csv", KEY), "--json")
    assert answer.code == 0
    first, second = answer.document["items"]
    assert (first["facility"], second["n"]) == (0.75, 3)
    assert second["facility"] == pytest.approx(2 / 3)
    assert [(option["option"], option["count"]) for option in second["distractors"]] == [("B", 2), ("C", 1)]
    assert set(second["distractors"][0]) == {"option", "count", "share", "rest_correlation"}


def test_blank_as_0_counts_an_empty_cell_as_wrong(run: Run, write: Write) -> None:
    answer = run("analysis", "items", write("r.csv", RAW), "--key", write("k.csv", KEY), "--blank-as", "0", "--json")
    assert answer.document["items"][1]["facility"] == 0.5


def test_with_maxima_cells_are_marks(run: Run, write: Write) -> None:
    marks = write("r.csv", "person,Q1,Q2\nL1,4,1\nL2,2,0\n")
    answer = run("analysis", "items", marks, "--max", write("m.csv", "item,max\nQ1,4\nQ2,1\n"), "--json")
    assert answer.code == 0
    assert [item["facility"] for item in answer.document["items"]] == [0.75, 0.5]


def test_group_and_focal_add_dif_and_moodle_adds_its_block(run: Run, write: Write) -> None:
    answer = run(
        *("analysis", "items", write("r.csv", GROUPS)),
        *("--group", "group", "--focal", "new", "--moodle", "--json"),
    )
    assert answer.code == 0
    assert list(answer.document) == ["test", "items", "dif", "moodle"]
    assert [row["item"] for row in answer.document["dif"]] == ["Q1", "Q2"]
    assert set(answer.document["moodle"]) == {"items", "quiz"}


def test_ignored_columns_and_the_group_are_no_items(run: Run, write: Write) -> None:
    text = "person,group,site,minutes,Q1,Q2\nL1,a,tokyo,12,1,0\nL2,b,osaka,9,0,1\n"
    answer = run("analysis", "items", write("r.csv", text), "--ignore", "site", "--ignore", "minutes", "--json")
    assert [item["item"] for item in answer.document["items"]] == ["Q1", "Q2"]


def test_every_fault_is_listed_with_line_and_column_and_nothing_is_computed(run: Run, write: Write) -> None:
    file = write("r.csv", "person,Q1,Q2\nL1,1,x\nL1,1,0\nL2,2,1\nL3,1\n")
    answer = run("analysis", "items", file, "--json")
    assert (answer.code, answer.out) == (1, "")
    places = [" ".join(line.split(" ")[:2]) for line in answer.err.splitlines()]
    assert places == [
        "responses:2:3 error:",
        "responses:3:1 error:",
        "responses:4:2 error:",
        "responses:5:1 error:",
    ]


def test_skip_errors_computes_the_rest_and_still_says_what_was_left_out(run: Run, write: Write) -> None:
    file = write("r.csv", SCORED + "L5,1,x,1\n")
    answer = run("analysis", "items", file, "--skip-errors", "--json")
    assert answer.code == 0
    assert answer.document["test"]["people"] == 4
    assert "6:3" in answer.err


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"person\nL1\n", b"person,Q1\n", b"name,Q1\nL1,1\n", b"person,Q1,Q1\nL1,1,1\n", b"\x00\xff\x81\x00"],
)
def test_a_file_that_is_no_table_of_responses_is_a_sentence(run: Run, write: Write, content: bytes) -> None:
    file = write("r.csv", content)
    answer = run("analysis", "items", file, "--json")
    assert (answer.code, answer.out) == (1, "")
    assert "error: " in answer.err
    assert run("analysis", "items", file, lang="ja_JP.UTF-8").speaks_japanese


@pytest.mark.parametrize(
    "disguise",
    [b"\xef\xbb\xbf" + SCORED.encode(), SCORED.replace("\n", "\r\n").encode(), SCORED.replace(",", "\t").encode()],
    ids=["bom", "crlf", "tabs"],
)
def test_a_byte_order_mark_crlf_and_tabs_change_nothing(run: Run, write: Write, disguise: bytes) -> None:
    plain = run("analysis", "items", write("r.csv", SCORED), "--json").document
    assert run("analysis", "items", write("d.csv", disguise), "--json").document == plain


def test_names_in_cp932_are_read_and_that_is_said(run: Run, write: Write) -> None:
    answer = run(
        "analysis", "items", write("r.csv", "person,設問1,設問2\n髙橋,1,0\n佐藤,0,1\n".encode("cp932")), "--json"
    )
    assert answer.code == 0
    assert [item["item"] for item in answer.document["items"]] == ["設問1", "設問2"]
    assert "cp932" in answer.err.lower()


def test_a_fault_in_the_key_names_that_file(run: Run, write: Write) -> None:
    answer = run("analysis", "items", write("r.csv", RAW), "--key", write("k.csv", "item,key\nQ1,A\nQ9,C\n"), "--json")
    assert (answer.code, answer.out) == (1, "")
    assert any(line.startswith("key:") and "Q2" in line for line in answer.err.splitlines())


@pytest.mark.parametrize(
    "options",
    [["--group", "group"], ["--focal", "new"], ["--blank-as", "1"], ["--key", "nowhere.csv"], ["--frobnicate"]],
)
def test_wrong_usage_is_exit_code_2(run: Run, write: Write, options: list[str]) -> None:
    answer = run("analysis", "items", write("r.csv", GROUPS), *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err


def test_a_missing_file_is_wrong_usage(run: Run) -> None:
    assert run("analysis", "items", "nowhere.csv").code == 2


def test_an_unknown_column_or_focal_value_is_an_error_of_the_input(run: Run, write: Write) -> None:
    file = write("r.csv", GROUPS)
    assert run("analysis", "items", file, "--group", "site", "--focal", "new").code == 1
    assert run("analysis", "items", file, "--group", "group", "--focal", "nobody").code == 1
