"""GIFT: items with their places, choice questions, what else is named; no file of the wild breaks it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.core.formats import gift, guess, native, read
from lms.questions.core.question import QuestionType

PEGJS_NAMES = {
    "essay": "Essay", "description": "Description", "numeric": "Numerical", "single": "MC", "multiple": "MC",
    "true_false": "TF", "short_text": "Short", "matching": "Matching",
}  # fmt: skip


def texts(content: str) -> list[tuple[str, float]]:
    (placed,) = gift.read(content.encode()).questions
    return [(option.text["und"], float(option.fraction)) for option in placed.question.options]


def test_a_single_choice() -> None:
    assert texts("Who?{~Grant ~Jefferson =no one}") == [("Grant", 0), ("Jefferson", 0), ("no one", 1)]


def test_weights_escapes_feedback_and_general_feedback() -> None:
    (placed,) = gift.read(
        b"::Title\\: one::A \\= B\\{x\\}? {\n=yes#well done\n~%50%half\\~way#nearly\n~%-33.333%no\n####In general.\n}"
    ).questions
    question = placed.question
    assert question.name == {"und": "Title: one"}
    assert question.prompt == {"und": "A = B{x}?"}
    assert [option.fraction for option in question.options] == [1, Fraction(1, 2), Fraction("-0.33333")]
    assert question.options[1].text == {"und": "half~way"}
    assert [option.rationale for option in question.options] == [{"und": "well done"}, {"und": "nearly"}, {}]
    assert question.rationale == {"und": "In general."}


def test_a_hash_with_a_backslash_is_no_feedback() -> None:
    (placed,) = gift.read(b"Which? {=a \\# b#x \\#1 ~c \\#\\#\\#\\# d}").questions
    assert [option.text["und"] for option in placed.question.options] == ["a # b", "c #### d"]
    assert [option.rationale.get("und") for option in placed.question.options] == ["x #1", None]


@pytest.mark.parametrize("weight", ["150", "-100.5", "999999999"])
def test_a_weight_beyond_a_hundred_percent_is_cut_and_said(weight: str) -> None:
    reading = gift.read(f"\nWhich? {{~%{weight}%a ~%50%b}}".encode())
    assert [(finding.level, finding.code, finding.line) for finding in reading.findings] == [
        ("changed", "gift.weight-changed", 2)
    ]
    assert abs(reading.questions[0].question.options[0].fraction) == 1


def test_a_weight_with_a_decimal_comma_is_a_weight() -> None:
    assert texts("Which? {~%33,5%a ~%66,5%b ~c}") == [("a", 0.335), ("b", 0.665), ("c", 0)]


def test_a_weight_of_more_digits_than_python_reads_breaks_nothing() -> None:
    assert len(gift.read(b"Which? {~%" + b"9" * 5000 + b"%a =b}").questions) == 1


def test_the_format_of_the_prompt_is_that_of_its_answers_and_block_ends_are_line_ends() -> None:
    reading = gift.read(
        b"[html]<p>A &lt; B?</p><p>Say.</p> {=<b>yes</b>#<i>so</i> ~[plain]<b> ~no &amp; never####<p>All</p>}"
    )
    question = reading.questions[0].question
    assert question.prompt == {"und": "A < B?\nSay."}
    assert [option.text["und"] for option in question.options] == ["yes", "<b>", "no & never"]
    assert (question.options[0].rationale, question.rationale) == ({"und": "so"}, {"und": "All"})
    assert [(finding.level, finding.code) for finding in reading.findings] == [("changed", "gift.formatting-dropped")]


@pytest.mark.parametrize(
    "text",
    [
        '[html]See <img src\\="a.png" alt\\="x"> here.',
        'See <img src\\="@@PLUGINFILE@@/a.png"> here.',
        "[markdown]See ![](a.png) here.",
    ],
)
def test_media_that_are_not_kept_are_named_as_dropped(text: str) -> None:
    reading = gift.read(f"\n\n{text} {{=a ~b}}".encode())
    assert [(finding.level, finding.code, finding.line) for finding in reading.findings] == [
        ("dropped", "gift.media-dropped", 3)
    ]
    assert reading.questions[0].question.prompt["und"].split() == ["See", "here."]


def test_a_tag_in_a_text_without_format_is_what_the_question_is_about() -> None:
    assert texts("Which is a picture? {=<img src\\=x> ~<p>}") == [("<img src=x>", 1), ("<p>", 0)]


def test_the_parts_of_a_category_may_hold_a_slash() -> None:
    (placed,) = gift.read(b"$CATEGORY: top/AC//DC/songs\n\nWho?{=a ~b}").questions
    assert placed.category == ("top", "AC/DC", "songs")


def test_items_without_an_id_get_one_from_what_they_ask() -> None:
    first, second, other = gift.read(b"Who?{=a ~b}\n\nWho?{~a =b#no}\n\nWho?{=a ~c}").questions
    assert first.question.id == second.question.id != other.question.id
    assert not first.named


def test_only_weights_is_a_multiple_response() -> None:
    (placed,) = gift.read(b"Which two? {~%50%a ~%50%b ~%-100%c}").questions
    assert placed.question.type is QuestionType.MULTIPLE


def test_a_gap_in_the_sentence_is_kept() -> None:
    (placed,) = gift.read(b"Grant is {~buried =entombed} in the tomb.").questions
    assert placed.question.prompt == {"und": "Grant is _____ in the tomb."}


def test_category_id_and_tags() -> None:
    content = b"$CATEGORY: tom/dick and harry/\n\n// [id:HAR-7] [tag:new] [tag:two words]\nWho?{=a ~b}"
    (placed,) = gift.read(content).questions
    assert placed.category == ("tom", "dick and harry")
    assert (placed.question.id, placed.question.tags, placed.named) == ("HAR-7", ("new", "two words"), True)


@pytest.mark.parametrize(("content", "kind"), [("Why? {}", "essay"), ("Just a text.", "description")])
def test_what_is_no_question_of_ours_is_named_with_its_place(content: str, kind: str) -> None:
    (finding,) = gift.read(f"\n\n{content}".encode()).findings
    assert (finding.level, finding.code, finding.facts["type"], finding.line) == (
        "dropped",
        "gift.type-not-taken",
        kind,
        3,
    )


def test_a_brace_that_is_never_closed_is_an_error_at_its_line_and_spares_the_rest() -> None:
    reading = gift.read(b"First?{=a ~b}\n\nSecond?\n{=a\n~b\n\n::Third:: Third?{=c ~d}")
    assert [(finding.code, finding.line) for finding in reading.findings] == [("gift.brace-not-closed", 4)]
    assert [placed.question.prompt["und"] for placed in reading.questions] == ["First?", "Third?"]


def test_a_brace_that_is_never_closed_does_not_swallow_the_next_question() -> None:
    reading = gift.read(b"First? {\n=a\n~b\n\n// note\nSecond,\nlonger? {=c ~d}\n\nThird? {=e ~f}")
    assert [(finding.code, finding.line) for finding in reading.findings] == [("gift.brace-not-closed", 1)]
    assert [(placed.question.prompt["und"], placed.line) for placed in reading.questions] == [
        ("Second,\nlonger?", 6),
        ("Third?", 9),
    ]
    assert [entry.line for entry in reading.left_out] == [1]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"One? {=a ~b}\nTwo? {=c ~d}", [2, 3]),
        (b"One? {=a ~b}\n// note\nTwo,\nlonger? {\n=c\n~d}\nThree? {T}", [2, 5, 8]),
        (b"I {=am ~is} and {=you ~we} are.", [2]),
        (b"Nested {=a {b} ~c}", [2]),
        (b"Nested {~a {b =c}", [2]),
        (b"Open {=a ~b\n::Two::\nTwo? {=c ~d}", [2, 4]),
    ],
)
def test_answer_blocks_that_share_an_item_are_left_out_and_said_line_by_line(content: bytes, lines: list[int]) -> None:
    reading = gift.read(b"\n" + content)
    assert reading.questions == ()
    assert [(finding.level, finding.code, finding.line) for finding in reading.findings] == [
        ("dropped", "gift.second-brace", line) for line in lines
    ]


@pytest.mark.parametrize(
    ("content", "unclosed", "others"),
    [
        (b"One? {=a ~b}\nTwo? {=c ~d", 2, [1]),
        (b"One? {=a ~b\nTwo? {=c ~d\nThree? {T", 1, [2, 3]),
        (b"One,\nlonger? {=a ~b\nTwo? {=c ~d", 2, [3]),
    ],
)
def test_what_shares_an_item_with_a_brace_never_closed_is_said(
    content: bytes, unclosed: int, others: list[int]
) -> None:
    assert [(finding.level, finding.code, finding.line) for finding in gift.read(content).findings] == [
        ("error", "gift.brace-not-closed", unclosed),
        *(("dropped", "gift.second-brace", line) for line in others),
    ]


@pytest.mark.parametrize("line", ["::vector is ~x", "::std::vector is ~x", "::vector::"])
def test_a_line_between_braces_that_begins_like_a_title_starts_no_item(line: str) -> None:
    reading = gift.read(f"C++? {{\n=std\n{line}\n~y}}\n\nQ2 {{=a ~b}}".encode())
    assert ([placed.line for placed in reading.questions], reading.findings) == ([1, 6], ())


@pytest.mark.parametrize("between", ["", "\n"])
def test_a_title_behind_a_brace_that_is_never_closed_starts_an_item(between: str) -> None:
    reading = gift.read(f"First? {{\n=a\n{between}::Second:: Which? {{=a ~b}}".encode())
    assert [(finding.code, finding.line) for finding in reading.findings] == [("gift.brace-not-closed", 1)]
    assert [placed.question.name for placed in reading.questions] == [{"und": "Second"}]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('[{"question": "Which?"}]', "x.txt"),
        ('{"id": 1}\n{"id": 2}\n', "x.jsonl"),
        ('\n {"id": 1,', "x.gift"),
        ("[1, 2]", "x.json"),
        ("{}", "x"),
        ("[" * 5000, "x.json"),
        ("Only prose.\n\nMore of it.", "x.txt"),
        ("Paris is in {1:MC:=France~Spain} and Rome in {1:MC:=Italy~Spain}.", "x.txt"),
    ],
)
def test_what_is_no_gift_is_refused_and_not_read_as_such(content: str, name: str) -> None:
    reading = read(content.encode(), file_name=name)
    assert [(finding.level, finding.code) for finding in reading.findings] == [("error", "format.not-read")]


@pytest.mark.parametrize("content", ["[html]<b>Which?</b> {=a ~b}", "{=a ~b}", "[1] Which? {=a ~b}"])
def test_gift_that_starts_with_a_bracket_is_gift(content: str) -> None:
    assert len(read(content.encode(), file_name="x.txt").questions) == 1


def test_control_characters_are_taken_out_and_said_at_the_first() -> None:
    reading = gift.read(b"Who?\n{=a\x07b ~\x7fc}")
    assert [option.text["und"] for option in reading.questions[0].question.options] == ["ab", "c"]
    (finding,) = reading.findings
    assert (finding.level, finding.code, finding.line, finding.column) == ("changed", "file.control-characters", 2, 4)
    assert finding.facts == {"count": 2}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Who?\n{=a\x00 ~b}", "file.nul"),
        ("Who?{=a ~b}".encode("utf-16-le"), "file.nul"),
        (b"\xff\xfeWho?{=a ~b}\x00\xd8", "file.encoding-unknown"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, code: str) -> None:
    reading = gift.read(content)
    assert [(finding.level, finding.code) for finding in reading.findings] == [("error", code)]
    assert reading.questions == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_japanese_in_the_encodings_of_the_wild(encoding: str) -> None:
    assert texts_in("どれですか。{=正答①㈱髙 ~誤答}", encoding) == ["正答①㈱髙", "誤答"]


def texts_in(content: str, encoding: str) -> list[str]:
    (placed,) = gift.read(content.encode(encoding)).questions
    return [option.text["und"] for option in placed.question.options]


@given(st.text(alphabet="ab {}=~#%:\\/$\n1.T->*", max_size=80))
def test_nothing_breaks_the_reader_and_every_item_is_accounted_for(content: str) -> None:
    reading = gift.read(content.encode())
    for placed in reading.questions:
        assert placed.line >= 1
        assert all(-1 <= option.fraction <= 1 for option in placed.question.options)
        again = native.read(native.write(placed.question).encode())
        assert [each.question for each in again.questions] == [placed.question]


def test_real_files_count_like_an_independent_parser(reference_data: Path) -> None:
    banks = reference_data / "question-banks"
    with (banks / "expected_gift_by_gift-pegjs.csv").open() as file:
        rows = list(csv.DictReader(file))
    compared = 0
    for row in rows:
        reading = gift.read((banks / row["file"]).read_bytes())
        found = Counter(
            PEGJS_NAMES[finding.facts["type"]] for finding in reading.findings if finding.code == "gift.type-not-taken"
        )
        found.update(PEGJS_NAMES[placed.question.type] for placed in reading.questions)
        found["Short"] += sum(finding.code == "gift.wildcard" for finding in reading.findings)
        if row["parser_result"] != "ok":
            continue  # that parser refuses the file, which does not make the file wrong
        expected = Counter({kind: int(count) for kind, count in re.findall(r"(\w+):(\d+)", row["types_or_error"])})
        del expected["Category"]
        assert +found == expected, row["file"]
        compared += 1
    assert compared >= 30


def test_a_known_format_that_is_not_read_yet_is_one_clear_error() -> None:
    reading = read(b"<quiz></quiz>", file_name="x.xml")
    assert [(finding.level, finding.code) for finding in reading.findings] == [("error", "format.not-read")]
    assert guess(b"PK\x03\x04", "x") == "xlsx"
