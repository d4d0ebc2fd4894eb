"""What has changed since people took a quiz: the policy's text, and the cohort that somebody is in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.models import Enrolment
from lms.demo import content
from lms.foundation import clock
from lms.foundation.db import db
from lms.policies import actions as policies
from tests.analysis.classes import make_class
from tests.analysis.page import AnalysisPage
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


def changed_questions(visitor: Visitor) -> set[str]:
    """The questions in whose line the finding stands."""
    html = AnalysisPage(visitor).html.split('id="items"', 1)[1].split("</table>", 1)[0]
    lines = [line for line in html.split("<tr") if "Policy changed" in line]
    return {line.split("question=")[1].split("#")[0] for line in lines}


def test_questions_of_a_section_that_reads_otherwise_now_are_marked(qa: Visitor, sample: Flask, unit: Unit) -> None:
    assert changed_questions(qa) == set(), "everybody took it under the version in force"
    with unit():
        publish_policy({"home address, workplace, phone number": "home address, workplace, bank account, phone number"})
    with sample.app_context():
        expected = {code for code, section in sections_of_questions().items() if section == "HAR/private-details"}
    assert changed_questions(qa) == expected & set(AnalysisPage(qa).questions) != set()


def test_a_new_version_with_the_same_text_marks_nothing(qa: Visitor, unit: Unit) -> None:
    with unit():
        publish_policy({})
    assert changed_questions(qa) == set()


def test_a_change_of_the_japanese_text_alone_counts_as_well(qa: Visitor, unit: Unit) -> None:
    with unit():
        publish_policy({"名指し": "名指し、"})
    assert changed_questions(qa)


def test_a_section_that_is_gone_has_changed(qa: Visitor, unit: Unit) -> None:
    with unit():
        publish_policy({"{#appeals}": "{#objections}"})
    assert changed_questions(qa)


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
