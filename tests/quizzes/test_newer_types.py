"""The newer question types from the paper to the result, without script; and no byte of a key on the way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.foundation.db import db
from lms.questions.core.question import WRITTEN, QuestionType
from lms.questions.models import QuestionKey
from lms.quizzes.models import Attempt, QuizVersion
from tests.conftest import SignIn, Unit, Visitor
from tests.questions.core.test_types import RIGHT, WRONG
from tests.quizzes import newer, sitting
from tests.quizzes.sitting import Look
from tests.quizzes.test_evidence import TOKEN, headers, marks


@pytest.fixture
def first(joiner: Visitor, unit: Unit) -> str:
    with unit():
        assignment = newer.give()
    return str(joiner.post(f"/quizzes/{assignment}/attempts").location)


@pytest.fixture
def kinds(look: Look) -> dict[int, QuestionType]:
    """The type of each question, wherever it was drawn."""

    def read(attempt: Attempt) -> dict[int, QuestionType]:
        return {row.position: QuestionType(row.question_version.type) for row in attempt.questions}

    return look(read)


def answered(joiner: Visitor, first: str, kinds: dict[int, QuestionType], payloads: dict[Any, dict[str, Any]]) -> None:
    for position, kind in kinds.items():
        posted = joiner.post(sitting.at(first, position), data={**payloads[kind], "go": "next"})
        assert posted.status_code == 302, posted.text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_right_answers_are_kept_as_typed_and_earn_everything(
    joiner: Visitor, first: str, look: Look, kinds: dict[int, QuestionType], language: str
) -> None:
    answered(joiner, first, kinds, RIGHT)
    for position, kind in kinds.items():
        page = joiner.get(f"{sitting.at(first, position)}?lang={language}").text
        assert all(f'value="{value}"' in page for value in RIGHT[kind].values())
        chosen = {QuestionType.CLOZE: 1}.get(kind, 0 if kind in WRITTEN else len(RIGHT[kind]))
        assert len(re.findall(r" (?:selected|checked)>", page)) == chosen
    joiner.post(first.replace("questions/1", "submit"))
    assert {outcome for _awarded, outcome in look(marks)} == {"right"}


def test_the_result_tells_what_was_chosen_what_is_right_and_what_partial_credit_means(
    joiner: Visitor, first: str, kinds: dict[int, QuestionType], unit: Unit
) -> None:
    with unit():  # the last attempt: nothing is kept back
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, "attempts": 1}
    partly: dict[Any, dict[str, Any]] = {
        **WRONG,
        QuestionType.MATCHING: {**RIGHT[QuestionType.MATCHING], "left-l1": "cnpf"},
        QuestionType.ORDERING: {**RIGHT[QuestionType.ORDERING], "place-bjnp": ""},
        QuestionType.NUMERIC: {"number": "31"},
        QuestionType.SHORT_TEXT: {"text": "a <b>review</b>"},
        QuestionType.CLOZE: {**RIGHT[QuestionType.CLOZE], "gap-channel": "o2"},
    }
    answered(joiner, first, kinds, partly)
    joiner.post(first.replace("questions/1", "submit"))
    page = joiner.get(first.replace("questions/1", "result?lang=en")).text
    for told in (
        "A second message after a clear request to stop → Ask the person who posted",
        "A second message after a clear request to stop → Remove",
        "4. Label the decision",
        "A month is not exactly 30 days.",
        "an appeal",
        "a &lt;b&gt;review&lt;/b&gt;",
        "(1) ____",
        "(2): the same channel",
        "The channel does not matter.",
        "Each right pair earns its share of the point.",
        "Each item that is before the one that follows it earns its share of the point.",
        "Each gap has its share of the point.",
        "This number is worth part of the point.",
    ):
        assert told in page
    japanese = joiner.get(first.replace("questions/1", "result?lang=ja")).text
    for told in ("中止を明確に求めた後の2回目の連絡 → 削除", "異議申し立て", "空欄ごとに配点があります。"):
        assert told in japanese


def test_where_nothing_can_be_filled_in_the_gaps_have_numbers(
    joiner: Visitor, first: str, kinds: dict[int, QuestionType], sign_in_as: SignIn, unit: Unit
) -> None:
    place = next(position for position, kind in kinds.items() if kind is QuestionType.CLOZE)
    said = {"question": place, "kind": "ask", "text": "Which channel?"}
    own = joiner.post(first.replace("questions/1", "comment?lang=en"), data=said).location
    with unit():
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, "attempts": 2}
        qa = sitting.person("qa@kijun.example").code
    joiner.post(first.replace("questions/1", "submit"))
    visitor = sign_in_as(qa)
    for page in (
        joiner.get(f"{own}?lang=en"),
        joiner.get(first.replace("questions/1", "result?lang=en")),
        visitor.get("/question-comments/1?lang=en"),
        visitor.get(f"/quiz-design/{newer.QUIZ}/edit?lang=en"),
    ):
        assert "there are (1) ____ or more" in page.text
        assert "[[" not in page.text


def test_a_range_is_told_as_each_language_writes_it(
    joiner: Visitor, first: str, kinds: dict[int, QuestionType], unit: Unit
) -> None:
    with unit():
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, "attempts": 1}
        for row in db.session.scalars(select(QuestionKey)):
            if any("low" in answer for answer in row.key.get("answers", ())):
                row.key = {**row.key, "answers": [{"low": "28", "high": "31", "fraction": "1", "rationale": {}}]}
    answered(joiner, first, kinds, WRONG)
    joiner.post(first.replace("questions/1", "submit"))
    for language, told in (("en", "<dd>28 to 31</dd>"), ("ja", "<dd>28～31</dd>")):
        assert told in joiner.get(first.replace("questions/1", f"result?lang={language}")).text


def test_a_foreign_option_is_refused_at_the_question_and_what_is_too_long_as_well(
    joiner: Visitor, first: str, kinds: dict[int, QuestionType]
) -> None:
    foreign = {"left-l1": "r9", "place-tgkb": "5", "gap-channel": "o9", "option": "maybe", "number": "1" * 201}
    for position in kinds:
        answer = joiner.post(f"{sitting.at(first, position)}?lang=en", data={**foreign, "text": "x" * 201})
        assert answer.status_code == 422
        assert "data-refusal" in answer.text


def test_with_other_keys_every_response_before_the_submission_is_the_same(
    joiner: Visitor, first: str, look: Look, kinds: dict[int, QuestionType], unit: Unit
) -> None:
    def said(epoch: int) -> list[tuple[str, dict[str, Any]]]:
        events = first.replace("questions/1", "events")
        calls: list[tuple[str, dict[str, Any]]] = []
        for position, kind in kinds.items():
            for seq, payload in enumerate((RIGHT[kind], WRONG[kind]), start=2 * position):
                change = {"seq": seq, "position": position, "locale": "en", "payload": payload}
                calls.append((events, {"json": {"epoch": epoch, "events": [change]}}))
        return [*calls, (first.replace("questions/1", "submit"), {"json": {"manifest": [[1, 999]]}})]

    calls = said(look(lambda attempt: attempt.writer_epoch))
    for address, sent in calls:
        joiner.post(address, **sent)
    before = answers_of(joiner, first, calls)
    assert sum(text.startswith("200 ") for text in before.values()) > 30
    with unit():
        for row in db.session.scalars(select(QuestionKey)):
            row.key = with_other_answers(row.key)
    after = answers_of(joiner, first, calls)
    assert [address for address in before if before[address] != after.get(address)] == []


def answers_of(joiner: Visitor, first: str, calls: list[tuple[str, dict[str, Any]]]) -> dict[str, str]:
    """What every page of the attempt and every call says."""
    names = [*(f"questions/{n}" for n in range(1, 7)), "review", "paper", "state", "state?answers", "result"]
    found = {}
    for name in names:
        for language in ("en", "ja"):
            address = first.replace("questions/1", name) + ("&" if "?" in name else "?") + f"lang={language}"
            answer = joiner.get(address)
            found[address] = f"{answer.status_code} {headers(answer)} {TOKEN.sub('', answer.text)}"
    for address, sent in calls:
        answer = joiner.post(address, **sent)
        found[f"{address} {sent}"] = f"{answer.status_code} {headers(answer)} {TOKEN.sub('', answer.text)}"
    return found


def with_other_answers(key: dict[str, Any]) -> dict[str, Any]:
    """A key in which nothing is as it was: other numbers and words, other pairs, the order from the end."""
    wrong = [{"fraction": "1", "value": "99", "rationale": {}}]
    turned = {**key, "rationale": {"en": "Other", "ja": "別"}}
    if "order" in key:
        turned["order"] = {group: ids[::-1] for group, ids in key["order"].items()}
    if "answers" in key:
        turned["answers"] = wrong
    if "gaps" in key:
        turned["gaps"] = {name: {"weight": 9, "answers": wrong} for name in key["gaps"]}
    turned["groups"] = {
        name: dict(zip(group, [*group.values()][::-1], strict=True)) for name, group in key["groups"].items()
    }
    return turned


def test_a_paper_of_the_newer_types_shows_no_order_or_pair_by_its_ids(
    sample: Flask, first: str, look: Look, kinds: dict[int, QuestionType]
) -> None:
    """Where nothing is shuffled, items still do not stand as is right."""
    del sample, first

    def bodies(attempt: Attempt) -> dict[int, Any]:
        return {row.position: row.question_version.body for row in attempt.questions}

    for position, body in look(bodies).items():
        if kinds[position] is QuestionType.ORDERING:
            assert [item["id"] for item in body["groups"]["items"]] == sorted(
                name.removeprefix("place-") for name in RIGHT[QuestionType.ORDERING]
            )
