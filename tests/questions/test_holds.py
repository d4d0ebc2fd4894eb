"""A held question: by a rule change or by hand, drawn by no quiz until somebody says why it is right."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import actions as policies
from lms.policies.actions.telling import tell_of_effect
from lms.policies.models import PolicyVersion
from lms.policies.queries import rule_changes
from lms.questions import holding, queries
from lms.questions.models import Question, QuestionHold, SectionLink
from tests.cast import Cast
from tests.conftest import SignIn, Unit, Visitor
from tests.questions.conftest import write_question

PAGE = "/questions/T/T-HOLD"
WITHOUT_CONTEXT = b"---\ncode: HAR\ntitle: Harassment\n---\n## Insults {#insults}\nAnother text.\n"


@pytest.fixture
def author(cast: Cast, sign_in_as: SignIn) -> Visitor:
    """A QA analyst who has put a question into use; it rests on HAR/context."""
    visitor = sign_in_as(cast.qa)
    visitor.post("/questions/new-bank", data={"code": "T", "title_en": "T", "title_ja": "T", "module": "HAR"})
    write_question(visitor, "T-HOLD")
    return visitor


def state(app: Flask) -> str:
    with app.app_context():
        return queries.get_question("T-HOLD").state


def test_a_question_held_by_hand_says_why_and_is_drawn_again_once_confirmed(author: Visitor, app: Flask) -> None:
    refused = author.post(f"{PAGE}/hold?lang=en", data={"reason": "x" * 501})
    assert refused.status_code == 422
    assert 'id="reason-error"' in refused.text
    assert f'value="{"x" * 501}"' in refused.text
    assert state(app) == "in_use"
    assert author.post(f"{PAGE}/hold", data={"reason": "The key is doubtful."}).location == PAGE
    shown = author.get(f"{PAGE}?lang=en").text
    assert "Held: quizzes do not draw this question." in shown
    assert "The key is doubtful." in shown
    with app.app_context():
        assert "T-HOLD" not in [question.code for question in queries.list_usable_questions()]
        assert [question.code for question in queries.list_held_questions()] == ["T-HOLD"]
    assert author.post(f"{PAGE}/confirm", data={"reason": " "}).status_code == 422
    author.post(f"{PAGE}/confirm", data={"reason": "Read again with the policy team."})
    assert state(app) == "in_use"
    assert "Read again with the policy team." in author.get(f"{PAGE}?lang=en").text
    assert author.post(f"{PAGE}/confirm", data={"reason": "Again"}).status_code == 409


def test_a_new_version_of_a_held_question_does_not_confirm_it(author: Visitor, app: Flask) -> None:
    author.post(f"{PAGE}/hold", data={"reason": "The key is doubtful."})
    author.post(f"{PAGE}/retire")
    author.post(f"{PAGE}/restore")
    assert state(app) == "held"


def test_the_end_of_a_section_holds_its_questions_once_it_is_in_force(
    author: Visitor, app: Flask, unit: Unit, cast: Cast
) -> None:
    with unit():
        db.session.scalars(select(Person).where(Person.code == cast.qa)).one().password_hash = "there is one"
        version = policies.import_policy(policies.check_files(WITHOUT_CONTEXT, None), publish=True)
        name, version_id = f"HAR v{version.number}", version.id
    assert state(app) == "held"
    shown = author.get(f"{PAGE}?lang=en").text
    assert "A rule changed" in shown
    assert name in shown
    assert "are held until confirmed" in author.get("/notices?lang=en").text
    author.post(f"{PAGE}/confirm", data={"reason": "It rests on the other section as well."})
    with unit():
        tell_of_effect()
    assert state(app) == "in_use", "what was confirmed under a version stays confirmed"
    with unit():
        question = queries.get_question("T-HOLD")
        version = db.session.get_one(PolicyVersion, version_id)
        assert holding.hold_for_rule_change(version, [link.section_id for link in latest_links(question)]) == []
        assert len(db.session.scalars(select(QuestionHold)).all()) == 1


def latest_links(question: Question) -> list[SectionLink]:
    return queries.load_current([question])[question.id].version.links


def test_a_changed_text_alone_holds_nothing_before_an_editor_says_what_it_means(
    author: Visitor, app: Flask, unit: Unit
) -> None:
    text = WITHOUT_CONTEXT + b"\n## Context {#context}\nAnother text.\n"
    with unit():
        version = policies.import_policy(policies.check_files(text, None), publish=True, effective_at=clock.now())
        assert rule_changes.load_rule_changed(version) == set()
        version_id = version.id
    assert state(app) == "in_use"
    with unit():
        question = queries.get_question("T-HOLD")
        sections = [link.section_id for link in latest_links(question)]
        version = db.session.get_one(PolicyVersion, version_id)
        assert holding.hold_for_rule_change(version, sections) == [question]
    assert state(app) == "held"


def test_people_who_cannot_release_cannot_confirm(author: Visitor, cast: Cast, app: Flask, sign_in_as: SignIn) -> None:
    author.post(f"{PAGE}/hold", data={"reason": "The key is doubtful."})
    with app.app_context():
        learner = db.session.scalars(select(Person.code).where(Person.code.like("L%"))).first()
    assert sign_in_as(str(learner)).post(f"{PAGE}/confirm", data={"reason": "Fine"}).status_code == 403
    assert state(app) == "held"
