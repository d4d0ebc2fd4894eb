"""Reading the files of ``flask analysis items``: what they mean, and what is said about the ones that mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.analysis.core.files import MOST_OPTIONS, Files, Reading, read_responses
from lms.analysis.core.report import report
from lms.analysis.core.responses import Cell, Responses
from lms.kit.findings import Level, has_errors

PLAIN = b"person,Q1,Q2\nL1,1,0.5\nL2,0,\n"


def sound(files: Files) -> Responses:
    reading = read_responses(files)
    assert reading.findings == ()
    assert reading.responses is not None
    return reading.responses


def found(reading: Reading) -> list[tuple[str, int | None, int | None]]:
    return [(finding.code, finding.line, finding.column) for finding in reading.findings]


def only_facts(reading: Reading) -> dict[str, object]:
    assert len(reading.findings) == 1
    return dict(reading.findings[0].facts)


def test_shares_are_read_and_an_empty_cell_is_missing_unless_it_means_blank() -> None:
    responses = sound(Files(PLAIN))
    assert [person.code for person in responses.people] == ["L1", "L2"]
    assert responses.shares.tolist() == [[1.0, 0.5], [0.0, 0.0]]
    assert responses.states[1, 1] == Cell.MISSING
    assert sound(Files(PLAIN, blank_is_zero=True)).states[1, 1] == Cell.BLANK


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN,
        b"\xef\xbb\xbf" + PLAIN,
        PLAIN.decode().encode("utf-16"),
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r"),
        PLAIN.replace(b",", b";"),
        PLAIN.replace(b",", b"\t"),
        b"\n" + PLAIN + b"\n,,\n",
        PLAIN.replace(b"person,Q1", b'"person"," Q1 "'),
        "person,Q1,Q2\nL1,１,０．５\nL2,0,\n".encode(),
        b"person,Q1,Q2,\nL1,1,0.5,\nL2,0,,,\n",
        b"person,Q1,Q2\nL1,+1.0,5e-1\nL2,0.0,\n",
    ],
    ids=["plain", "bom", "utf16", "crlf", "cr", "semicolon", "tab", "blank", "quoted", "wide", "trailing", "notation"],
)
def test_the_same_file_in_other_clothes_means_the_same(raw: bytes) -> None:
    responses = sound(Files(raw))
    assert [item.code for item in responses.items] == ["Q1", "Q2"]
    assert responses.shares.tolist() == [[1.0, 0.5], [0.0, 0.0]]
    assert responses.available.tolist() == [[True, True], [True, False]]


def test_japanese_in_cp932_is_read_and_said_so() -> None:
    reading = read_responses(Files("person,問１\n髙橋,1\n".encode("cp932")))
    assert [(finding.level, finding.code) for finding in reading.findings] == [(Level.INFO, "encoding-guessed")]
    assert reading.responses is not None
    assert (reading.responses.people[0].code, reading.responses.items[0].code) == ("髙橋", "問１")


def test_a_field_may_hold_line_ends_and_later_lines_are_still_counted_right() -> None:
    reading = read_responses(Files(b'person,note,Q1\nL1,"two\nlines",1\nL2,,x\n', ignore=("note",)))
    assert found(reading) == [("not-a-number", 4, 3)]


def test_marks_are_shares_of_their_maxima() -> None:
    responses = sound(Files(b"person,Q1,Q2\nL1,2,1\nL2,1,5\n", maxima=b"item,max\nQ1,2\nQ2,5\n"))
    assert responses.shares.tolist() == [[1.0, 0.2], [0.5, 1.0]]
    assert responses.totals.tolist() == [3.0, 6.0]
    document = report(responses)
    assert (document["test"]["mean"], document["items"][1]["facility"]) == (4.5, 0.6)


def test_raw_answers_are_compared_with_the_key_and_their_options_listed() -> None:
    responses = sound(
        Files("person,Q1\nL1,B\nL2,A\nL3,\nL4,誤\n".encode(), key=b"item,key\nQ1,B\n", blank_is_zero=True)
    )
    item = responses.items[0]
    assert (item.options, item.keys) == (("A", "B", "誤"), frozenset("B"))
    assert responses.shares[:, 0].tolist() == [1, 0, 0, 0]
    entry = report(responses)["items"][0]
    assert [(row["option"], row["count"], row["share"]) for row in entry["distractors"]] == [
        ("A", 1, 0.25),
        ("B", 1, 0.25),
        ("誤", 1, 0.25),
    ]
    assert report(sound(Files(PLAIN)))["items"][0]["distractors"] == []


def test_key_and_maxima_together_give_marks() -> None:
    files = Files(b"person,Q1\nL1,B\nL2,A\n", key=b"item,key\nQ1,B\n", maxima=b"item,max\nQ1,4\n")
    assert sound(files).totals.tolist() == [4.0, 0.0]


def test_columns_that_are_no_items_stay_out() -> None:
    raw = b"person,group,site,Q1,age\nL1,x,tokyo,1,30\nL2,y,osaka,0,40\n"
    responses = sound(Files(raw, group="site", focal="osaka", ignore=("age",)))
    assert [item.code for item in responses.items] == ["Q1"]
    assert [person.group for person in responses.people] == ["tokyo", "osaka"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", [("empty-file", None, None)]),
        (b"\n \n,,\n", [("empty-file", None, None)]),
        (b"PK\x03\x04\x00\x00\x00", [("not-text", None, None)]),
        (b"\x81", [("not-text", None, None)]),
        (b"\nname,Q1\nL1,1\n", [("no-person-column", 2, None)]),
        (b"person\nL1\n", [("no-items", 1, None)]),
        (b"person,Q1\n", [("no-people", None, None)]),
        (b"person,Q1,Q2,Q1\nL1,1,1,1\n", [("duplicate-column", 1, 4)]),
        (b"person,,Q1\nL1,1,1\n", [("unnamed-column", 1, 2)]),
        (b"person,Q1,Q2\nL1,1\nL2,1,1,1\nL3,1,1\n", [("ragged-row", 2, None), ("ragged-row", 3, None)]),
        (b"person,Q1\nL1,1\nL2,0\nL1,1\n", [("duplicate-person", 4, 1)]),
        (b"person,Q1\nL1,1\n,0\n", [("no-person", 3, 1)]),
        (b"person,Q1,Q2\nL1,x,1\nL2,1,nan\nL3,inf,1\nL4,1_0,1\n",
         [("not-a-number", 2, 2), ("not-a-number", 3, 3), ("not-a-number", 4, 2), ("not-a-number", 5, 2)]),
        (b"person,Q1\nL1,1.5\nL2,-1\nL3,1e999\n", [("out-of-range", line, 2) for line in (2, 3, 4)]),
        (b'person,Q1\nL1,1\nL2,"1\nL3,0\n', [("broken-record", 3, None)]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_listed_with_its_place(raw: bytes, expected: list[tuple[str, int, int]]) -> None:
    reading = read_responses(Files(raw))
    assert found(reading) == expected
    assert has_errors(reading.findings)


def test_findings_carry_what_a_sentence_needs() -> None:
    assert only_facts(read_responses(Files(b"person,Q1\nL1,1.5\n"))) == {
        "file": "responses",
        "item": "Q1",
        "value": "1.5",
        "maximum": "1",
    }
    assert only_facts(read_responses(Files(b"person,Q1\nL1,1,1\n")))["expected"] == 2
    assert only_facts(read_responses(Files(b"person,Q1,Q1\nL1,1,1\n"))) == {
        "file": "responses",
        "name": "Q1",
        "first": 2,
    }
    assert len(str(only_facts(read_responses(Files(b"person,Q1\nL1," + b"x" * 999 + b"\n")))["value"])) == 40


def test_rows_without_errors_are_kept_for_those_who_skip_the_others() -> None:
    reading = read_responses(Files(b"person,Q1\nL1,1\nL2,x\nL3\nL4,0\nL4,1\n"))
    assert reading.responses is not None
    assert [person.code for person in reading.responses.people] == ["L1", "L4"]
    assert reading.responses.shares.tolist() == [[1.0], [0.0]]


def test_options_that_name_no_column_or_no_group_are_errors() -> None:
    grouped = b"person,site,Q1\nL1,tokyo,1\nL2,,0\nL3,osaka,0\n"
    assert found(read_responses(Files(PLAIN, group="site"))) == [("unknown-column", 1, None)]
    assert found(read_responses(Files(PLAIN, ignore=("age", "sex")))) == [("unknown-column", 1, None)] * 2
    reading = read_responses(Files(grouped, group="site", focal="kyoto"))
    assert found(reading) == [("unknown-focal", 1, 2), ("people-without-group", 1, 2)]
    assert reading.findings[0].facts["groups"] == ["osaka", "tokyo"]
    reading = read_responses(Files(b"person,site,Q1\nL1,osaka,1\n", group="site", focal="osaka"))
    assert [(finding.level, finding.code) for finding in reading.findings] == [(Level.WARNING, "one-group")]


def test_a_key_must_fit_the_items() -> None:
    answers = b"person,Q1,Q2\nL1,A,B\n"
    reading = read_responses(Files(answers, key=b"item,key\nQ1,A\nQ9,C\n"))
    assert [(finding.level, finding.code, finding.facts["item"]) for finding in reading.findings] == [
        (Level.ERROR, "item-without-key", "Q2"),
        (Level.WARNING, "unknown-item", "Q9"),
    ]
    assert found(read_responses(Files(answers, key=b"question,key\nQ1,A\n"))) == [("missing-column", 1, None)]
    twice = read_responses(Files(answers, key=b"item,key\nQ1,A\nQ2,\nQ1,B\n,C\n"))
    assert found(twice) == [
        ("item-without-key", None, None),
        ("no-value", 3, 2),
        ("duplicate-item", 4, 1),
        ("no-item", 5, 1),
    ]
    assert {finding.facts["file"] for finding in twice.findings} == {"key"}
    assert found(read_responses(Files(answers, key=b""))) == [("empty-file", None, None)]


def test_maxima_must_be_positive_numbers_for_every_item() -> None:
    reading = read_responses(Files(PLAIN, maxima=b"item,max\nQ1,0\nQ2,many\n"))
    assert found(reading) == [("bad-maximum", 2, None), ("bad-maximum", 3, None)]
    reading = read_responses(Files(PLAIN, maxima=b"item,max\nQ1,2\n"))
    assert found(reading) == [("item-without-maximum", None, None)]


def test_free_text_is_no_choice_from_a_list() -> None:
    rows = "".join(f"L{n},answer {n}\n" for n in range(MOST_OPTIONS + 1))
    reading = read_responses(Files(f"person,Q1\n{rows}".encode(), key=b"item,key\nQ1,answer 1\n"))
    assert found(reading) == [("too-many-answers", 2, 2)]


@given(
    st.binary(max_size=200), st.one_of(st.none(), st.binary(max_size=60)), st.one_of(st.none(), st.binary(max_size=60))
)
def test_no_bytes_whatever_raise(raw: bytes, key: bytes | None, maxima: bytes | None) -> None:
    reading = read_responses(Files(raw, key=key, maxima=maxima))
    assert reading.responses is not None or has_errors(reading.findings)


@given(st.lists(st.lists(st.sampled_from(["1", "0", "0.5", "", "x", '"', "L1", "person"]), max_size=4), max_size=6))
def test_no_table_whatever_raises_and_what_is_read_can_be_reported(rows: list[list[str]]) -> None:
    raw = "\n".join(",".join(row) for row in [["person", "Q1", "Q2"], *rows]).encode()
    for blank_is_zero in (True, False):
        reading = read_responses(Files(raw, blank_is_zero=blank_is_zero))
        if reading.responses is not None:
            document = report(reading.responses, moodle=True)
            assert document["test"]["people"] == len(reading.responses.people)


KEYED = b"person,Q1,Q2\nL1,a,b\nL2,a,c\nL3,b,b\n"


def test_an_item_without_its_key_is_left_out_and_counts_for_nobody() -> None:
    reading = read_responses(Files(KEYED, key=b"item,key\nQ1,a\n"))
    assert [finding.code for finding in reading.findings] == ["item-without-key"]
    assert reading.responses is not None
    assert [item.code for item in reading.responses.items] == ["Q1"]
    assert reading.responses.shares.tolist() == [[1.0], [1.0], [0.0]]


@pytest.mark.parametrize("key", [b"", b"\x89PNG\r\n\x1a\n\x00", b"question,answer\nQ1,a\n"])
def test_a_key_file_that_cannot_be_read_leaves_nothing(key: bytes) -> None:
    reading = read_responses(Files(KEYED, key=key))
    assert has_errors(reading.findings)
    assert reading.responses is None


@pytest.mark.parametrize("maximum", [b"0", b"-1", b"x"])
def test_an_item_with_a_bad_maximum_is_left_out(maximum: bytes) -> None:
    marks = b"person,Q1,Q2\nL1,3,1\nL2,0,2\n"
    reading = read_responses(Files(marks, maxima=b"item,max\nQ1,%s\nQ2,2\n" % maximum))
    assert reading.responses is not None
    assert [(item.code, item.maximum) for item in reading.responses.items] == [("Q2", 2.0)]
    assert reading.responses.shares.tolist() == [[0.5], [1.0]]


def test_an_item_with_more_answers_than_a_question_has_is_at_fault_and_not_the_people() -> None:
    lines = b"\n".join(b"L%d,a%d,a" % (n, n) for n in range(70))
    reading = read_responses(Files(b"person,Q1,Q2\n" + lines, key=b"item,key\nQ1,a1\nQ2,a\n"))
    assert [finding.code for finding in reading.findings] == ["too-many-answers"]
    assert reading.responses is not None
    assert ([item.code for item in reading.responses.items], len(reading.responses.people)) == (["Q2"], 70)


def test_a_focal_group_of_nobody_leaves_nothing() -> None:
    reading = read_responses(Files(b"person,g,Q1\nL1,x,1\nL2,y,0\n", group="g", focal="z"))
    assert [finding.code for finding in reading.findings] == ["unknown-focal"]
    assert reading.responses is None
