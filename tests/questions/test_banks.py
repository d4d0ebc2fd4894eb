"""Banks: their list with filters in the address, changing a title beside somebody else, retiring and bringing back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.questions import access as questions_access
from lms.questions import queries
from lms.questions.models import Bank, Question
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.questions.conftest import ONE, TYPED, Door, many, stored, write_question

TITLES = {"revision": "1", "title_en": "Renamed", "title_ja": "改題"}


@pytest.fixture
def author(cast: Cast, sign_in_as: SignIn) -> Visitor:
    return sign_in_as(cast.qa)


@pytest.fixture
def listed(author: Visitor) -> Callable[[str], list[str]]:
    """The codes that the list of the bank shows for the words of an address, in their order."""

    def codes(words: str = "") -> list[str]:
        return re.findall(r'href="/questions/T/([A-Z]-\d+)"', author.get(f"/questions/T?{words}").text)

    return codes


def recorded(app: Flask, action: str) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.object).where(AuditEvent.action == action)))


@pytest.mark.parametrize("door", ["page"], indirect=True)
def test_the_list_is_narrowed_by_words_section_state_gap_and_tag(
    door: Door, author: Visitor, listed: Callable[[str], list[str]]
) -> None:
    tagged = ONE.format(n=2).replace("type: single", "type: single\ntags: [basics]")
    gap = ONE.format(n=3).replace(", ja: 侮辱はどれですか（3）。", "").replace("HAR/insults", "HAR/context")
    assert door.send("---\n".join([ONE.format(n=1), tagged, gap]))[0]
    author.post("/questions/T/T-1/retire")
    assert listed("") == ["T-2", "T-3"]
    assert listed("state=all") == ["T-1", "T-2", "T-3"]
    assert listed("state=retired") == ["T-1"]
    assert listed("state=draft") == ["T-3"]
    assert listed("section=HAR/context") == ["T-3"]
    assert "/questions/T/new-question?section=HAR/context" in author.get("/questions/T?section=HAR/context").text
    assert listed("gap=ja") == ["T-3"]
    assert listed("gap=en") == []
    assert listed("tag=basics") == ["T-2"]
    assert listed("q=ｗｈｉｃｈ (2)") == ["T-2"]
    assert listed("q=t-3&state=in_use") == []


@pytest.mark.parametrize("door", ["page"], indirect=True)
def test_the_list_is_sorted_and_shown_in_pages_of_50(door: Door, listed: Callable[[str], list[str]]) -> None:
    assert door.send(many(*range(10, 63)))[0]
    assert listed("") == [f"T-{n}" for n in range(10, 60)]
    assert listed("page=2") == ["T-60", "T-61", "T-62"]
    assert listed("page=99") == ["T-60", "T-61", "T-62"]
    assert listed("sort=-code")[0] == "T-62"
    assert listed("sort=-changed")[0] == "T-10", "written at once, so by ID"
    assert len(listed("sort=anything&page=x")) == 50


def test_what_waits_for_a_second_person_can_be_listed(
    author: Visitor, cast: Cast, unit: Unit, listed: Callable[[str], list[str]]
) -> None:
    write_question(author, "T-1")
    author.post("/questions/T/new-question", data={"code": "T-2", "type": "single", "section": ""})
    assert listed("") == ["T-1", "T-2"]
    with unit():
        draft = queries.load_drafts([queries.get_question("T-2")])
        next(iter(draft.values())).sent_at = next(iter(draft.values())).updated_at
    assert listed("state=waiting") == ["T-2"]
    author.post("/questions/T/T-2/retire")
    assert listed("state=waiting") == []


def test_a_bank_is_renamed_and_the_journal_says_so(author: Visitor, app: Flask) -> None:
    assert author.post("/questions/T/change", data=TITLES).location == "/questions/T"
    assert "<h1>改題</h1>" in author.get("/questions/T?lang=ja").text
    assert recorded(app, "bank.change") == ["T"]


def test_a_title_that_somebody_else_changed_meanwhile_is_shown_beside_ones_own(author: Visitor, app: Flask) -> None:
    author.post("/questions/T/change", data=TITLES)
    answer = author.post("/questions/T/change?lang=en", data=TITLES | {"title_en": "Mine"})
    assert answer.status_code == 409
    assert "Renamed" in answer.text
    assert 'value="Mine"' in answer.text
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', answer.text)
    assert revision is not None
    again = author.post("/questions/T/change", data=TITLES | {"title_en": "Mine", "revision": revision[1]})
    assert again.status_code == 302
    with app.app_context():
        assert db.session.scalars(select(Bank)).one().title_text["en"] == "Mine"


@pytest.mark.parametrize("title", ["", "N" * 256, "New\x07"])
def test_a_title_that_cannot_be_stored_is_refused_at_its_field(author: Visitor, title: str) -> None:
    answer = author.post("/questions/T/change", data=TITLES | {"title_ja": title})
    assert (answer.status_code, 'id="title_ja-error"' in answer.text) == (422, True)


def test_a_retired_bank_gives_no_question_to_a_quiz_and_comes_back(author: Visitor, app: Flask) -> None:
    write_question(author, "T-1")

    def usable() -> list[str]:
        with app.app_context():
            return [question.code for question in queries.list_usable_questions()]

    assert usable() == ["T-1"]
    author.post("/questions/T/retire")
    assert usable() == []
    assert "/questions/T" not in re.findall(r'href="(/questions/T)"', author.get("/questions").text)
    assert 'href="/questions/T"' in author.get("/questions?state=retired").text
    assert (
        author.post("/questions/T/new-question", data={"code": "T-9", "type": "single", "section": ""}).status_code
        == 403
    )
    author.post("/questions/T/restore")
    assert usable() == ["T-1"]
    assert (recorded(app, "bank.retire"), recorded(app, "bank.restore")) == (["T"], ["T"])


@pytest.mark.parametrize("door", ["page"], indirect=True)
def test_a_file_of_somebody_who_is_not_alone_waits_and_somebody_else_puts_all_into_use(
    door: Door, author: Visitor, cast: Cast, sign_in_as: SignIn, unit: Unit
) -> None:
    with unit():
        for code in (cast.qa, cast.editor):
            db.session.scalars(select(Person).where(Person.code == code)).one().password_hash = "x"
    taken, told = door.send(many(1, 2))
    assert taken
    assert "Waiting for a second person: 2." in told
    taken, told = door.send(many(1, 2))
    assert "0 new, 0 revised, 2 unchanged" in told
    author.post("/questions/T/release")
    with door.app.app_context():
        assert queries.list_usable_questions() == []
    editor = sign_in_as(cast.editor)
    assert "Put all into use" in editor.get("/questions/T?state=waiting&lang=en").text
    editor.post("/questions/T/release")
    assert stored(door.app) == {"T-1": ("in_use", 1), "T-2": ("in_use", 1)}


@pytest.mark.parametrize("door", ["page"], indirect=True)
def test_a_retired_question_of_a_file_is_a_finding_and_stays_as_it_is(
    door: Door, author: Visitor, cast: Cast, unit: Unit
) -> None:
    assert door.send(many(1, 2))[0]
    author.post("/questions/T/T-1/retire")
    with unit():
        db.session.scalars(select(Person).where(Person.code == cast.editor)).one().password_hash = "x"
    taken, told = door.send(many(1, 2).replace("Which is", "What is"))
    assert (taken, "T-1 is retired." in told) == (False, True)
    taken, told = door.send(many(1, 2).replace("Which is", "What is"), skip_errors=True)
    assert (taken, "0 new, 1 revised, 0 unchanged" in told) == (True, True)
    assert stored(door.app)["T-1"] == ("retired", 1)


@pytest.mark.parametrize("door", ["page"], indirect=True)
@pytest.mark.parametrize("pair_by", ["", "id", "order"])
def test_nothing_is_compared_with_a_question_that_one_still_has_to_take(
    door: Door, sign_in_as: SignIn, cast: Cast, monkeypatch: pytest.MonkeyPatch, pair_by: str
) -> None:
    """Whoever has to take it could try out keys until the file is said to be the same."""
    assert door.send(many(1))[0]
    monkeypatch.setattr(questions_access, "_withheld_criteria", [lambda _access: Question.code == "T-1"])
    taker = Door(door.app, sign_in_as(cast.editor), door.folder)
    right, wrong = many(1), many(1).replace("    fraction: 1\n", "").replace("id: o2", "id: o2\n    fraction: 1")
    answers = [taker.send(file, pair_by=pair_by) for file in (right, wrong)]
    assert [taken for taken, _told in answers] == [False, False]
    for _taken, told in answers:
        assert "T-1 is in a quiz that you still have to take." in told
        assert "differs" not in told
    assert stored(door.app) == {"T-1": ("in_use", 1)}


@pytest.mark.parametrize("door", ["page"], indirect=True)
def test_nor_does_pairing_by_order_tell_its_key_to_somebody_who_knows_its_texts(
    door: Door, sign_in_as: SignIn, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert door.send(many(1))[0]
    monkeypatch.setattr(questions_access, "_withheld_criteria", [lambda _access: Question.code == "T-1"])
    taker = Door(door.app, sign_in_as(cast.editor), door.folder)
    for marks in ("=~", "~="):
        file = "Which is an insult? (1) {{{}A word about a person {}A word about a company}}".format(*marks)
        taken, told = taker.send(file, "t.gift", pair_by="order")
        assert (taken, "The key differs" in told) == (False, False)


def test_what_waits_is_not_put_into_use_by_somebody_who_may_not_read_it(
    author: Visitor, cast: Cast, sign_in_as: SignIn, unit: Unit, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit():
        for code in (cast.qa, cast.editor):
            db.session.scalars(select(Person).where(Person.code == code)).one().password_hash = "x"
    for code in ("T-1", "T-2"):
        author.post("/questions/T/new-question", data={"code": code, "type": "single", "section": ""})
        author.post(f"/questions/T/{code}/release", data={**TYPED, "seen": "1.1"})
    monkeypatch.setattr(questions_access, "_withheld_criteria", [lambda _access: Question.code == "T-1"])
    sign_in_as(cast.editor).post("/questions/T/release")
    with app.app_context():
        assert [row.code for row in queries.list_usable_questions()] == ["T-2"]


@pytest.mark.parametrize("door", ["page"], indirect=True)
def test_a_file_does_not_replace_the_draft_of_somebody_else(
    door: Door, author: Visitor, cast: Cast, sign_in_as: SignIn, unit: Unit
) -> None:
    assert door.send(many(1))[0]
    with unit():
        db.session.scalars(select(Person).where(Person.code == cast.editor)).one().password_hash = "x"
    sign_in_as(cast.editor).post("/questions/T/T-1/edit", data={"seen": "1.0", "prompt.en": "Theirs?"})
    taken, told = door.send(many(1).replace("Which is", "What is"))
    assert (taken, "Somebody else has a draft of" in told) == (False, True)
