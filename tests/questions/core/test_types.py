"""What holds for every question of the newer types: its marks, its ids, what it tells, what is read and written."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.chains import canonical
from lms.kit.problems import Invalid
from lms.questions.core.checks import check, flaws
from lms.questions.core.fields import blank, changed, fields_of, read_fields
from lms.questions.core.formats import native
from lms.questions.core.formats.report import as_json
from lms.questions.core.halves import halves, question_from
from lms.questions.core.languages import fill, key_differences, only
from lms.questions.core.question import Answer, Gap, Option, Question, QuestionType, without_key
from lms.questions.core.types import TYPES
from lms.questions.core.written import folded

FILE = (Path(__file__).parents[1] / "new_types.yaml").read_bytes()
READ = {placed.question.type: placed for placed in native.read(FILE).questions}
QUESTIONS = {kind: placed.question for kind, placed in READ.items()}
RIGHT: dict[QuestionType, dict[str, Any]] = {
    QuestionType.TRUE_FALSE: {"option": "true"},
    QuestionType.MATCHING: {"left-l1": "hktq", "left-l2": "bvgr", "left-l3": "sdmj"},
    QuestionType.ORDERING: {"place-tgkb": "1", "place-fvqs": "2", "place-mcrd": "3", "place-bjnp": "4"},
    QuestionType.NUMERIC: {"number": "３０"},
    QuestionType.SHORT_TEXT: {"text": "ｱﾋﾟｰﾙ"},
    QuestionType.CLOZE: {"gap-count": "2", "gap-channel": "o1", "gap-word": "ＳＴＯＰ"},
}
WRONG: dict[QuestionType, dict[str, Any]] = {
    QuestionType.TRUE_FALSE: {"option": "false"},
    QuestionType.MATCHING: dict.fromkeys(RIGHT[QuestionType.MATCHING], "cnpf"),
    QuestionType.ORDERING: {"place-tgkb": "4", "place-fvqs": "3", "place-mcrd": "2", "place-bjnp": "1"},
    QuestionType.NUMERIC: {"number": "thirty"},
    QuestionType.SHORT_TEXT: {"text": "nothing"},
    QuestionType.CLOZE: {"gap-count": "20", "gap-channel": "o2", "gap-word": "start"},
}
TYPES_HERE = st.sampled_from(sorted(QUESTIONS))


def mark(kind: QuestionType, payload: dict[str, Any], question: Question | None = None) -> Fraction:
    cut = halves(question or QUESTIONS[kind])
    parsed = TYPES[kind].parse(cut.body, payload)
    return TYPES[kind].mark(cut.key, parsed, all_or_nothing=False) if parsed else Fraction(0)


def test_the_bank_of_the_tests_has_every_newer_type_and_nothing_is_against_it() -> None:
    assert native.read(FILE).findings == ()
    assert set(QUESTIONS) == set(RIGHT)
    for question in QUESTIONS.values():
        assert [finding for finding in check(question) if finding.code != "question.no-rationale"] == []


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_right_is_everything_and_wrong_is_nothing(kind: QuestionType) -> None:
    assert mark(kind, RIGHT[kind]) == 1
    assert mark(kind, WRONG[kind]) == 0


@pytest.mark.parametrize(
    ("kind", "payload", "share"),
    [
        (QuestionType.MATCHING, {"left-l1": "hktq"}, Fraction(1, 3)),
        (QuestionType.MATCHING, {"left-l1": "hktq", "left-l2": "hktq", "left-l3": "sdmj"}, Fraction(2, 3)),
        (QuestionType.ORDERING, {"place-tgkb": "2", "place-fvqs": "3", "place-mcrd": "4", "place-bjnp": "1"}, "2/3"),
        (QuestionType.ORDERING, {"place-tgkb": "1", "place-fvqs": "2"}, Fraction(1, 3)),
        (QuestionType.ORDERING, dict.fromkeys(RIGHT[QuestionType.ORDERING], "2"), 0),
        (QuestionType.NUMERIC, {"number": " 30.0 "}, 1),
        (QuestionType.NUMERIC, {"number": "28"}, Fraction(1, 2)),
        (QuestionType.NUMERIC, {"number": "27.999"}, 0),
        (QuestionType.SHORT_TEXT, {"text": " An  APPEAL "}, 1),
        (QuestionType.SHORT_TEXT, {"text": "異議　申し立て"}, 1),
        (QuestionType.SHORT_TEXT, {"text": "ａ review"}, Fraction(1, 4)),
        (QuestionType.CLOZE, {"gap-count": "2"}, Fraction(1, 2)),
        (QuestionType.CLOZE, {"gap-channel": "o1", "gap-word": "中止"}, Fraction(1, 2)),
    ],
)
def test_part_of_it_earns_its_part(kind: QuestionType, payload: dict[str, Any], share: Fraction | str) -> None:
    assert mark(kind, payload) == Fraction(share)


@given(TYPES_HERE, st.randoms(), st.data())
def test_the_order_in_which_options_are_shown_or_listed_changes_no_mark(
    kind: QuestionType, random: Any, data: st.DataObject
) -> None:
    """Ids end to end: the same answer of record earns the same on every permutation of the paper and of the body."""
    question = QUESTIONS[kind]
    cut = halves(question)
    payload = {
        name: data.draw(st.sampled_from([RIGHT[kind][name], WRONG[kind][name], ""])) for name in sorted(RIGHT[kind])
    }
    earned = mark(kind, payload)
    assert 0 <= earned <= 1

    def ordering(names: Any) -> list[str]:
        return random.sample(list(names), len(names))

    order = TYPES[kind].order(cut.body, ordering)
    assert {group: sorted(ids) for group, ids in order.items()} == {
        group: sorted(option["id"] for option in options) for group, options in cut.body["groups"].items()
    }
    shuffled = {**cut.body, "groups": {group: ordering(options) for group, options in cut.body["groups"].items()}}
    parsed = TYPES[kind].parse(shuffled, payload)
    assert (TYPES[kind].mark(cut.key, parsed, all_or_nothing=False) if parsed else 0) == earned
    whole = TYPES[kind].mark(cut.key, parsed, all_or_nothing=True) if parsed else 0
    assert whole == int(earned == 1)


NAMES = st.sampled_from(sorted({name for payload in RIGHT.values() for name in payload}))
SENT = st.text() | st.none() | st.integers() | st.lists(st.text())


@given(TYPES_HERE, st.dictionaries(NAMES, SENT))
def test_whatever_is_sent_is_taken_blank_or_refused_and_what_was_taken_is_taken_again(
    kind: QuestionType, untrusted: dict[str, Any]
) -> None:
    body = halves(QUESTIONS[kind]).body
    try:
        parsed = TYPES[kind].parse(body, untrusted)
    except Invalid:
        return
    if parsed is not None:
        assert TYPES[kind].parse(body, parsed) == parsed
        assert set(parsed) <= set(RIGHT[kind])


WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


@given(st.text("abcXYZ 019'", max_size=20), st.text("あかがぱんー", max_size=20))
def test_width_case_kana_and_blanks_make_no_difference(latin: str, kana: str) -> None:
    for locale in ("en", "ja"):
        assert folded(latin.translate(WIDE).upper(), locale) == folded(f" {latin} ".lower(), locale)
    assert folded(kana.translate(KATAKANA), "ja") == folded(" ".join(kana), "ja")


def form_of(question: Question) -> dict[str, str]:
    """What the editor's form sends of a question: its fields, and the key that is marked in each group."""
    right = {
        f"key.{group}": option.id
        for group, options in question.option_groups.items()
        for option in options
        if option.fraction == 1
    }
    return fields_of(question) | right


@given(TYPES_HERE)
def test_the_body_has_no_word_of_the_key(kind: QuestionType) -> None:
    """With another key the body is the same to the byte: accepted answers, pairs and orders stand in the key alone."""
    question = QUESTIONS[kind]
    other = replace(
        question.with_answers({group: (Answer(value="99"),) for group in question.answer_groups}),
        left=tuple(replace(option, match="cnpf") for option in question.left),
        right=question.right[::-1],
        items=question.items[::-1],
        options=tuple(replace(option, fraction=1 - option.fraction) for option in question.options),
        rationale={},
    )
    assert canonical(halves(other).body) == canonical(halves(question).body)
    assert halves(other).key != halves(question).key
    bare = without_key(question)
    assert halves(bare).body["groups"] == halves(question).body["groups"]
    assert bare.answers == ()
    assert all(option.match is None for option in bare.left)


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_nothing_is_lost_between_file_halves_and_form(kind: QuestionType) -> None:
    question = QUESTIONS[kind]
    cut = halves(question)
    assert question_from(question.id, cut.body, cut.key) == question
    written = native.write(question)
    again = native.read(written.encode()).questions[0].question
    assert again == question
    assert native.write(again) == written
    assert read_fields(question, form_of(question)).question == question
    assert fill(only(question, {"en"}), only(question, {"ja"})) == question
    assert key_differences(question, replace(question, rationale={})) == []


@given(TYPES_HERE)
def test_what_a_command_prints_has_the_shape_of_the_contract(kind: QuestionType) -> None:
    told = as_json(READ[kind])
    answers = told["answers"]
    assert told["type"] == kind.value
    if kind is QuestionType.MATCHING:
        assert answers[0]["right"]["ja"] == "削除"
        assert answers[-1] == {"left": None, "right": {"en": "Ask the person who posted", "ja": "投稿者に尋ねる"}}
    elif kind is QuestionType.ORDERING:
        assert [item["text"]["en"] for item in answers][::3] == ["Read the whole exchange", "Label the decision"]
    elif kind is QuestionType.NUMERIC:
        assert answers == [
            {"value": "30", "tolerance": "0", "fraction": 1.0},
            {"min": "28", "max": "31", "fraction": 0.5},
        ]
    elif kind is QuestionType.SHORT_TEXT:
        assert answers[1] == {"text": {"en": ["a review"], "ja": ["再確認"]}, "fraction": 0.25}
    elif kind is QuestionType.CLOZE:
        assert [(gap["gap"], gap["type"], "options" in gap) for gap in answers] == [
            ("count", "numeric", False),
            ("channel", "single", True),
            ("word", "short_text", False),
        ]
    else:
        assert answers == []
        assert [option["fraction"] for option in told["options"]] == [1.0, 0.0]


ONE_TEXT = (Answer(text={"en": ("one",), "ja": ("一",)}),)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question("T", QuestionType.TRUE_FALSE, {}, options=(Option("o1"), Option("o2"))), "not-true-and-false"),
        (Question("T", QuestionType.TRUE_FALSE, {}, options=(Option("true"), Option("false"))), "one-is-right"),
        (
            Question("T", QuestionType.MATCHING, {}, left=(Option("a", match="k"),), right=(Option("k"),)),
            "too-few-pairs",
        ),
        (
            Question(
                "T",
                QuestionType.MATCHING,
                {},
                left=(Option("l1", match="r1"), Option("l2", match="r2")),
                right=(Option("r1"), Option("r2")),
            ),
            "ids-tell-pairs",
        ),
        (
            Question(
                "T",
                QuestionType.MATCHING,
                {},
                left=(Option("ham", match="r1"), Option("dog", match="r2"), Option("owl", match="r3")),
                right=tuple(Option(f"r{n}") for n in (1, 2, 3, 4)),
            ),
            "ids-tell-order",
        ),
        (
            Question("T", QuestionType.MATCHING, {}, left=(Option("a"), Option("b")), right=(Option("k"), Option("m"))),
            "without-match",
        ),
        (Question("T", QuestionType.ORDERING, {}, items=(Option("a"), Option("z"))), "too-few-items"),
        (Question("T", QuestionType.ORDERING, {}, items=tuple(Option(f"o{n}") for n in (1, 2, 10))), "ids-tell-order"),
        (Question("T", QuestionType.NUMERIC, {}, answers=(Answer(Fraction(1, 2), value="3"),)), "no-full-answer"),
        (Question("T", QuestionType.NUMERIC, {}, answers=(Answer(),)), "answer-no-number"),
        (Question("T", QuestionType.NUMERIC, {}, answers=(Answer(low="3", high="2"),)), "answer-turned"),
        (Question("T", QuestionType.SHORT_TEXT, {}, answers=(Answer(text={"en": ("one",)}),)), "no-answer-in"),
        (Question("T", QuestionType.SHORT_TEXT, {}, answers=(*ONE_TEXT, Answer())), "answer-empty"),
        (Question("T", QuestionType.CLOZE, {"en": "None"}), "no-gap"),
        (Question("T", QuestionType.CLOZE, {"en": "[[a]] [[a]]"}), "gap-twice"),
        (Question("T", QuestionType.CLOZE, {"en": "[[b]]"}), "gap-unknown"),
        (
            Question("T", QuestionType.CLOZE, {"en": "x"}, gaps=(Gap("g", QuestionType.SHORT_TEXT, answers=ONE_TEXT),)),
            "gap-not-in-text",
        ),
        (Question("T", QuestionType.CLOZE, {}, gaps=(Gap("g", QuestionType.SINGLE),)), "gap-options"),
        (Question("T", QuestionType.CLOZE, {}, gaps=(Gap("g", QuestionType.SINGLE, 0),)), "gap-weight"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(question: Question, code: str) -> None:
    assert f"question.{code}" in {finding.code for finding in check(question)}


def test_a_gap_twice_and_too_many_answers_enter_no_bank() -> None:
    gap = Gap("g", QuestionType.NUMERIC, answers=(Answer(value="1"),) * 21)
    found = {code for code, _facts in flaws(Question("T", QuestionType.CLOZE, {}, gaps=(gap, gap)))}
    assert found == {"question.same-id-twice", "question.too-many-answers"}


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_a_new_question_of_each_type_can_be_shown_and_gives_nothing_away(kind: QuestionType) -> None:
    question = blank("T-1", kind, "HAR/context", seed="one")
    codes = {finding.code for finding in check(question)}
    assert not codes & {"question.ids-tell-pairs", "question.ids-tell-order"}
    assert read_fields(question, fields_of(question)).flaws == {}
    cut = halves(question)
    assert TYPES[kind].order(cut.body, list).keys() == cut.body["groups"].keys()
    others = blank("T-1", kind, seed="two")
    assert kind not in (QuestionType.ORDERING, QuestionType.MATCHING) or halves(others).body != cut.body


@pytest.mark.parametrize("kind", [QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.CLOZE])
def test_the_ids_of_a_new_question_do_not_say_which_option_is_right(kind: QuestionType) -> None:
    """Whoever begins with the right option, as most do, would else have it under the same id in every question."""
    begun = [blank("T-1", kind, seed=str(number)) for number in range(40)]
    if kind is QuestionType.CLOZE:
        begun = [changed(question, "gap.single", seed=f"{place}") for place, question in enumerate(begun)]
    groups = [group for question in begun for group in question.option_groups.values()]
    assert all(group[0].fraction == 1 for group in groups)
    assert {group[0].id for group in groups} == {option.id for option in groups[0]}
    for name in {name for question in begun for name in question.option_groups}:
        assert len({question.option_groups[name][0].id for question in begun}) > 1


def test_buttons_of_the_editor_add_move_and_remove() -> None:
    order = QUESTIONS[QuestionType.ORDERING]
    assert [item.id for item in changed(order, "up.items.fvqs").items][:2] == ["fvqs", "tgkb"]
    added = changed(order, "add.items", seed="x")
    assert len({item.id for item in added.items}) == 5
    numeric = changed(QUESTIONS[QuestionType.NUMERIC], "add.answers")
    assert [answer.value for answer in numeric.answers] == ["30", None, None]
    assert [answer.value for answer in changed(numeric, "remove.answers.1").answers] == [None, None]
    cloze = changed(QUESTIONS[QuestionType.CLOZE], "gap.numeric")
    assert [gap.id for gap in cloze.gaps] == ["count", "channel", "word", "g1"]
    assert [gap.id for gap in changed(cloze, "remove.gaps.channel").gaps] == ["count", "word", "g1"]
    assert len(changed(cloze, "add.gap-channel").gaps[1].options) == 3
    both = QUESTIONS[QuestionType.TRUE_FALSE]
    assert changed(both, "remove.options.true") == changed(both, "add.options") == both


@pytest.mark.parametrize(
    ("kind", "name", "typed", "code"),
    [
        (QuestionType.NUMERIC, "answers.1.value", "thirty", "question.not_a_number"),
        (QuestionType.NUMERIC, "answers.1.tolerance", "-1", "question.not_a_number"),
        (QuestionType.NUMERIC, "answers.2.percent", "101", "question.bad_share"),
        (QuestionType.SHORT_TEXT, "answers.1.text.en", "x" * 201, "question.word-too-long"),
        (QuestionType.SHORT_TEXT, "answers.1.text.ja", "\n".join(map(str, range(21))), "question.too-many-answers"),
        (QuestionType.CLOZE, "weight.gap-count", "0", "question.bad_gap_weight"),
    ],
)
def test_what_no_question_can_hold_is_said_at_its_field(kind: QuestionType, name: str, typed: str, code: str) -> None:
    question = QUESTIONS[kind]
    read = read_fields(question, {**fields_of(question), name: typed})
    assert {field: found for field, (found, _facts) in read.flaws.items()} == {name: code}


def test_the_number_is_typed_in_any_width_and_a_range_takes_the_place_of_a_value() -> None:
    question = QUESTIONS[QuestionType.NUMERIC]
    typed = {**fields_of(question), "answers.1.value": "１，０００", "answers.1.tolerance": ""}
    assert read_fields(question, typed).question.answers[0] == Answer(value="1000", tolerance="0")
    typed |= {"answers.1.low": "−5", "answers.1.high": "5"}
    assert read_fields(question, typed).question.answers[0] == Answer(low="-5", high="5")
