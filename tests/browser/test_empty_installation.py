"""From nothing: administrator, site, people, policy, three questions, quiz, a cohort of two, and the result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Visit, Window, serve

PASSWORD = "several unrelated words"
TOKYO = ZoneInfo("Asia/Tokyo")
ENGLISH = """---
code: SPAM
locale: en
title: Spam
version: "1.0"
effective: 2026-01-05T09:00 Asia/Tokyo
---

# Spam

What this policy is for.

## Repeated posts {#repeated-posts}

The same text posted ten times within one hour is spam.

## Misleading links {#misleading-links}

A link whose text names another site than the one it opens is misleading.
"""
JAPANESE = """---
code: SPAM
locale: ja
title: スパム
version: "1.0"
effective: 2026-01-05T09:00 Asia/Tokyo
---

# スパム

このポリシーの目的を示します。

## 投稿の繰り返し {#repeated-posts}

同じ文章を1時間以内に10回投稿する行為は、スパムです。

## 誤解を招くリンク {#misleading-links}

開く先と違うサイトの名前を表示するリンクは、誤解を招きます。
"""
QUESTIONS = [
    (
        "SPAM-001",
        "How many posts of one text within an hour are spam?",
        "1時間に何回の同じ投稿がスパムですか。",
        "repeated-posts",
    ),
    (
        "SPAM-002",
        "Within which time are repeated posts counted?",
        "投稿の繰り返しは、どの期間で数えますか。",
        "repeated-posts",
    ),
    ("SPAM-003", "Which link is misleading?", "誤解を招くリンクはどれですか。", "misleading-links"),
]


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    yield from serve(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'own.sqlite'}")


def set_password(visit: Visit, link: str) -> None:
    visit.page.goto(link)
    visit.check()
    visit.write(password=PASSWORD)
    visit.send()


def add_person(admin: Visit, login: str, name: str, *roles: str) -> str:
    """Add a person; gives the one-time link for the password."""
    admin.open("/people/new")
    admin.write(name=name, reading=name, login=login)
    admin.page.locator('[name="site"]').select_option(label="Tokyo")
    admin.page.locator('[name="locale"]').select_option("ja" if "learner" in roles else "en")
    for role in roles:
        admin.page.locator(f'input[name="roles"][value="{role}"]').check()
    admin.send()
    with admin.page.expect_navigation():
        admin.page.locator('form[action$="/link"] button').click()
    link = admin.page.locator("#link").input_value()
    assert link.startswith(f"{admin.base}/link/")
    return link


def write_question(staff: Visit, code: str, english: str, japanese: str, section: str) -> None:
    """Start a question, write it in both languages, and put it into use: nobody else can."""
    staff.open("/questions/SPAM/new-question")
    staff.page.locator('[name="section"]').select_option(f"SPAM/{section}")
    staff.write(code=code)
    staff.send()
    texts = {
        "prompt": (english, japanese),
        "options.o1.text": ("The right one", "正しいもの"),
        "options.o1.rationale": ("See the section.", "節を参照。"),
        **{f"options.o{n}.text": (f"Another one ({n})", f"別のもの（{n}）") for n in range(2, 5)},
    }
    for name, (text_en, text_ja) in texts.items():
        staff.write(**{f"{name}.en": text_en, f"{name}.ja": text_ja})
    staff.page.locator('[name="key.options"][value="o1"]').check()
    staff.send()
    expect(staff.page.locator("main .chip, main .st").first).to_contain_text("In use")


@pytest.mark.long_way
def test_from_an_empty_installation_to_a_result(empty_server: Server, window: Window, tmp_path: Path) -> None:
    printed = empty_server.flask("people", "create-admin", "root@site.example")
    link = re.search(r"http://\S+", printed)
    assert link is not None, printed
    admin = window(empty_server, "en")
    set_password(admin, link[0])

    admin.open("/vendors/new")
    admin.write(code="own", name_en="Our company", name_ja="自社")
    admin.send()
    admin.open("/sites/new")
    admin.write(code="tokyo", name_en="Tokyo", name_ja="東京", zone_name="Tokyo")
    admin.page.locator('[name="country"]').select_option("JP")
    admin.send()
    staff_link = add_person(admin, "staff@site.example", "Sam Staff", "editor", "qa", "trainer")
    links = [add_person(admin, f"learner{n}@site.example", f"Learner {n}", "learner") for n in (1, 2)]

    staff = window(empty_server, "en")
    set_password(staff, staff_link)
    import_policy(staff, tmp_path)
    staff.open("/questions/new")
    staff.write(code="SPAM", title_en="Spam", title_ja="スパム")
    staff.send()
    for question in QUESTIONS:
        write_question(staff, *question)
    staff.open("/quiz-design/new")
    for code, *_texts in QUESTIONS:
        staff.page.locator(f'input[name="questions"][value="{code}"]').check()
    staff.write(code="spam-checkpoint", title_en="Spam checkpoint", title_ja="スパム確認テスト", minutes="20")
    staff.send()
    make_cohort(staff, empty_server)

    learners = []
    for password_link in links:
        learner = window(empty_server, "ja", width=390)
        set_password(learner, password_link)
        read_the_briefing(learner)
        learners.append(learner)
    percents = [take_the_quiz(learner, right=right) for learner, right in zip(learners, (3, 1), strict=True)]
    assert percents == ["100%", "33%"]

    staff.open("/analysis/spam-checkpoint")
    expect(staff.page.locator(".figs dd").first).to_have_text("<5")  # two people are too few to be shown
    staff.check()


def import_policy(staff: Visit, folder: Path) -> None:
    (folder / "spam.en.md").write_text(ENGLISH)
    (folder / "spam.ja.md").write_text(JAPANESE)
    staff.open("/policies/import")
    staff.page.locator('[name="english"]').set_input_files(folder / "spam.en.md")
    staff.page.locator('[name="japanese"]').set_input_files(folder / "spam.ja.md")
    staff.page.locator('[name="publish"]').check()
    staff.send()
    staff.open("/policies/SPAM")
    expect(staff.page.get_by_role("heading", name="Misleading links")).to_be_visible()


def make_cohort(staff: Visit, server: Server) -> None:
    staff.open("/plans/new")
    steps = "1 09:30 60 class Welcome | 顔合わせ\n2 10:00 30 quiz Spam checkpoint | スパム確認テスト"
    staff.write(code="short", title_en="Short plan", title_ja="短い計画", day_count="3", steps=steps)
    staff.send()
    today = datetime.now(TOKYO)
    found = json.loads(server.flask("calendar", "workdays", "JP", today.date().isoformat(), "5", "--json"))
    staff.open("/cohorts/new")
    staff.write(code="first", name_en="First cohort", name_ja="最初のクラス", go_live_on=found["date"])
    staff.page.locator('[name="site"]').select_option(label="Tokyo")
    staff.send()
    for box in staff.page.locator('input[name="people"]').all():
        box.check()
    with staff.page.expect_navigation():
        staff.page.locator('form[action$="/people"] button').click()
    opens, due = today - timedelta(hours=1), today + timedelta(days=2)
    staff.write(opens_at=opens.strftime("%Y-%m-%dT%H:%M"), due_at=due.strftime("%Y-%m-%dT%H:%M"))
    with staff.page.expect_navigation():
        staff.page.locator('form[action$="/quizzes"] button').click()
    staff.check()


def read_the_briefing(learner: Visit) -> None:
    """The first page of a new joiner; nothing else opens before it is confirmed."""
    learner.open("/quizzes")
    expect(learner.page.get_by_role("heading", name="はじめる前に")).to_be_visible()
    learner.check_everywhere()
    with learner.page.expect_navigation():
        learner.page.get_by_role("button", name="確認しました").click()
    assert learner.page.url.endswith("/quizzes"), "where they wanted to go"


def take_the_quiz(learner: Visit, *, right: int) -> str:
    """Take the checkpoint with so many right answers; gives the score that the result page shows."""
    learner.open("/")
    learner.page.locator("main a.btn-main").first.click()
    with learner.page.expect_navigation():
        learner.page.locator("main form button.btn-main").click()
    for number in range(1, 4):
        expect(learner.page.locator(f'[data-question="{number}"]')).to_be_visible()
        wanted = "正しいもの" if number <= right else "別のもの（2）"
        with learner.page.expect_response("**/events"):
            learner.page.locator("label.opt", has_text=wanted).click()
        learner.check()
        if number < 3:
            learner.page.get_by_role("button", name="次へ", exact=True).locator("visible=true").first.click()
    learner.page.get_by_role("button", name="確認して提出する").locator("visible=true").first.click()
    learner.page.wait_for_url("**/review*")
    with learner.page.expect_navigation():
        learner.page.get_by_role("button", name="提出する", exact=True).click()
    learner.check()
    return re.sub(r"\s", "", learner.page.locator(".scorecard .v").inner_text())
