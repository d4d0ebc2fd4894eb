"""What helps to read a policy: readings, the glossary, a marked sentence, how much has been on screen."""

from __future__ import annotations

import json
import re

import pytest

from lms.policies import actions
from lms.policies.core.citing import cited_sentences
from lms.policies.core.markup import blocks
from tests.cast import Cast, make_cast
from tests.conftest import SignIn, Unit, Visitor
from tests.policies.core.xss_corpus import PAYLOADS
from tests.policies.test_import_page import Page
from tests.policies.test_pages import section

ENGLISH = """---
code: SPM
title: Spam
glossary:
- term: bulk mail
  definition: More than a hundred messages in an hour.
---
## Not allowed {#not-allowed}
Do not send bulk mail. Bulk mail annoys every person who receives it.

## Examples {#examples}
Bulk mail and its kin.
"""
JAPANESE = """---
code: SPM
title: スパム
glossary:
- term: 大量送信
  reading: たいりょうそうしん
  definition: 1時間に100通を超える送信です。
---
## {禁止|きんし}すること {#not-allowed}
大量送信は認めません。{迷惑|めいわく}なメールは、受け取る人すべてを困らせます。

## 例 {#examples}
大量送信の例です。
"""


@pytest.fixture
def learner(unit: Unit, sign_in_as: SignIn) -> Visitor:
    with unit():
        cast: Cast = make_cast()
        actions.import_policy(actions.check_files(ENGLISH.encode(), JAPANESE.encode()), publish=True)
    return sign_in_as(cast.learner)


def test_a_term_leads_to_its_definition_once_in_each_section(learner: Visitor) -> None:
    page = learner.get("/policies/SPM?lang=en").text
    for key in ("s-not-allowed", "s-examples"):
        assert section(page, key).count('<a class="term" href="#term-en-1"') == 1
    glossary = section(page, "glossary")
    assert 'id="term-en-1"' in glossary
    assert "More than a hundred messages in an hour." in glossary
    assert 'href="#glossary"' in page
    assert "term-ja-1" not in page


def test_the_glossary_is_that_of_the_language_with_readings(learner: Visitor) -> None:
    page = learner.get("/policies/SPM?lang=ja").text
    assert "たいりょうそうしん" in section(page, "glossary")
    assert 'href="#term-ja-1"' in section(page, "s-not-allowed")
    side = learner.get("/policies/SPM/side").text
    assert 'id="term-en-1"' in side
    assert 'id="term-ja-1"' in side


def test_readings_stand_above_the_text_and_not_in_headings(learner: Visitor) -> None:
    page = learner.get("/policies/SPM?lang=ja").text
    assert "<ruby>迷惑<rp>（</rp><rt>めいわく</rt><rp>）</rp></ruby>" in section(page, "s-not-allowed")
    assert "きんし" not in page
    assert "禁止すること" in section(page, "s-not-allowed")


def test_the_sentence_that_is_asked_for_is_marked_and_has_a_place(learner: Visitor) -> None:
    body = "Do not send bulk mail. Bulk mail annoys every person who receives it."
    (cited,) = cited_sentences(blocks(body), ["It annoys every person who receives it."])
    page = learner.get(f"/policies/SPM/side?lang=en&mark={cited}").text
    assert re.search(r'<mark id="cited">Bulk mail annoys every person who receives it\.</mark>', page)
    for other in ("0" * 16, "", "%3Cscript%3E", "%00"):
        assert "<mark" not in learner.get(f"/policies/SPM/side?lang=en&mark={other}").text


def test_what_has_been_on_screen_is_for_script_alone_and_only_while_there_is_something_to_confirm(
    learner: Visitor,
) -> None:
    assert re.search(r"<span[^>]*data-seen=[^>]*hidden>", learner.get("/policies/SPM").text)
    learner.post("/policies/SPM/acknowledge", data={"version": "1.0"})
    assert "data-seen" not in learner.get("/policies/SPM").text


def test_a_policy_without_a_glossary_has_no_such_part(learner: Visitor, unit: Unit) -> None:
    with unit():
        actions.import_policy(actions.check_files(b"## A\ntext\n", None), code="X", publish=True)
    assert "glossary" not in learner.get("/policies/X?lang=en").text.lower()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_hostile_in_a_glossary_or_a_reading_is_inert_wherever_it_is_shown(
    learner: Visitor, unit: Unit, payload: str
) -> None:
    one_line = " ".join(payload.split())
    entry = {"term": one_line[:80] or "x", "reading": one_line, "definition": one_line}
    head = json.dumps({"code": "X", "title": one_line, "glossary": [entry, {"term": "漢", "definition": one_line}]})
    written = one_line.replace(":::", "")  # marks of a sensitive block are refused in the middle of a text
    body = f"## 節 {{#a}}\n漢 {{漢{written[:30]}|かん}} {{漢|{written}}} {written[:80]}\n"
    with unit():
        checked = actions.check_files(f"---\n{head}\n---\n{body}".encode(), None)
        actions.import_policy(checked, code="X", publish=True)
    for address in ("/policies/X", "/policies/X/side", "/policies"):
        page = learner.get(address)
        assert (page.status_code, Page(page.text).active) == (200, [])


NEXT_ENGLISH = ENGLISH.replace("Do not send bulk mail.", "Do not send or sell bulk mail.").replace(
    "title: Spam", "title: Spam\nversion: 2.0"
)


def test_whoever_read_an_earlier_version_sees_what_changed_since(learner: Visitor, unit: Unit) -> None:
    first = shown_version(learner)
    learner.post("/policies/SPM/acknowledge", data={"version": first})
    with unit():
        japanese = JAPANESE.replace("title: スパム", "title: スパム\nversion: 2.0")
        more = "\n## Doubt {#doubt}\nAsk a lead.\n"
        checked = actions.check_files(
            (NEXT_ENGLISH + more).encode(), (japanese + "\n## 迷う場合 {#doubt}\nリーダーに聞きます。\n").encode()
        )
        actions.import_policy(checked, publish=True)
    page = learner.get("/policies/SPM?lang=en").text
    assert "Since you last read" in page
    assert "<ins>or sell </ins>" in section(page, "s-not-allowed")
    assert "<ins>Ask a lead.</ins>" in section(page, "s-doubt")
    assert "<ins>" not in section(page, "s-examples")
    assert "<ins>" not in section(learner.get("/policies/SPM?lang=ja").text, "s-not-allowed"), "only English changed"
    assert "<ins>or sell </ins>" in learner.get("/policies/SPM/side?lang=ja").text
    assert "<ins>" not in learner.get("/policies/SPM?v=2.0&lang=en").text, "cited, it stands as it is"
    learner.post("/policies/SPM/acknowledge", data={"version": "2.0"})
    page = learner.get("/policies/SPM?lang=en").text
    assert "Since you last read" not in page
    assert "<ins>" not in page
    compared = learner.get(f"/policies/SPM?since={first}&lang=en").text
    assert f"Changed since v{first}" in compared
    assert "<ins>or sell </ins>" in compared


def test_who_has_read_no_version_sees_the_text_alone(learner: Visitor) -> None:
    page = learner.get("/policies/SPM?lang=en&since=0.1").text
    assert "showdiff" not in page
    assert "<ins>" not in page


def shown_version(visitor: Visitor) -> str:
    found = re.search(r'name="version" value="([\d.]+)"', visitor.get("/policies/SPM").text)
    assert found is not None
    return found[1]
