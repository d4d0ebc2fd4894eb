"""The sample organisation, loaded through the product's own actions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.analysis import queries as analysis
from lms.analysis.core.verdicts import Kind
from lms.cohorts.models import Cohort
from lms.foundation import clock, journal, transaction
from lms.foundation.db import db
from lms.policies import queries as policies
from lms.questions.models import Question
from lms.quizzes import queries as quizzes
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.models import Attempt
from tests.quizzes import invariants


@pytest.fixture(autouse=True)
def reading(sample: Flask) -> Iterator[None]:
    with sample.app_context(), transaction.unit(write=False):
        yield


def test_it_is_large_enough_to_walk_every_page() -> None:
    assert len(policies.list_versions(policies.get_module("HAR"))) == 2
    assert (db.session.scalar(select(func.count(Question.id))) or 0) >= 12
    assert (db.session.scalar(select(func.count(Cohort.id))) or 0) >= 2
    closed = select(func.count(Attempt.id)).where(Attempt.state == AttemptState.SUBMITTED)
    assert (db.session.scalar(closed) or 0) >= 60


def test_its_attempts_keep_the_invariants() -> None:
    invariants.check(clock.now())


def test_its_audit_trail_is_whole() -> None:
    invariants.check_journal()


def test_nothing_in_it_lies_in_the_future() -> None:
    assert not journal.is_ahead_of_clock()


def test_its_analysis_has_something_to_find() -> None:
    found = analysis.load_analysis(quizzes.get_quiz("harassment-checkpoint"), analysis.Filters())
    assert found is not None
    # 60 people are too few for a verdict on HAR-021, whose key is wrong; that an option beats the key is described.
    assert [verdict for verdict in found.verdicts if verdict.is_sharp] == []
    assert found.health[0].item == "HAR-021"
    codes = {entry.item: {finding.code for finding in entry.findings} for entry in found.health}
    assert (codes["HAR-021"], codes["HAR-009"]) == ({Kind.KEY_SUSPECT}, {Kind.GIVE_AWAY})
    assert found.summary.to_review == 1
    assert 50 <= (found.total_rate.percent or 0) <= 85
    assert found.heatmap.below_everywhere
