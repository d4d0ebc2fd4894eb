"""The sample organisation, loaded through the product's own actions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.foundation import journal, transaction
from lms.foundation.db import db
from lms.kit import chains
from lms.policies import queries as policies
from lms.questions.models import Question
from lms.quizzes.core import receipt
from lms.quizzes.core.grading import verdict
from lms.quizzes.models import Attempt, AttemptState, GradingRun
from lms.cohorts.models import Cohort


@pytest.fixture(autouse=True)
def reading(sample: Flask) -> Iterator[None]:
    with sample.app_context(), transaction.unit(write=False):
        yield


def test_it_is_large_enough_to_walk_every_page() -> None:
    assert len(policies.list_versions(policies.get_module("HAR"))) == 2
    assert db.session.scalar(select(func.count(Question.id))) >= 12
    assert db.session.scalar(select(func.count(Cohort.id))) >= 2
    assert db.session.scalar(select(func.count(Attempt.id)).where(Attempt.state == AttemptState.SUBMITTED)) >= 60
