"""What a search finds, in which order, and for whom; the same on either database."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts import actions as accounts
from lms.accounts.core.roles import Role
from lms.accounts.models import Person
from lms.cohorts.models import Cohort, CohortTrainer, TrainingSession
from lms.cohorts.queries import sessions as session_queries
from lms.foundation import clock
from lms.foundation.access import Access, Scope
from lms.foundation.db import db
from lms.policies import actions as policies
from lms.policies.models import SectionRevision
from lms.questions import actions as questions
from lms.questions import queries as question_queries
from lms.questions.core.formats import native
from lms.questions.models import Question, QuestionState
from lms.sites.models import Site
from tests.cast import Cast, make_cast
from tests.conftest import MONDAY_AFTERNOON, QueryCount, SignIn, Unit, Visitor
from tests.quizzes import sitting

ENGLISH = """---
code: {code}
title: {title}
---
## Repeated contact {{#contact}}
Do not allow 100% of it_all. A link to [the rules](https://rules.example/secretpath).

### Other things {{#other}}
Repeated
contact stands here as well.

::: sensitive kind=insult degree=mild form=text
The forbidden hush word.
:::

## Actions {{#actions}}
Remove it.
"""
JAPANESE = """---
code: {code}
title: {title}
---
## 望まない連絡 {{#contact}}
**繰り返し**連絡
することは認めません。

### その他 {{#other}}
ﾀﾞﾒなものは駄目です。

## 対応 {{#actions}}
{{削除|さくじょ}}します。
"""
QUESTION = """id: {code}
type: single
sections: [AAA/actions]
name: {{en: "{name}", ja: 名前}}
prompt: {{en: "Which one counts?", ja: どれを数えますか。}}
rationale: {{en: Because of rationalia., ja: 解説です。}}
options:
  - id: o1
    fraction: 1
    text: {{en: Optionalia, ja: 選択肢一}}
    rationale: {{en: Because., ja: 理由です。}}
  - id: o2
    text: {{en: Another, ja: 選択肢二}}
    rationale: {{en: Because., ja: 理由です。}}
    misconception: {{en: Mistakia, ja: 誤解です}}
"""


@pytest.fixture
def cast(unit: Unit) -> Cast:
    """Two policies with the same sections, and three questions."""
    with unit():
        people = make_cast()
        for code, title, japanese in (("BBB", "Spam", "スパム"), ("AAA", "Harassment", "ハラスメント")):
            files = (text.format(code=code, title=words) for text, words in ((ENGLISH, title), (JAPANESE, japanese)))
            policies.import_policy(policies.check_files(*(file.encode() for file in files)), publish=True)
        bank = questions.create_bank("AAA", {"en": "Bank", "ja": "バンク"})
        for code, name in (("AAA-2", "Second account"), ("AAA-10", "Third account"), ("AAA-1", "First account")):
            read = native.read(QUESTION.format(code=code, name=name).encode())
            done = questions.import_questions(bank, read.questions, by=None)
            assert done.created == [code], done.findings
    return people


def found(visitor: Visitor, asked: str, **further: object) -> list[str]:
    """The first lines of what is found, in order."""
    page = visitor.get("/search", query_string={"q": asked, "part": "results", "lang": "en", **further})
    assert page.status_code == 200
    lines = re.findall(r'<a class="hit[^>]*>(?:(?!</a>).)*?<span class="a"[^>]*>(.*?)</span>', page.text, re.S)
    return [unescape(re.sub("<[^>]*>", "", line)) for line in lines]


CONTACT, OTHER, ACTIONS = "1 Repeated contact", "1.1 Other things", "2 Actions"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("連", ["1 Repeated contact"] * 2),
        ("対応", ["2 Actions"] * 2),
        ("だめ", ["1.1 Other things"] * 2),
        ("ダメ", ["1.1 Other things"] * 2),
        ("ﾀﾞﾒ", ["1.1 Other things"] * 2),
        ("繰り返し連絡する", ["1 Repeated contact"] * 2),
        ("さくじょ", ["2 Actions"] * 2),
        ("ＣＯＮＴＡＣＴ　repeated", [CONTACT, CONTACT, OTHER, OTHER]),
        ("repeated 連絡", [CONTACT, CONTACT]),
        ("bbb contact", [CONTACT, OTHER]),
        ("BBB/actions", [ACTIONS]),
        ("ハラスメント 対応", [ACTIONS]),
        ("1.1", [OTHER, OTHER]),
        ("spam 2", [ACTIONS]),
        ("100%", [CONTACT, CONTACT]),
        ("it_all", [CONTACT, CONTACT]),
        ("1_0", []),
        ("secretpath", []),
        ("hush", [OTHER, OTHER]),
        ("repeated nowhere", []),
        ("a\x1bzzz", []),
    ],
)
def test_sections_in_force(cast: Cast, sign_in_as: SignIn, asked: str, expected: list[str]) -> None:
    """Those with the words in the title first, then as the policies have them; a learner finds nothing else."""
    assert found(sign_in_as(cast.learner), asked) == expected


def test_what_is_covered_is_found_and_not_shown(cast: Cast, sign_in_as: SignIn) -> None:
    page = sign_in_as(cast.learner).get("/search?q=hush").text
    assert "Other things" in page
    assert "forbidden" not in page


def test_words_are_marked_in_both_languages(cast: Cast, sign_in_as: SignIn) -> None:
    page = sign_in_as(cast.learner).get("/search", query_string={"q": "CONTACT マナイ"}).text
    assert set(re.findall("<mark>(.*?)</mark>", page)) == {"contact", "まない"}


def test_a_version_is_found_from_when_it_takes_effect(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    learner, editor = sign_in_as(cast.learner), sign_in_as(cast.editor)
    texts = [text.format(code="AAA", title="Harassment") for text in (ENGLISH, JAPANESE)]
    read = policies.check_files(texts[0].replace("Remove it.", "Escalate it.").encode(), texts[1].encode())
    with unit():
        policies.import_policy(read)
    assert found(learner, "escalate") == found(editor, "escalate") == []  # a draft
    tomorrow = MONDAY_AFTERNOON + timedelta(days=1)
    with unit():
        policies.import_policy(read, publish=True, effective_at=tomorrow)
    assert found(learner, "escalate") == []
    assert found(learner, "aaa remove") == [ACTIONS]
    with clock.fixed(tomorrow):
        learner = sign_in_as(cast.learner)
        assert found(learner, "escalate") == [ACTIONS]
        assert found(learner, "aaa remove") == []


def test_a_section_that_is_written_again_is_found_by_its_new_text(cast: Cast, unit: Unit) -> None:
    with unit():
        row = db.session.scalars(select(SectionRevision).where(SectionRevision.title == "Actions")).first()
        assert row is not None
        row.title, row.body = "Ｎext", "*Steps*"
        db.session.flush()
        db.session.refresh(row, ["search_key"])
        assert row.search_key == "next\nsteps"


def test_questions_are_found_by_id_name_and_prompt_alone(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    qa = sign_in_as(cast.qa)
    every = ["AAA-1 First account", "AAA-10 Third account", "AAA-2 Second account"]
    assert found(qa, "どれ") == found(qa, "account") == every
    assert found(qa, "aaa－10") == every[1:2]
    for hint in ("optionalia", "mistakia", "rationalia", "選択肢", "誤解"):
        assert found(qa, hint) == []
    with unit():
        db.session.scalars(select(Question).where(Question.code == "AAA-1")).one().state = QuestionState.RETIRED
    assert found(qa, "account") == [*every[1:], every[0]]


def test_who_reads_no_bank_finds_no_question(cast: Cast, sign_in_as: SignIn) -> None:
    for code in (cast.learner, cast.trainer, cast.localizer, cast.vendor_manager, cast.admin):
        visitor = sign_in_as(code)
        assert found(visitor, "account") == []
        assert "AAA-1 " not in visitor.get("/search?q=account&in=questions").text
    assert found(sign_in_as(cast.editor), "account")


def test_the_key_of_a_quiz_to_come_is_not_hinted_at(sample: Flask, sign_in_as: SignIn) -> None:
    """Neither the right option nor the section of a question that the editor still has to take."""
    with sample.app_context():
        editor = sitting.person("editor@kijun.example").code
        question = db.session.scalars(select(Question).where(Question.code == "HAR-006")).one()
        body = question.versions[-1].body
    page = sign_in_as(editor).get("/search?q=HAR-006&part=results").text
    assert "HAR-006" in page
    for option in body["groups"]["options"]:
        assert option["text"]["en"] not in unescape(page)
    assert not any(section in page for section in body["sections"])


def test_people_are_found_by_name_where_names_may_be_seen(cast: Cast, sign_in_as: SignIn) -> None:
    admin, qa, manager = sign_in_as(cast.admin), sign_in_as(cast.qa), sign_in_as(cast.vendor_manager)
    assert found(admin, "高橋　ﾐｸ") == [f"{cast.learner} 髙橋 未来"]
    assert found(admin, "田") == [f"{cast.stranger} 𠮷田 蓮"] == found(manager, "吉田")
    assert found(manager, "たかはし") == found(manager, cast.learner) == []
    assert found(qa, "たかはし") == found(qa, "site.example") == []
    assert found(qa, cast.learner.lower()) == [cast.learner]
    assert "髙橋" not in qa.get(f"/search?q={cast.learner}").text
    assert found(sign_in_as(cast.learner), cast.learner) == []


def test_people_stand_by_reading_and_without_names_by_code(cast: Cast, unit: Unit, sign_in_as: SignIn) -> None:
    with unit():
        site = db.session.get_one(Site, cast.tokyo)
        names = (("いとう", "イトウ"), ("zoe", "zoe"), ("Ito", "あ"), ("-x", "-x"), ("伊藤", "いとう"))
        codes = [
            accounts.create_person(
                accounts.NewPerson(f"{n}@order.example", f"{name} 順", reading, site, "ja", (Role.LEARNER,)), by=None
            ).code
            for n, (name, reading) in enumerate(names)
        ]
    in_order = [codes[n] for n in (3, 1, 2, 0, 4)]
    assert [line.split()[0] for line in found(sign_in_as(cast.admin), "順")] == in_order


def test_sessions_of_the_cohorts_in_reach(sample: Flask, sign_in_as: SignIn) -> None:
    def asked_by(login: str, asked: str) -> list[str]:
        with sample.app_context():
            code = sitting.person(login).code
        return found(sign_in_as(code), asked)

    own, every = asked_by("trainer@kijun.example", "ｷｬﾘﾌﾞ"), asked_by("qa@kijun.example", "ｷｬﾘﾌﾞ")
    assert 0 < len(own) <= len(every)
    assert asked_by("joiner@kijun.example", "tokyo-a") == []
    with sample.app_context():
        code = sitting.person("trainer-c@northwind.example").code
        other = db.session.scalars(
            select(Cohort.code).where(~Cohort.trainers.any(CohortTrainer.person.has(Person.code == code)))
        ).first()
    assert found(sign_in_as(code), str(other), **{"in": "sessions"}) == []


def test_sessions_to_come_stand_first(sample: Flask, sign_in_as: SignIn) -> None:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
        with_day = select(TrainingSession.starts_at, TrainingSession.ends_at).join(TrainingSession.cohort)
        rows = db.session.execute(with_day.where(Cohort.code == "tokyo-a").order_by(TrainingSession.starts_at)).all()
    coming = [row.starts_at for row in rows if row.ends_at >= MONDAY_AFTERNOON]
    over = [row.starts_at for row in rows if row.ends_at < MONDAY_AFTERNOON]
    with sample.app_context(), clock.fixed(MONDAY_AFTERNOON):
        access = Access(None, None, None, frozenset(), frozenset({Scope.ALL}))
        ids = session_queries.list_found(access, ["tokyo-a"], MONDAY_AFTERNOON)
        shown = [session.starts_at for session in session_queries.load_found(ids)]
    assert shown == [*coming, *reversed(over)]
    assert found(sign_in_as(code), "tokyo-a")


def test_more_than_stand_on_the_first_page(sample: Flask, sign_in_as: SignIn) -> None:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    visitor = sign_in_as(code)
    first = visitor.get("/search?q=a&lang=en").text
    address = unescape(re.search(r'<a class="hit more"[^>]*href="([^"]*in=questions[^"]*)"', first)[1])  # type: ignore[index]
    count = int(re.search(r"Questions: show all (\d+)", first)[1])  # type: ignore[index]
    page = visitor.get(address).text
    assert len(re.findall('<a class="hit', page)) == min(count, 50)
    assert visitor.get(f"{address}&page=99999").status_code == 200
    assert visitor.get("/search?q=a&in=nothing").status_code == 200


@pytest.mark.parametrize(
    "asked", ["", "   ", "\x1b", "%", "'", '"><script>', "x" * 5000, "/", "\\", "[a-", "1.", "٣.٣"]
)
def test_whatever_is_typed_gets_an_answer(cast: Cast, sign_in_as: SignIn, asked: str) -> None:
    for code in (cast.qa, cast.admin):
        for further in ({}, {"part": "results"}, {"in": "people", "page": "x"}):
            page = sign_in_as(code).get("/search", query_string={"q": asked, **further})
            assert page.status_code == 200
            assert "<script>" not in page.text


def test_the_keys_are_explained_in_japanese(cast: Cast, sign_in_as: SignIn) -> None:
    page = sign_in_as(cast.learner).get("/search?lang=ja").text
    assert "<kbd>Enter</kbd> 開く" in page


def test_visitors_sign_in_first(client: Visitor) -> None:
    assert client.get("/search?q=a").status_code in {302, 401, 403}


def test_the_page_needs_few_statements_however_many_rows_there_are(
    sample: Flask, unit: Unit, sign_in_as: SignIn, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    with sample.app_context():
        visitors = [sign_in_as(sitting.person(f"{name}@kijun.example").code) for name in ("qa", "admin", "trainer")]

    def counts() -> list[int]:
        needed = []
        for visitor in visitors:
            for asked in ("a 1", "a", "HAR 3.2"):
                with queries_counted() as count:
                    assert visitor.get("/search", query_string={"q": asked}).status_code == 200
                needed.append(len(count))
        return needed

    before = counts()
    assert max(before) <= 15
    with unit():
        for n in range(3):
            files = (text.format(code=f"ZZ{n}", title="A") for text in (ENGLISH, JAPANESE))
            policies.import_policy(policies.check_files(*(file.encode() for file in files)), publish=True)
        bank = question_queries.get_bank("HAR")
        for n in range(8):
            read = native.read(QUESTION.format(code=f"ZZ-{n}", name="A 1").replace("AAA/", "HAR/").encode())
            questions.import_questions(bank, read.questions, by=None)
        site = sitting.person("qa@kijun.example").site
        for n in range(8):
            command = accounts.NewPerson(f"{n}@more.example", f"A 1 {n}", "a", site, "en", (Role.LEARNER,))
            accounts.create_person(command, by=None)
    assert counts() == before
