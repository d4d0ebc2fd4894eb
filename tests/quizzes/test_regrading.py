"""A corrected question is graded in runs of its own: the old ones stay, no pass is lost unasked, a crash is mended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from lms.foundation import clock, journal, transaction
from lms.foundation.db import db
from lms.foundation.journal import AuditEvent
from lms.kit.problems import Conflict, Invalid, Refused
from lms.notifications.models import Notice
from lms.questions import queries as questions
from lms.quizzes import actions, queries
from lms.quizzes.actions import regrading
from lms.quizzes.core.answers import Event
from lms.quizzes.core.grading import Outcome
from lms.quizzes.core.regrading import Direction, Method, RegradeState
from lms.quizzes.models import Attempt, AttemptQuestion, GradingItem, GradingRun, Regrade
from lms.quizzes.queries.regrading import load_done
from tests.conftest import MONDAY_AFTERNOON, Unit
from tests.quizzes import invariants, regrades, sitting
from tests.quizzes.regrades import SECOND


@pytest.mark.parametrize("lowers", [False, True])
@pytest.mark.parametrize("method", Method)
def test_a_dry_run_says_what_the_run_does_and_old_runs_stay_byte_for_byte(
    sample: Flask, unit: Unit, method: Method, lowers: bool
) -> None:
    with unit():
        before = regrades.hashes()
        trial = regrades.trial(method, SECOND, lowers=lowers)
        told = {
            change.paper.attempt_id: (change.after, change.result.item)
            for change in trial.changes
            if change.result.is_changed
        }
        regrade_id = regrades.applied(method, SECOND, lowers=lowers)
    with sample.app_context():
        regrading.carry_out(regrade_id, batch=17)
    with unit():
        after = regrades.hashes()
        assert {run_id: after[run_id] for run_id in before} == before
        assert len(after) == len(before) + len(told)
        done = {row.attempt_id: row for row in load_done(db.session.get_one(Regrade, regrade_id))}
        assert {attempt_id: row.after for attempt_id, row in done.items()} == {
            attempt_id: standing for attempt_id, (standing, _item) in told.items()
        }
        runs = queries.load_current_runs(list(told), with_items=True)
        for attempt_id, (_standing, item) in told.items():
            stored = [one for one in runs[attempt_id].items if item is not None and one.position == item.position]
            assert [(one.key_n, one.awarded_thousandths, one.outcome) for one in stored] == (
                [(item.key_n, item.awarded_thousandths, item.outcome)] if item else []
            )
        lost = [change for change in trial.changes if change.before.passed and not change.after.passed]
        assert bool(lost) == (lowers and any(change.result.fails for change in trial.changes))
        assert db.session.get_one(Regrade, regrade_id).state == RegradeState.DONE
        invariants.check(MONDAY_AFTERNOON)
        invariants.check_journal()


def test_everybody_whose_score_changes_has_one_note_in_both_languages(sample: Flask, unit: Unit) -> None:
    with unit():
        regrade_id = regrades.applied()
    with sample.app_context():
        regrading.carry_out(regrade_id)
        regrading.carry_out(regrade_id)  # once more does nothing
        changed = {
            done.person_id for done in load_done(db.session.get_one(Regrade, regrade_id)) if done.is_score_changed
        }
        notes = list(db.session.scalars(select(Notice).where(Notice.kind == regrading.CORRECTED)))
    active = {note.person_id for note in notes}
    assert active <= changed
    assert len(notes) == len(active) > 5
    for note in notes:
        assert note.facts["note_text"]["en"].startswith("Question ")
        assert "%" in note.facts["note_text"]["ja"]
        assert "{" not in str(note.facts["note_text"]["en"]) + str(note.facts["note_text"]["ja"])


class Cut(Exception):
    """The machine goes away before this commit."""


@contextmanager
def cut_off_at(commit: int) -> Iterator[None]:
    seen = 0

    def count(_session: object) -> None:
        nonlocal seen
        seen += 1
        if seen == commit:
            raise Cut

    event.listen(db.session, "before_commit", count)
    try:
        yield
    finally:
        event.remove(db.session, "before_commit", count)


def test_cut_off_in_the_middle_and_begun_again_it_ends_like_one_that_was_left_in_peace(
    sample: Flask, unit: Unit, database, sample_template: str
) -> None:
    def carried_out(*cuts: int) -> tuple[object, object]:
        with unit():
            regrade_id = regrades.applied()
        with sample.app_context():
            for commit in cuts:
                with cut_off_at(commit), pytest.raises(Cut):
                    regrading.carry_out(regrade_id, batch=7)
                db.session.rollback()
            regrading.carry_out(regrade_id, batch=7)
        with unit():
            notes = select(Notice.person_id, Notice.about).where(Notice.kind == regrading.CORRECTED)
            return regrades.results(), sorted(tuple(row) for row in db.session.execute(notes))

    undisturbed = carried_out()
    with sample.app_context():
        db.session.remove()
        db.engine.dispose()
    database.renew(sample_template)
    assert carried_out(3, 2, 1, 9) == undisturbed


def test_a_new_key_is_another_row_and_new_attempts_pin_it(sample: Flask, unit: Unit) -> None:
    with unit():
        _quiz, version = regrades.about()
        old = dict(questions.load_newest_key(version.id).key)
        regrade_id = regrades.applied()
        regrade = db.session.get_one(Regrade, regrade_id)
        assert (regrade.base_key_n, regrade.key_n) == (1, 2)
        keys = questions.load_keys({(version.id, 1), (version.id, 2)})
        assert keys[(version.id, 1)] == old
        assert keys[(version.id, 2)]["groups"]["options"]["o2"]["fraction"] == "1"
        person = sitting.person()
        attempt = actions.open_attempt(person, sitting.assignment_id(person), locale="en")
        assert {row.key_n for row in attempt.questions if row.question_version_id == version.id} == {2}
        assert {row.key_n for row in attempt.questions if row.question_version_id != version.id} == {1}


def test_whoever_began_before_it_is_graded_like_everybody_when_they_hand_in(sample: Flask, unit: Unit) -> None:
    with unit():
        person = sitting.person()
        attempt_id = actions.open_attempt(person, sitting.assignment_id(person), locale="en").id
        regrade_id = regrades.applied()
    with sample.app_context():
        regrading.carry_out(regrade_id)
    with unit():
        access = sitting.own_access(sitting.person())
        _quiz, version = regrades.about()
        place = select(AttemptQuestion.position).where(
            AttemptQuestion.attempt_id == attempt_id, AttemptQuestion.question_version_id == version.id
        )
        position = db.session.scalars(place).one()
        actions.save_events(access, attempt_id, [Event(1, 1, position, "en", {"option": "o2"})])
        actions.submit(access, attempt_id)
    with unit():
        marks = (
            select(GradingRun.run_no, GradingItem.awarded_thousandths, GradingItem.key_n)
            .join(GradingItem, GradingItem.run_id == GradingRun.id)
            .where(GradingRun.attempt_id == attempt_id, GradingItem.position == position)
        )
        assert [tuple(row) for row in db.session.execute(marks.order_by(GradingRun.run_no))] == [
            (1, 0, 1),
            (2, 1000, 2),
        ]
        invariants.check(MONDAY_AFTERNOON)


def test_what_an_earlier_correction_did_to_another_question_stays(sample: Flask, unit: Unit, monkeypatch) -> None:
    with unit():
        first = regrades.applied(Method.DROP)
    with sample.app_context():
        regrading.carry_out(first)
    with unit():
        most = {maximum for _score, maximum, _passed, _items in regrades.results().values()}
    monkeypatch.setattr(regrades, "CODE", "HAR-021")
    with unit():
        second = regrades.applied(Method.CREDIT_ALL)
    with sample.app_context():
        regrading.carry_out(second)
    with unit():
        again = regrades.results()
        assert {maximum for _score, maximum, _passed, _items in again.values()} == most
        credited = load_done(db.session.get_one(Regrade, second))
        assert {done.before.direction_to(done.after) for done in credited} == {Direction.GAIN}
        _quiz, version = regrades.about()
        item = (
            select(GradingItem.outcome)
            .join(GradingRun, GradingRun.id == GradingItem.run_id)
            .join(Attempt, queries.is_current_run())
            .join(
                AttemptQuestion,
                (AttemptQuestion.attempt_id == Attempt.id) & (AttemptQuestion.position == GradingItem.position),
            )
            .where(AttemptQuestion.question_version_id == version.id, Attempt.purpose == "assessed")
        )
        assert set(db.session.scalars(item)) == {Outcome.RIGHT}


def test_whoever_proposed_it_does_not_apply_it_while_somebody_else_could(sample: Flask, unit: Unit) -> None:
    with unit():
        regrade = regrades.proposed()
        assert regrade.state == RegradeState.PROPOSED
        with pytest.raises(Refused):
            regrading.apply(regrade, by=sitting.person("qa@kijun.example"))
        told = select(func.count()).where(Notice.kind == regrading.WAITS, Notice.read_at.is_(None))
        assert db.session.scalar(told) == 1
        with pytest.raises(Conflict, match="waiting"):
            regrades.proposed(Method.DROP)
        regrading.apply(regrade, by=sitting.person("editor@kijun.example"))
        assert db.session.scalar(told) == 0
        journal.link(db.session())
        [entry] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "regrade.apply"))
        assert entry.detail["prepared_by"] == regrade.proposer.code
        with pytest.raises(Conflict, match="decided"):
            regrading.decline(regrade, by=sitting.person("editor@kijun.example"))


def test_alone_it_goes_through_and_the_journal_says_so(sample: Flask, unit: Unit) -> None:
    with unit():
        sitting.person("editor@kijun.example").password_hash = None
        assert regrades.proposed().state == RegradeState.APPLYING
        journal.link(db.session())
        [entry] = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "regrade.apply"))
        assert entry.detail["without_second_person"] is True


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ({"en": "From {before}.", "ja": "{before}から{after}。"}, "regrade.note_lacks"),
        ({"en": "{before} {after} {name}", "ja": "{before} {after}"}, "regrade.note_unknown"),
        ({"en": "{before} {after} {question}", "ja": "{before} {after}"}, "regrade.note_differs"),
    ],
)
def test_a_note_has_the_same_placeholders_in_both_languages(
    sample: Flask, unit: Unit, note: dict[str, str], code: str
) -> None:
    with unit(), pytest.raises(Invalid, match=code):
        regrading.propose(*regrades.about(), regrades.proposal(note=note), by=sitting.person("qa@kijun.example"))


def test_a_retired_pass_keeps_its_note_of_the_clock(sample: Flask, unit: Unit) -> None:
    """Runs say when they were made and by which correction; the moment is that of the batch."""
    with unit():
        regrade_id = regrades.applied()
    with clock.fixed(MONDAY_AFTERNOON.replace(hour=6)), sample.app_context():
        regrading.carry_out(regrade_id)
        made = select(GradingRun.published_at).where(GradingRun.regrade_id == regrade_id).distinct()
        assert [at.hour for at in db.session.scalars(made)] == [6]
        db.session.rollback()
    with sample.app_context(), transaction.unit(write=False):
        numbers = select(func.max(GradingRun.run_no)).where(GradingRun.regrade_id == regrade_id)
        assert db.session.scalar(numbers) == 2
