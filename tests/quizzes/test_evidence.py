"""What an open or closed attempt shows rests on what it pinned; what a learner may fetch does not rest on the key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import actions as policies
from lms.policies import queries as policy_queries
from lms.questions import queries as questions
from lms.questions.models import QuestionKey, QuestionVersion
from lms.quizzes import actions, queries
from lms.quizzes.models import Attempt, QuizVersion
from tests.conftest import Unit, Visitor
from tests.quizzes import sitting
from tests.quizzes.sitting import Look

LANGUAGES = ("en", "ja")
TOKEN = re.compile(r'(?<=name="csrf_token" value=")[^"]*')


def page(visitor: Visitor, address: str) -> str:
    """A page without its tokens, which are masked anew at each request."""
    return TOKEN.sub("", visitor.get(address).text)


def question_pages(joiner: Visitor, first: str) -> list[str]:
    places = [*(sitting.at(first, n) for n in range(1, 13)), first.replace("questions/1", "review")]
    return [page(joiner, f"{place}?lang={language}") for place in places for language in LANGUAGES]


def result_pages(joiner: Visitor, first: str) -> list[str]:
    return [page(joiner, first.replace("questions/1", f"result?lang={language}")) for language in LANGUAGES]


def publish_everything_anew(number: str) -> None:
    """Another version of every question, its key turned round; another policy; another quiz with another cut."""
    quiz = queries.get_quiz("harassment-checkpoint")
    version = queries.load_current_versions([quiz.id])[quiz.id]
    listed = [entry.question for entry in queries.list_quiz_questions(version)]
    for current in questions.load_current(listed).values():
        body = deepcopy(current.version.body)
        body["prompt"] = dict.fromkeys(LANGUAGES, f"Version {number}")
        anew = QuestionVersion(
            question_id=current.question.id,
            n=current.version.n + 1,
            type=current.version.type,
            body=body,
            sha256="0" * 64,
            created_at=clock.now(),
        )
        db.session.add(anew)
        db.session.flush()
        key = questions.load_keys({(current.version.id, current.key_n)})[(current.version.id, current.key_n)]
        db.session.add(
            QuestionKey(
                question_version_id=anew.id, n=1, key=turned_round(key), sha256="0" * 64, created_at=clock.now()
            )
        )
    rules = queries.rules_from({**version.rules, "cut_percent": 1, "minutes": 5, "feedback": "sections_only"})
    actions.publish_quiz(actions.PublishQuiz(quiz.code, {"en": number, "ja": number}, [listed[0].id], rules), by=None)
    module = policy_queries.get_module("HAR")
    newest = policy_queries.load_in_force(clock.now(), [module.id])[module.id]
    english, japanese = (
        re.sub(r'(version: ["\']?)4\.\d', rf"\g<1>{number}", text).replace("contact", "touch").replace("連絡", "接触")
        for _language, text in sorted(policies.export_policy(newest).items())
    )
    policies.import_policy(
        policies.check_files(english.encode(), japanese.encode()), publish=True, effective_at=clock.now()
    )
    db.session.flush()
    assert policy_queries.load_in_force(clock.now(), [module.id])[module.id].number == number


def turned_round(key: dict[str, Any]) -> dict[str, Any]:
    """A key in which each option has the facts of its neighbour, and the rationale says something else."""
    turned = deepcopy(key)
    for name, group in key["groups"].items():
        options = list(group)
        turned["groups"][name] = {o: group[n] for o, n in zip(options, options[1:] + options[:1], strict=True)}
    turned["rationale"] = {language: f"Not {text}" for language, text in key["rationale"].items()}
    return turned


def test_what_is_published_later_changes_neither_pages_nor_grade_of_an_attempt(
    joiner: Visitor, first: str, look: Look, unit: Unit
) -> None:
    for position in range(1, 12):
        payload = look.right(position) if position % 2 else look.wrong(position)
        joiner.post(sitting.at(first, position), data={**payload, "go": "next"})
    joiner.post(sitting.at(first, 12), data={"flag": "1"})
    before = question_pages(joiner, first)
    with unit():
        publish_everything_anew("4.3")
    assert question_pages(joiner, first) == before
    joiner.post(first.replace("questions/1", "submit"))
    grade = look(marks)
    assert [awarded for awarded, _outcome in grade][:11:2] == [1000] * 6
    shown = result_pages(joiner, first)
    assert "v4.2" in shown[0]
    assert "Version 4.3" not in shown[0]
    with unit():
        publish_everything_anew("4.4")
    assert result_pages(joiner, first) == shown
    assert look(marks) == grade


def marks(attempt: Attempt) -> list[tuple[int, str]]:
    run = queries.load_current_runs([attempt.id], with_items=True)[attempt.id]
    return [(item.awarded_thousandths, item.outcome) for item in run.items]


Calls = list[tuple[str, dict[str, Any]]]


def everything(joiner: Visitor, first: str, said: Calls) -> dict[str, str]:
    """Whatever the learner can come by: every page that a link leads to, in both languages, and every answer."""
    found: dict[str, str] = {}
    waiting = ["/", "/quizzes", "/results", "/policies", *(sitting.at(first, n) for n in range(1, 13))]
    waiting += [first.replace("questions/1", name) for name in ("review", "result", "events", "paper", "state?answers")]
    while waiting:
        address = waiting.pop()
        if address not in found:
            joiner.delete_cookie("lang")  # or the address before would choose the language of this one
            answer = joiner.get(address)
            found[address] = f"{answer.status_code} {headers(answer)} {TOKEN.sub('', answer.text)}"
            waiting += [link for link in links(answer.text) if link not in found]
    for address, sent in said:
        answer = joiner.post(address, **sent)
        found[f"POST {address} {sent}"] = f"{answer.status_code} {headers(answer)} {TOKEN.sub('', answer.text)}"
    return found


def headers(answer: Any) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers if name != "Set-Cookie")


def links(text: str) -> Iterator[str]:
    """The addresses in this house that a page leads to; not static files, which are the same for everybody."""
    for link in re.findall(r'href="(/[^"#]*)', text):
        address = link.replace("&amp;", "&")
        if not address.startswith(("/static/", "/sign-")):
            yield address


def calls(first: str, look: Look) -> Calls:
    """Posts that say what is said already, so that they may be said again; the right answer, a wrong one, a foreign."""
    events = first.replace("questions/1", "events")
    foreign = {"option": "made-up", "options": ["made-up"], "verdict": "made-up"}
    changes = [
        {"seq": seq, "position": 1, "locale": "en", "payload": payload}
        for seq, payload in ((1, look.right(1)), (2, look.wrong(1)))
    ]
    return [
        *((events, {"json": {"epoch": 1, "events": [change]}}) for change in changes),
        (events, {"json": {"epoch": 1, "events": [{**changes[0], "payload": foreign}]}}),
        (first, {"data": {**look.wrong(1), "go": "1"}}),
        (first, {"data": foreign}),
        (first.replace("questions/1", "submit"), {"json": {"manifest": [[1, 99]]}}),
        (f"/quizzes/{look(lambda attempt: attempt.assignment_id)}/attempts", {}),
    ]


@pytest.fixture
def swapped(unit: Unit) -> Callable[[], None]:
    """Turns every key of the house round."""

    def act() -> None:
        with unit():
            for row in db.session.scalars(select(QuestionKey)):
                row.key = turned_round(row.key)

    return act


def test_with_other_keys_every_response_before_the_submission_is_the_same(
    joiner: Visitor, first: str, look: Look, swapped: Callable[[], None], unit: Unit
) -> None:
    said = calls(first, look)
    for address, sent in said:
        joiner.post(address, **sent)
    before = everything(joiner, first, said)
    assert len(before) > 50
    assert sum("200 " in text[:4] for text in before.values()) > 40
    swapped()
    after = everything(joiner, first, said)
    assert [address for address in before if before[address] != after.get(address)] == []
    assert before.keys() == after.keys()
    with unit():
        for version in db.session.scalars(select(QuizVersion)):
            version.rules = {**version.rules, "attempts": 1}
    joiner.post(first.replace("questions/1", "submit"))
    closed = result_pages(joiner, first)
    swapped()
    assert result_pages(joiner, first) != closed, "the test sees a key where there is one"
