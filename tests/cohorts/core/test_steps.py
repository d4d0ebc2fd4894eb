"""The steps of a plan as they are typed: what is read, and what is said of each line that cannot stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.core.plan import StepKind
from lms.cohorts.core.steps import StepLine, check_steps, read_steps, write_steps


def faults(text: str, days: int = 5) -> list[tuple[int, str]]:
    lines, found = read_steps(text)
    return [(fault.number, fault.code) for fault in [*found, *check_steps(lines, days)]]


@pytest.mark.parametrize(
    "line",
    [
        "1 09:30 60 class Welcome | 顔合わせ",
        "1, 9:30, 60, class, Welcome | 顔合わせ",
        "１　０９：３０　６０　ｃｌａｓｓ　Welcome｜顔合わせ",
        "1\t9：30\t60\tClass\tWelcome |顔合わせ  ",
    ],
)
def test_full_width_and_the_commas_of_the_hint_are_read(line: str) -> None:
    assert read_steps(line) == ([StepLine(1, 1, "09:30", 60, StepKind.CLASS, {"en": "Welcome", "ja": "顔合わせ"})], [])


def test_titles_stay_as_they_are_typed() -> None:
    (line,), _none = read_steps("1 09:30 60 self-study Read (v4) | 自習（ｖ４）| HAR/scope")
    assert (line.kind, line.title_text["ja"], line.about) == (StepKind.SELF_STUDY, "自習（ｖ４）", "HAR/scope")


def test_every_bad_line_is_said_by_its_number() -> None:
    text = (
        "1 09:30 60 class A | あ\n\nnonsense\n1 25:00 60 class A | あ\n2 09:30 0 class A | あ\n2 10:00 60 party A | あ"
    )
    assert faults(text + "\n2 11:00 60 class Only English") == [
        (3, "plan.line_form"),
        (4, "plan.line_form"),
        (5, "plan.line_minutes"),
        (6, "plan.line_kind"),
        (7, "plan.line_titles"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 09:30 60 class A | あ\n1 10:30 60 class B | い", []),
        ("1 09:30 61 class A | あ\n1 10:30 60 class B | い", [(2, "plan.line_overlap")]),
        ("1 10:30 60 class B | い\n1 09:30 61 class A | あ", [(1, "plan.line_overlap")]),
        ("1 09:00 240 class A | あ\n1 10:00 10 rest B | い\n1 12:00 30 rest C | う", [(2,), (3,)]),
        ("1 09:30 60 class A | あ\n2 09:30 60 class B | い", []),
        ("1 23:00 60 class A | あ", []),
        ("1 23:00 61 class A | あ", [(1, "plan.line_midnight")]),
        ("0 09:00 60 class A | あ\n6 09:00 60 class A | あ", [(1, "plan.line_day"), (2, "plan.line_day")]),
        ("1 17:00 30 quiz A | あ", [(1, "plan.line_quiz")]),
        ("1 16:59 30 quiz A | あ", []),
    ],
)
def test_what_cannot_stand_in_a_plan(text: str, found: list[tuple[int, ...]]) -> None:
    assert [fault[: len(wanted)] for fault, wanted in zip(faults(text), found, strict=True)] == found


WORD = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=9)


@given(
    day=st.integers(1, 120),
    at=st.times(),
    minutes=st.integers(1, 720),
    kind=st.sampled_from(StepKind),
    titles=st.tuples(WORD, WORD),
    about=st.just("") | WORD,
)
def test_what_is_written_reads_back(
    day: int, at: object, minutes: int, kind: StepKind, titles: tuple[str, str], about: str
) -> None:
    line = StepLine(1, day, f"{at:%H:%M}", minutes, kind, {"en": titles[0], "ja": titles[1]}, about)
    assert read_steps(write_steps([line])) == ([line], [])
