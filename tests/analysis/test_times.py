"""What has changed since people took a quiz: the policy's text, and the cohort that somebody is in."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.analysis.core.populations import Population
from lms.analysis.core.verdicts import OF_KEY, Kind
from lms.analysis.queries import Filters, load_analysis
from lms.analysis.queries.known import Edition, Rest, outdated, released_under
from lms.analysis.queries.rows import ids_of, load_policies, load_sittings
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.models import Enrolment
from lms.demo import content
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import actions as policies
from lms.policies import queries as policy_queries
from lms.policies.models import PolicyVersion, Section
from lms.questions.core.holds import HoldCause
from lms.questions.models import Question, QuestionHold, QuestionKey, QuestionVersion, SectionLink
from lms.quizzes import queries as quizzes
from tests.analysis.classes import make_class, make_class_against_a_key
from tests.analysis.page import QUIZ, AnalysisPage
from tests.analysis.rows import sections_of_questions
from tests.conftest import SignIn, Unit, Visitor
from tests.quizzes import sitting


@pytest.fixture
def qa(sample: Flask, sign_in_as: SignIn) -> Visitor:
    with sample.app_context():
        code = sitting.person("qa@kijun.example").code
    return sign_in_as(code)


def publish_policy(change: dict[str, str]) -> None:
    """Version 4.3 of the harassment policy, in force from now on, with these words changed."""
    texts = []
    for language in ("en", "ja"):
        text = (content.POLICIES / "HAR" / f"{language}.md").read_text(encoding="utf-8").replace('"4.2"', '"4.3"')
        for old, new in change.items():
            text = text.replace(old, new)
        texts.append(text.replace("effective: 2026-11-12T10:00 Asia/Tokyo\n", "").encode())
    checked = policies.check_files(*texts)
    assert not checked.has_errors, checked.findings
    policies.import_policy(checked, code="HAR", effective_at=clock.now(), publish=True)


def outdated_now() -> dict[str, frozenset[str]]:
    """Which questions were taken by whom under another text than their key was written for."""
    sittings = load_sittings(quizzes.get_quiz(QUIZ))[0][Population.FIRST]
    query = (
        select(Question.code, Section.id, Section.module_id, QuestionKey.created_at, released_under())
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(QuestionKey, QuestionKey.question_version_id == QuestionVersion.id)
        .join(SectionLink, (SectionLink.question_version_id == QuestionVersion.id) & (SectionLink.position == 0))
        .join(Section, Section.id == SectionLink.section_id)
        .where(Question.code.startswith("HAR-"))
    )
    rests = {
        code: Rest(section, module, made_at, ids_of(released))
        for code, section, module, made_at, released in db.session.execute(query)
    }
    versions, hashes = load_policies({version.id for version in both_versions()})
    editions = [Edition(one.id, one.module_id, one.state, one.effective_at) for one in versions]
    return outdated(rests, sittings, lambda _code: np.arange(len(sittings)), editions, hashes)


def write_keys_under(version: PolicyVersion) -> None:
    """As if the keys had been written as soon as this version was in force."""
    assert version.effective_at is not None
    db.session.execute(update(QuestionKey).values(created_at=version.effective_at))


def both_versions() -> tuple[PolicyVersion, PolicyVersion]:
    """4.2, under which everybody took the quiz, and 4.1."""
    by_number = {version.number: version for version in policy_queries.list_versions(policy_queries.get_module("HAR"))}
    return by_number["4.2"], by_number["4.1"]


def reworded() -> set[str]:
    """The questions of sections that read otherwise in 4.2 than in 4.1."""
    newest, before = both_versions()
    texts = policy_queries.load_sections([newest.id, before.id])
    old = {section.key: section.bodies for section in texts[before.id]}
    changed = {
        section.full_name for section in texts[newest.id] if old.get(section.key, section.bodies) != section.bodies
    }
    return {code for code, section in sections_of_questions().items() if section in changed}


def test_who_took_it_under_the_text_of_the_key_shows_no_change(sample: Flask, unit: Unit) -> None:
    with unit():
        write_keys_under(both_versions()[0])
    with sample.app_context():
        assert outdated_now() == {}
    with unit():
        publish_policy({"home address, workplace, phone number": "home address, workplace, bank account, phone number"})
    with sample.app_context():
        assert outdated_now() == {}, "nobody has taken it since"


def test_a_key_that_was_written_for_an_earlier_text_is_outdated(sample: Flask, unit: Unit) -> None:
    with unit():
        write_keys_under(both_versions()[1])
    with sample.app_context():
        sittings = load_sittings(quizzes.get_quiz(QUIZ))[0][Population.FIRST]
        found = outdated_now()
        assert set(found) & set(sections_of_questions()) == reworded() != set()
        assert {people for code, people in found.items() if code in reworded()} == {
            frozenset(s.person for s in sittings)
        }


def test_a_question_that_was_released_under_the_new_text_is_up_to_date(sample: Flask, unit: Unit) -> None:
    with unit():
        newest, before = both_versions()
        write_keys_under(before)
        code = min(reworded())
        question = db.session.scalars(select(Question).where(Question.code == code)).one()
        db.session.add(
            QuestionHold(
                question_id=question.id,
                cause=HoldCause.RULE_CHANGE,
                policy_version_id=newest.id,
                held_at=clock.now(),
                released_at=clock.now(),
            )
        )
    with sample.app_context():
        assert code in reworded()
        assert set(outdated_now()) & reworded() == reworded() - {code}


def test_a_rewording_is_a_verdict_only_where_answers_point_elsewhere(sample: Flask, unit: Unit) -> None:
    """A key that those who know do not take is explained by a change of its section, if there was one; the others are
    fine.
    """
    with unit():
        write_keys_under(both_versions()[1])
        make_class_against_a_key("able", 120, "HAR-021", "o3")
    with sample.app_context():
        found = load_analysis(quizzes.get_quiz(QUIZ), Filters("able"))
        assert found is not None
        of_keys = {(verdict.kind, verdict.place) for verdict in found.verdicts if verdict.kind in OF_KEY}
        assert of_keys == {(Kind.RULE_CHANGED if "HAR-021" in reworded() else Kind.WRONG_KEY, "HAR-021")}


def test_who_moves_to_another_cohort_leaves_the_result_with_the_first(qa: Visitor, sample: Flask, unit: Unit) -> None:
    with unit():
        make_class("first", ["ja"] * 6)
    before = AnalysisPage(qa).heat
    with clock.fixed(clock.now() + timedelta(days=3)), unit():
        osaka_b = cohort_queries.find_cohort("osaka-b")
        assert osaka_b is not None
        mover = sitting.person("first5@site.example")
        old = db.session.scalars(select(Enrolment).where(Enrolment.person_id == mover.id)).one()
        old.left_at = clock.now()
        cohorts.enrol(osaka_b, [mover], by=None)
    after = AnalysisPage(qa)
    assert after.heat == before
    assert after.heat_head[1] == "Class first n=6"
    assert AnalysisPage(qa, cohort="osaka-b").figures["Attempts"] == "28"
