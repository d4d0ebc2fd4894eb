"""Reading a policy in either language and side by side, and acknowledging what the page showed."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import actions
from lms.policies.models import Acknowledgement, PolicyVersion
from tests.cast import Cast
from tests.conftest import MONDAY_AFTERNOON, QueryCount, SignIn, Unit, Visitor
from tests.quizzes import sitting

SOON = MONDAY_AFTERNOON + timedelta(hours=1)
ENGLISH = """---
code: SPM
title: Spam
version: "{number}"
---
## Not allowed {{#not-allowed}}
Do not send bulk mail.

### Bulk mail {{#bulk}}
More than a hundred messages in an hour.

## Examples {{#examples}}
Read these before you decide.

::: sensitive kind=insult degree=mild form=text
You of all people need these pills.
:::
"""
JAPANESE = """---
code: SPM
title: スパム
section_sources: {stale}
---
## 禁止すること {{#not-allowed}}
大量のメールを送らないでください。

### 大量のメール {{#bulk}}
1時間に100通を超えるメールです。
"""


@pytest.fixture
def learner(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.learner)


def store(
    number: str = "1.0", *, effective_at: datetime | None = None, publish: bool = True, stale: str = "{}"
) -> None:
    english, japanese = ENGLISH.format(number=number), JAPANESE.format(stale=stale)
    checked = actions.check_files(english.encode(), japanese.encode())
    actions.import_policy(checked, effective_at=effective_at, publish=publish)


@pytest.fixture
def policy(unit: Unit) -> None:
    with unit():
        store()


def code_of(app: Flask, login: str) -> str:
    with app.app_context():
        return str(db.session.scalar(select(Person.code).where(Person.login == login)))


def section(page: str, anchor: str) -> str:
    """The element of a section, up to the next one."""
    found = re.search(rf'<section id="{anchor}"[^>]*>.*?</section>', page, re.DOTALL)
    assert found is not None, anchor
    return found[0]


def acknowledged(app: Flask) -> list[tuple[str, str]]:
    """The version and the language of every acknowledgement."""
    with app.app_context():
        rows = db.session.execute(select(PolicyVersion, Acknowledgement.locale).join(Acknowledgement))
        return [(version.number, locale) for version, locale in rows]


@pytest.mark.usefixtures("policy")
def test_the_reader_shows_each_language_with_the_same_anchors(learner: Visitor) -> None:
    english, japanese = learner.get("/policies/SPM?lang=en"), learner.get("/policies/SPM?lang=ja")
    assert "Do not send bulk mail." in section(english.text, "s-not-allowed")
    assert "大量のメールを送らないでください。" in section(japanese.text, "s-not-allowed")
    assert "bulk mail" not in section(japanese.text, "s-not-allowed")
    for page in (english, japanese):
        assert 'href="#s-bulk"' in page.text, "the contents lead to the section"
        assert "1.1" in section(page.text, "s-bulk")


@pytest.mark.usefixtures("policy")
def test_a_section_without_japanese_stands_in_english_and_says_so(learner: Visitor) -> None:
    shown = section(learner.get("/policies/SPM?lang=ja").text, "s-examples")
    assert "Read these before you decide." in shown
    assert '<div lang="en">' in shown
    assert "notice" in shown
    assert "notice" not in section(learner.get("/policies/SPM?lang=en").text, "s-examples")


def test_a_section_whose_english_has_moved_on_says_so(learner: Visitor, unit: Unit) -> None:
    with unit():
        store(stale="{bulk: 0123}")
    page = learner.get("/policies/SPM?lang=ja").text
    assert "notice" in section(page, "s-bulk")
    assert "1時間に100通を超えるメールです。" in section(page, "s-bulk")


@pytest.mark.usefixtures("policy")
def test_the_head_says_how_many_sections_of_the_japanese_are_behind(learner: Visitor) -> None:
    assert "日本語版の1節が要更新または未翻訳" in learner.get("/policies/SPM?lang=ja").text
    assert "1 section of the Japanese is behind" in learner.get("/policies/SPM/side?lang=en").text
    assert "1 section of the Japanese is behind" in learner.get("/policies/SPM?lang=en").text


@pytest.mark.usefixtures("sample")
def test_the_head_says_that_the_japanese_matches(sample: Flask, sign_in_as: SignIn) -> None:
    with sample.app_context():
        joiner = sitting.person().code
    assert "日本語版は英語版 v4.2 と一致" in sign_in_as(joiner).get("/policies/HAR?lang=ja").text
    assert "Japanese matches English v4.2" in sign_in_as(joiner).get("/policies/HAR?lang=en").text


def test_a_policy_in_english_alone_says_nothing_of_japanese(learner: Visitor, unit: Unit) -> None:
    with unit():
        actions.import_policy(actions.check_files(ENGLISH.format(number="1.0").encode(), None), publish=True)
    assert "Japanese is behind" not in learner.get("/policies/SPM?lang=en").text


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("path", ["/policies/SPM", "/policies/SPM/side"])
def test_the_title_is_the_first_heading_of_the_page(learner: Visitor, path: str) -> None:
    found = re.search(r"<h\d", learner.get(path).text.partition("<main")[2])
    assert found is not None
    assert found[0] == "<h1"


@pytest.mark.usefixtures("policy")
def test_the_contents_beside_both_languages_speak_the_readers(learner: Visitor) -> None:
    contents = learner.get("/policies/SPM/side?lang=ja").text.partition('class="toc"')[2].partition("</nav>")[0]
    assert "大量" in contents


@pytest.mark.usefixtures("policy")
def test_side_by_side_has_both_languages_with_an_anchor_each(learner: Visitor) -> None:
    page = learner.get("/policies/SPM/side").text
    assert "Do not send bulk mail." in section(page, "s-not-allowed")
    assert "大量のメールを送らないでください。" in section(page, "ja-s-not-allowed")
    assert "Read these before you decide." not in section(page, "ja-s-examples")


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("path", ["/policies/SPM?lang=en", "/policies/SPM?lang=ja", "/policies/SPM/side"])
def test_sensitive_text_is_closed_at_first_and_labelled(learner: Visitor, path: str) -> None:
    page = learner.get(path).text
    assert page.count("You of all people need these pills.") == 1
    covered = re.search(r"<details([^>]*)>(.*?)</details>", section(page, "s-examples"), re.DOTALL)
    assert covered is not None
    assert "open" not in covered[1]
    summary, _, inside = covered[2].partition("</summary>")
    assert "pills" in inside
    assert "pills" not in summary


def test_the_sample_policy_reads_in_both_languages_with_sensitive_blocks_closed(
    sample: Flask, sign_in_as: SignIn
) -> None:
    joiner = sign_in_as(code_of(sample, "joiner@kijun.example"))
    page = joiner.get("/policies/HAR?lang=ja").text
    assert "望まない連絡" in section(page, "s-unwanted-contact")
    assert "Repeated unwanted contact" in joiner.get("/policies/HAR?lang=en").text
    assert "v4.2" in page
    assert "<details open" not in page
    assert page.count("<details") >= 2


def test_the_page_changes_at_the_effective_instant(learner: Visitor, unit: Unit) -> None:
    with unit():
        store("1.0")
        store("1.1", effective_at=SOON)
    with clock.fixed(SOON - timedelta(seconds=1)):
        assert "<title>Spam v1.0" in learner.get("/policies/SPM?lang=en").text
    with clock.fixed(SOON):
        assert "<title>Spam v1.1" in learner.get("/policies/SPM?lang=en").text


def test_those_who_work_on_policies_read_a_draft_before_it_is_published(
    cast: Cast, learner: Visitor, sign_in_as: SignIn, unit: Unit
) -> None:
    with unit():
        store("1.0")
        store("1.1", publish=False)
    page = sign_in_as(cast.localizer).get("/policies/SPM?v=1.1&lang=en").text
    assert "Draft" in page
    assert "I have read" not in page
    assert learner.get("/policies/SPM?v=1.1").status_code == 404


def test_an_older_version_can_be_read_but_not_acknowledged(learner: Visitor, unit: Unit) -> None:
    with unit():
        store("1.0", effective_at=SOON - timedelta(days=60))
        store("1.1", effective_at=SOON - timedelta(days=30))
    older, current = learner.get("/policies/SPM?v=1.0"), learner.get("/policies/SPM")
    assert older.status_code == 200
    assert 'action="/policies/SPM/acknowledge"' not in older.text
    assert 'action="/policies/SPM/acknowledge"' in current.text


@pytest.mark.parametrize(
    "path",
    ["/policies/SPM", "/policies/SPM?v=1.0", "/policies/NONE", "/policies/SPM/side?v=9.9", "/policies/SPM?v=x"],
)
def test_a_draft_or_an_unknown_policy_is_not_found(learner: Visitor, unit: Unit, path: str) -> None:
    with unit():
        store("1.0", publish=False)
    assert learner.get(path).status_code == 404
    assert "Spam" not in learner.get("/policies?lang=en").text


@pytest.mark.usefixtures("policy")
def test_an_acknowledgement_records_the_version_and_language_shown_and_the_page_says_so(
    learner: Visitor, app: Flask
) -> None:
    page = learner.get("/policies/SPM?lang=ja")
    assert 'name="version" value="1.0"' in page.text
    answer = learner.post("/policies/SPM/acknowledge", data={"version": "1.0"})
    assert (answer.status_code, answer.location) == (302, "/policies/SPM")
    assert acknowledged(app) == [("1.0", "ja")]
    after = learner.get("/policies/SPM?lang=en").text
    assert "You read v1.0 on 16 Nov 2026." in after
    assert "I have read v1.0" not in after
    assert "ackbar" not in after, "the navigation of phones stands there again"
    assert 'class="p-policy"' not in after


def test_a_version_that_came_into_force_meanwhile_is_a_conflict_that_records_nothing(
    learner: Visitor, unit: Unit, app: Flask
) -> None:
    with unit():
        store("1.0")
        store("1.1", effective_at=SOON)
    assert 'value="1.0"' in learner.get("/policies/SPM").text
    with clock.fixed(SOON):
        answer = learner.post("/policies/SPM/acknowledge?lang=en", data={"version": "1.0"})
        assert answer.status_code == 409
        assert "Version 1.1 is in force now." in answer.text
        assert acknowledged(app) == []
        assert learner.post("/policies/SPM/acknowledge", data={"version": "1.1"}).status_code == 302
    assert [number for number, _locale in acknowledged(app)] == ["1.1"]


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize("form", [{}, {"version": ""}, {"version": "2.0"}, {"version": "1.0' OR 1=1"}])
def test_an_acknowledgement_without_a_known_version_is_not_found(
    learner: Visitor, app: Flask, form: dict[str, str]
) -> None:
    assert learner.post("/policies/SPM/acknowledge", data=form).status_code == 404
    assert acknowledged(app) == []


@pytest.mark.usefixtures("policy")
def test_sending_the_acknowledgement_twice_records_it_once(learner: Visitor, app: Flask) -> None:
    for _ in range(2):
        assert learner.post("/policies/SPM/acknowledge", data={"version": "1.0"}).status_code == 302
    assert len(acknowledged(app)) == 1


@pytest.mark.usefixtures("policy")
def test_somebody_who_is_not_signed_in_reads_nothing(client: Visitor) -> None:
    for path in ("/policies", "/policies/SPM", "/policies/SPM/side"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (302, f"/sign-in?next={path}")


def test_no_page_asks_more_of_the_database_for_more_sections(
    learner: Visitor, unit: Unit, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    with unit():
        for code, sections in (("FEW", 2), ("MANY", 60)):
            texts = {
                language: f"---\ncode: {code}\n---\n"
                + "\n".join(f"## {word} {n} {{#k{n}}}\n{word} {n}.\n" for n in range(sections))
                for language, word in (("en", "Text"), ("ja", "本文"))
            }
            checked = actions.check_files(texts["en"].encode(), texts["ja"].encode())
            actions.import_policy(checked, publish=True)
    for suffix in ("?lang=en", "?lang=ja", "/side"):
        counts = []
        for code in ("FEW", "MANY"):
            learner.get(f"/policies/{code}{suffix}")
            with queries_counted() as count:
                assert learner.get(f"/policies/{code}{suffix}").status_code == 200
            counts.append(len(count))
        assert counts[0] == counts[1] <= 15, suffix


def test_the_library_does_not_ask_more_for_more_policies(
    learner: Visitor, unit: Unit, queries_counted: Callable[[], AbstractContextManager[QueryCount]]
) -> None:
    def add(*codes: str) -> None:
        with unit():
            for code in codes:
                actions.import_policy(actions.check_files(b"## A\ntext\n", None), code=code, publish=True)

    add("P1")
    learner.get("/policies")
    with queries_counted() as few:
        learner.get("/policies")
    add(*(f"P{n}" for n in range(2, 30)))
    with queries_counted() as many:
        page = learner.get("/policies")
    assert "/policies/P29" in page.text
    assert len(few) == len(many) <= 15


@pytest.mark.parametrize("code", ["HAR%00", "A" * 300, "har", "%F0%9F%98%80", "HAR%0a", "%ed%a0%80"])
@pytest.mark.parametrize("rest", ["", "/side", "/versions", "/versions/1.0/en.md"])
def test_a_code_that_no_policy_can_have_is_not_found(cast: Cast, sign_in_as: SignIn, code: str, rest: str) -> None:
    assert sign_in_as(cast.editor).get(f"/policies/{code}{rest}").status_code == 404
