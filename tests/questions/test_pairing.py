"""The second language of a question: filled from a file of its own, only where the keys agree, and never by chance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.questions.conftest import ONE, Door, body_of, many, stored, value_of

ENGLISH = (
    "Which is right? {=this#Yes, this. ~that#No, that.####All of it.}\n\nAnd which here? {~%50%one ~%50%two ~three}\n"
)
JAPANESE = (
    "正しいのはどれですか。{=これ#はい。 ~それ#いいえ。####全体。}\n\nここではどれですか。{~%50%一 ~%50%二 ~三}\n"
)
NAMED_ENGLISH = "// [id:G-1]\nWhich is right? {=this ~that}\n\n// [id:G-2]\nAnd here? {=one ~two}\n"
NAMED_JAPANESE = "// [id:G-2]\nここでは？ {=一 ~二}\n\n// [id:G-1]\nどれですか。 {=これ ~それ}\n"
KINDS_ENGLISH = """// [id:K-1]
The sky is blue. {T#Look up.}

// [id:K-2]
Match. {=dog -> animal =oak -> plant = -> stone}

// [id:K-3]
How many days? {#30:2 =%50%28..31#Not exactly.}

// [id:K-4]
What can be asked for? {=appeal =an appeal =%25%review#Nearly.}
"""
KINDS_JAPANESE = """// [id:K-4]
何を求められますか。{=異議申し立て =%25%再確認#惜しい。}

// [id:K-3]
何日ですか。{#30:2 =%50%28..31#正確ではありません。}

// [id:K-2]
組み合わせてください。{=犬 -> 動物 =樫 -> 植物 = -> 石}

// [id:K-1]
空は青い。{T#見上げてください。}
"""


def prompts(door: Door) -> list[dict[str, str]]:
    return [body_of(door.app, code)["prompt"] for code in stored(door.app)]


def test_items_without_ids_of_two_files_do_not_overwrite_each_other(door: Door) -> None:
    door.send("First? {=a ~b}\n\nSecond? {=a ~b}\n", "t.gift")
    taken, told = door.send("Third? {=a ~b}\n", "t.gift")
    assert taken
    assert "1 new, 0 revised, 0 unchanged" in told
    assert sorted(prompt["en"] for prompt in prompts(door)) == ["First?", "Second?", "Third?"]
    assert {n for _state, n in stored(door.app).values()} == {1}


def test_the_same_file_without_ids_changes_nothing_whatever_stands_before_it(door: Door) -> None:
    door.send(ENGLISH, "t.gift")
    before = stored(door.app)
    taken, told = door.send("New? {=a ~b}\n\n" + ENGLISH, "t.gift")
    assert taken
    assert "1 new, 0 revised, 2 unchanged" in told
    assert before.items() <= stored(door.app).items()


def test_a_corrected_key_of_an_item_without_id_is_a_new_version_of_it(door: Door) -> None:
    door.send("Which? {=a ~b}\n", "t.gift")
    taken, told = door.send("Which? {~a =b}\n", "t.gift")
    assert taken
    assert "0 new, 1 revised, 0 unchanged" in told


def test_what_stands_twice_is_taken_once_and_what_differs_in_its_key_alone_twice(door: Door) -> None:
    taken, told = door.send("Which? {=a ~b}\n\nWhich? {=a ~b}\n\nWhich? {~a =b}\n", "t.gift")
    assert taken
    assert "2 new" in told
    assert "appears twice" in told
    assert len(stored(door.app)) == 2


def test_feedback_is_stored_as_the_rationale_in_the_language_of_the_file(door: Door) -> None:
    door.send(JAPANESE, "t.gift", "ja")
    code = next(code for code in stored(door.app) if body_of(door.app, code)["type"] == "single")
    question = value_of(door.app, code)
    assert question.rationale == {"ja": "全体。"}
    assert [option.rationale for option in question.options] == [{"ja": "はい。"}, {"ja": "いいえ。"}]


def test_a_japanese_file_alone_makes_questions_of_its_own(door: Door) -> None:
    door.send(ENGLISH, "t.gift")
    taken, told = door.send(JAPANESE, "t.gift", "ja")
    assert taken
    assert "2 new, 0 revised" in told
    assert len(stored(door.app)) == 4


def test_a_japanese_file_fills_the_questions_that_lack_it_in_order(door: Door) -> None:
    door.send(many(1))
    door.send(ENGLISH, "t.gift")
    taken, told = door.send(JAPANESE, "t.gift", "ja", pair_by="order")
    assert taken
    assert "0 new, 2 revised, 0 unchanged" in told
    assert len(stored(door.app)) == 3
    assert {"en": "Which is right?", "ja": "正しいのはどれですか。"} in prompts(door)
    assert {"en": "And which here?", "ja": "ここではどれですか。"} in prompts(door)
    assert stored(door.app)["T-1"] == ("in_use", 1)


def test_filled_once_both_files_again_change_nothing(door: Door) -> None:
    door.send(ENGLISH, "t.gift")
    door.send(JAPANESE, "t.gift", "ja", pair_by="order")
    before = stored(door.app)
    for text, locale, pair_by in ((JAPANESE, "ja", "order"), (ENGLISH, "en", "order"), (ENGLISH, "en", "")):
        taken, told = door.send(text, "t.gift", locale, pair_by=pair_by)
        assert taken
        assert "0 new, 0 revised, 2 unchanged" in told
    assert stored(door.app) == before


def test_a_japanese_file_fills_the_questions_of_its_ids(door: Door) -> None:
    door.send(NAMED_ENGLISH, "t.gift")
    taken, told = door.send(NAMED_JAPANESE, "t.gift", "ja", pair_by="id")
    assert taken
    assert "0 new, 2 revised" in told
    assert body_of(door.app, "G-1")["prompt"] == {"en": "Which is right?", "ja": "どれですか。"}
    assert [option.text for option in value_of(door.app, "G-2").options] == [
        {"en": "one", "ja": "一"},
        {"en": "two", "ja": "二"},
    ]


def test_a_japanese_file_fills_each_kind_of_question_that_gift_has(door: Door) -> None:
    door.send(KINDS_ENGLISH, "t.gift")
    taken, told = door.send(KINDS_JAPANESE, "t.gift", "ja", pair_by="id")
    assert taken
    assert "0 new, 4 revised" in told
    truth, pairs, number, words = (value_of(door.app, f"K-{n}") for n in (1, 2, 3, 4))
    assert [option.text for option in truth.options] == [
        {"en": "True", "ja": "正しい"},
        {"en": "False", "ja": "正しくない"},
    ]
    assert truth.options[1].rationale == {"en": "Look up.", "ja": "見上げてください。"}
    assert [option.text["ja"] for option in (*pairs.left, *pairs.right)] == ["犬", "樫", "動物", "植物", "石"]
    assert [answer.rationale for answer in number.answers] == [{}, {"en": "Not exactly.", "ja": "正確ではありません。"}]
    assert [answer.text for answer in words.answers] == [
        {"en": ("appeal", "an appeal"), "ja": ("異議申し立て",)},
        {"en": ("review",), "ja": ("再確認",)},
    ]
    before = stored(door.app)
    for text, locale in ((KINDS_ENGLISH, "en"), (KINDS_JAPANESE, "ja")):
        assert "0 new, 0 revised, 4 unchanged" in door.send(text, "t.gift", locale)[1]
    assert stored(door.app) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [("{T#", "{F#"), ("=樫 -> 植物", "=樫 -> 動物 = -> 植物"), ("30:2", "30:3"), ("%25%", "%50%")],
)
def test_another_key_in_any_kind_of_question_stops_the_pairing(door: Door, old: str, new: str) -> None:
    assert old in KINDS_JAPANESE
    door.send(KINDS_ENGLISH, "t.gift")
    taken, told = door.send(KINDS_JAPANESE.replace(old, new), "t.gift", "ja", pair_by="id")
    assert not taken
    assert "The key differs" in told


def test_options_of_the_same_ids_pair_by_them_wherever_they_stand(door: Door) -> None:
    english = "id: Y-1\ntype: single\nsections: [HAR/insults]\nprompt: {en: Which}\noptions:\n"
    japanese = english.replace("{en: Which}", "{ja: どれ}")
    first, second = "  - {id: a, text: {%s: %s}, fraction: 1}\n", "  - {id: b, text: {%s: %s}}\n"
    door.send(english + first % ("en", "Yes") + second % ("en", "No"))
    taken, _told = door.send(japanese + second % ("ja", "いいえ") + first % ("ja", "はい"), pair_by="id")
    assert taken
    assert [option.text for option in value_of(door.app, "Y-1").options] == [
        {"en": "Yes", "ja": "はい"},
        {"en": "No", "ja": "いいえ"},
    ]
    assert stored(door.app)["Y-1"] == ("in_use", 2)


@pytest.mark.parametrize(
    ("pair_by", "old", "new", "told"),
    [
        ("id", "=これ ~それ", "~これ =それ", "The key differs from that of G-1"),
        ("id", "=これ ~それ", "=これ ~それ ~あれ", "G-1 has a different number of options: 2 there, 3 here"),
        ("id", "=これ ~それ", "~%50%これ ~%50%それ", "G-1 is a question of another type"),
        ("id", "[id:G-1]", "[id:G-9]", "no question “G-9” to pair with"),
        ("id", "// [id:G-1]\n", "", "This item has no ID"),
        ("order", "=これ ~それ", "~これ =それ", "The key differs from that of G-2"),
        ("order", "\n// [id:G-1]\nどれですか。 {=これ ~それ}", "", "the file has 1 to pair, and 2 in the bank lack"),
    ],
)
def test_where_something_differs_nothing_is_paired(door: Door, pair_by: str, old: str, new: str, told: str) -> None:
    assert old in NAMED_JAPANESE
    door.send(NAMED_ENGLISH, "t.gift")
    taken, message = door.send(NAMED_JAPANESE.replace(old, new), "t.gift", "ja", pair_by=pair_by)
    assert not taken
    assert told in message
    assert [prompt.keys() for prompt in prompts(door)] == [{"en"}, {"en"}]


def test_by_order_one_difference_stops_all_even_when_errors_are_skipped(door: Door) -> None:
    door.send(NAMED_ENGLISH, "t.gift")
    wrong = NAMED_JAPANESE.replace("=これ ~それ", "~これ =それ")
    assert not door.send(wrong, "t.gift", "ja", pair_by="order", skip_errors=True)[0]
    assert [prompt.keys() for prompt in prompts(door)] == [{"en"}, {"en"}]


def test_by_id_the_rest_is_filled_when_errors_are_skipped(door: Door) -> None:
    door.send(NAMED_ENGLISH, "t.gift")
    wrong = NAMED_JAPANESE.replace("=これ ~それ", "~これ =それ")
    taken, told = door.send(wrong, "t.gift", "ja", pair_by="id", skip_errors=True)
    assert taken
    assert "0 new, 1 revised" in told
    assert "The key differs from that of G-1" in told
    assert [prompt.keys() for prompt in prompts(door)] == [{"en"}, {"en", "ja"}]


def test_a_file_in_one_language_does_not_replace_a_question_in_two(door: Door) -> None:
    door.send(NAMED_ENGLISH, "t.gift")
    door.send(NAMED_JAPANESE, "t.gift", "ja", pair_by="id")
    before = stored(door.app)
    taken, told = door.send(NAMED_JAPANESE.replace("どれですか", "どちらですか"), "t.gift", "ja")
    assert not taken
    assert "G-1 also has texts in another language (English)" in told
    assert stored(door.app) == before
    assert door.send(NAMED_JAPANESE.replace("どれですか", "どちらですか"), "t.gift", "ja", pair_by="id")[0]
    assert body_of(door.app, "G-1")["prompt"] == {"en": "Which is right?", "ja": "どちらですか。"}


def test_with_errors_skipped_the_rest_is_taken_and_what_was_left_out_is_listed(door: Door) -> None:
    bad = [ONE.format(n=2).replace("HAR/insults", "HAR/nowhere"), ONE.format(n=3).replace("fraction: 1", "fraction: 2")]
    taken, told = door.send("---\n".join([ONE.format(n=1), *bad, ONE.format(n=4)]), skip_errors=True)
    assert taken
    assert "2 new, 0 revised, 0 unchanged" in told
    assert "There is no section “HAR/nowhere”." in told
    assert "“2” is not a fraction" in told
    assert list(stored(door.app)) == ["T-1", "T-4"]


def test_with_errors_skipped_and_nothing_left_it_is_an_error(door: Door) -> None:
    assert not door.send(ONE.format(n=2).replace("HAR/insults", "HAR/nowhere"), skip_errors=True)[0]
    assert stored(door.app) == {}


def test_what_cannot_be_read_and_what_cannot_be_stored_are_listed_together(door: Door) -> None:
    texts = [
        ONE.format(n=1).replace("HAR/insults", "HAR/nowhere"),
        ONE.format(n=2).replace("fraction: 1", "fraction: 2"),
    ]
    taken, told = door.send("---\n".join(texts))
    assert not taken
    assert "HAR/nowhere" in told
    assert "“2” is not a fraction" in told


def options(count: int) -> str:
    return "".join(f"  - {{id: x{n}, text: {{en: N{n}, ja: 番{n}}}}}\n" for n in range(count))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": ONE.format(n=1) + options(25)}, "up to 26 options; this one has 27"),
        ({"old": "Which is", "new": "W" * 10_001}, "A text has 10016 characters"),
        ({"old": "id: o2", "new": "id: " + "o" * 201}, "An ID, tag or name has 201 characters"),
        ({"old": "A word about a company", "new": '"A\\0B"'}, "a character that is not allowed"),
        ({"old": "A word about a company", "new": '"A\\uD800B"'}, "a character that is not allowed"),
        ({"old": "id: o2", "new": 'id: "o\\a2"'}, "a character that is not allowed"),
        ({"old": "fraction: 1", "new": "fraction: 0." + "3" * 5000}, "is not a fraction"),
        ({"old": "prompt: {", "new": "prompt: {en: Twice, "}, "The key “en” appears twice."),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_a_sentence(door: Door, change: dict[str, Any], told: str) -> None:
    text = change["text"] if "text" in change else ONE.format(n=1).replace(change["old"], change["new"])
    assert text != ONE.format(n=1)
    taken, message = door.send(text)
    assert not taken
    assert told in message
    assert stored(door.app) == {}


def test_twenty_six_options_are_not_too_many(door: Door) -> None:
    assert door.send(ONE.format(n=1) + options(24))[0]
    assert stored(door.app) == {"T-1": ("in_use", 1)}


@pytest.mark.parametrize("content", [b"Which? {=a\x00 ~b}", "Which? {=a ~b}".encode("utf-16-le")])
def test_a_gift_file_with_nul_is_refused(door: Door, content: bytes) -> None:
    taken, told = door.send(content, "t.gift")
    assert not taken
    assert "NUL" in told


def test_control_characters_of_a_gift_file_are_left_out_and_said(door: Door) -> None:
    taken, told = door.send(b"// [id:G-1]\nWhich?\x0b {=a\x1b ~b}", "t.gift")
    assert taken
    assert "Control characters were left out (2 in all)" in told
    assert value_of(door.app, "G-1").options[0].text == {"en": "a"}


def test_a_question_without_a_section_stays_a_draft(door: Door) -> None:
    assert door.send(many(1).replace("[HAR/insults]", "[]"))[0]
    assert stored(door.app) == {"T-1": ("draft", 1)}


def test_a_new_version_that_is_not_finished_takes_a_question_out_of_use_and_says_so(door: Door) -> None:
    door.send(many(1))
    taken, told = door.send(many(1).replace("[HAR/insults]", "[]"))
    assert taken
    assert "T-1 was in use and is a draft now" in told
    assert stored(door.app) == {"T-1": ("draft", 2)}
