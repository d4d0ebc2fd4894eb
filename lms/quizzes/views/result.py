"""The result of an attempt, and a person's results."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.errors import sentence
from lms.foundation.locale import current, localized
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import Conflict, NotFound
from lms.kit.text import letter, reading_key
from lms.policies.queries import SectionText
from lms.questions import queries as questions
from lms.questions.core.told import right_options
from lms.quizzes import actions, phrases, queries
from lms.quizzes.core.answers import of_record
from lms.quizzes.core.attempt import AttemptState, Purpose
from lms.quizzes.core.feedback import by_section
from lms.quizzes.core.grading import GradedItem, Outcome
from lms.quizzes.core.passing import questions_at_cut, right_answers_to_pass, shown_percent, shown_points
from lms.quizzes.core.receipt import short_form
from lms.quizzes.core.regrading import shown_scores
from lms.quizzes.core.rules import Feedback, Rules, rules_from
from lms.quizzes.models import Attempt, GradingRun
from lms.quizzes.queries.ahead import load_ahead, load_due
from lms.quizzes.queries.late import list_void, load_admissions, load_graded_events, load_late_answers
from lms.quizzes.queries.regrades import Note, load_notes
from lms.quizzes.views.missed import Texts, load_texts, missed_sections, option_text
from lms.quizzes.views.take import blueprint

RESULTS_SORTED_BY: Keys[tuple[Attempt, GradingRun, Any]] = {
    "finished": lambda row: row[0].closed_at,
    "quiz": lambda row: reading_key(localized(row[0].quiz_version.title_text)),
    "score": lambda row: row[2],
    "outcome": lambda row: not row[1].passed,
}


@blueprint.get("/results")
@policy("result.read")
def results() -> str:
    """A person's own results, in the order that the address asks for."""
    finished = [
        (attempt, run, shown_percent(run.score_thousandths, run.max_thousandths))
        for attempt, run in queries.list_finished(current_user.id)
    ]
    order = Order.of(request.args.get("sort", ""), ["-finished", *RESULTS_SORTED_BY])
    part = Page.of(len(finished), request.args.get("page", 1, type=int))
    shown = sorted_rows(finished, order, RESULTS_SORTED_BY)[part.offset : part.last]
    void = list_void(current_user.id)
    return render_template("quizzes/results.html", finished=shown, part=part, order=order, void=void)


@blueprint.get("/attempts/<uuid:attempt_id>/result")
@policy("result.read")
def result(attempt_id: Any) -> str:
    attempt = queries.get_without_paper(access(), str(attempt_id))
    if attempt.state == AttemptState.VOID:
        return _void_page(attempt)
    run = queries.load_current_runs([attempt.id], with_items=True).get(attempt.id)
    if run is None:
        raise NotFound
    rules, late = rules_from(attempt.quiz_version.rules), load_late_answers(attempt.id)
    admissions = load_admissions(attempt.id) if late.counted else []
    items = [
        GradedItem(item.position, item.key_n, item.awarded_thousandths, item.max_thousandths, Outcome(item.outcome))
        for item in run.items
    ]
    texts = load_texts(attempt)
    paper = {asked.position: asked for asked in queries.paper_of(attempt.id).questions}
    main_sections = {
        place: one.section for place, one in paper.items() if one.section and one.section in texts.sections
    }
    scores = by_section(items, main_sections, list(texts.sections))
    closes_at = queries.load_closes_at(attempt.assignment) if rules.feedback is Feedback.AFTER_CLOSE else None
    shows_details = _shows_details(attempt, rules, closes_at)
    kept_back = _kept_back(attempt, paper) if shows_details else frozenset()
    answers = (load_graded_events if late.counted else queries.load_events)(attempt.id) if shows_details else []
    missed = missed_sections(paper, of_record(answers), items, scores, texts, kept_back) if shows_details else []
    # the first grading is no correction
    notes = load_notes(attempt.id) if run.run_no > 1 else []
    return render_template(
        "quizzes/result.html",
        attempt=attempt,
        is_practice=attempt.purpose == Purpose.PRACTICE,
        run=run,
        rules=rules,
        scores=scores,
        sections=texts.sections,
        missed=missed,
        shows_details=shows_details,
        closes_at=closes_at,
        kept_back=kept_back & {item.position for item in items if item.is_missed},
        figures=_figures(run, items, rules),
        corrections=_corrections(notes, paper, texts, shows_details=shows_details, kept_back=kept_back),
        late=late,
        admissions=[(one.at, *shown_scores(one.before, one.after)) for one in admissions],
        points=shown_points,
        short_receipt=short_form(attempt.receipt_sha256) if attempt.receipt_sha256 else None,
        phrases=phrases,
    )


def _void_page(attempt: Attempt) -> str:
    """Neither score nor answers: the questions may come again."""
    given = next((one for one in queries.list_given(attempt.person_id) if one.assignment == attempt.assignment), None)
    receipt = short_form(attempt.receipt_sha256 or "")
    return render_template("quizzes/void.html", attempt=attempt, given=given, at=clock.now(), short_receipt=receipt)


@blueprint.post("/attempts/<uuid:attempt_id>/practice")
@policy("attempt.write")
def practise(attempt_id: Any) -> ResponseReturnValue:
    """Practise what was missed: everything, one section, or one question by another that tests the same."""
    attempt = queries.get_attempt(access(), str(attempt_id))
    run = queries.load_current_runs([attempt.id], with_items=True).get(attempt.id)
    if run is None:
        raise NotFound
    missed = {item.position for item in run.items if item.outcome != Outcome.RIGHT}
    section, position = request.form.get("section"), request.form.get("question", type=int)
    if section is not None:
        paper = queries.load_standings(attempt.id)
        missed = {place for place in missed if (paper[place].section or "") == section}
    if position is not None:
        missed &= {position}
    try:
        made = actions.practise(current_user, attempt, missed, locale=current(), is_variant=position is not None)
    except Conflict as problem:
        flash(sentence(problem), "info")
        return redirect(url_for("quizzes.result", attempt_id=attempt.id))
    return redirect(url_for("quizzes.question", attempt_id=made.id, position=1))


def _shows_details(attempt: Attempt, rules: Rules, closes_at: datetime | None) -> bool:
    """Whether the rule of the quiz lets the questions be shown by now; practice is there to be learned from."""
    if attempt.purpose == Purpose.PRACTICE or rules.feedback is Feedback.NOW:
        return True
    is_over = closes_at is not None and clock.now() >= closes_at
    return is_over and not queries.is_still_taken(attempt.assignment)


def _kept_back(attempt: Attempt, paper: Mapping[int, queries.Asked]) -> frozenset[int]:
    """The positions of questions that stand on a paper that is open, or may come again in this quiz before the person
    has no attempt left or passes; of practice those that any quiz may ask, since it was made to give none of them away.
    """
    is_practice = attempt.purpose == Purpose.PRACTICE
    due = load_due(attempt.person_id, clock.now(), quiz_id=None if is_practice else attempt.assignment.quiz_id)
    guarded = {quiz.quiz_id for quiz in due if is_practice and quiz.guards_keys}
    ahead = load_ahead(attempt.person_id, due, guarded=guarded)
    asked = frozenset[str]().union(*(quiz.may_ask() for quiz in ahead))
    return frozenset(position for position, one in paper.items() if one.code in asked)


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as the page tells it; what is right now, by the letters of this paper, where that may be shown."""

    note: Note
    right: Sequence[tuple[str, str]]
    scores: tuple[str, str] | None
    reason: str


def _corrections(
    notes: Sequence[Note],
    paper: Mapping[int, queries.Asked],
    texts: Texts,
    *,
    shows_details: bool,
    kept_back: Collection[int],
) -> list[Correction]:
    keys = questions.load_keys(
        {(note.regrade.question_version_id, note.regrade.key_n) for note in notes if note.regrade.key_n}
    )
    found = []
    for note in notes:
        key = keys.get((note.regrade.question_version_id, note.regrade.key_n or 0))
        is_told = shows_details and note.position not in kept_back
        right = _right_now(paper[note.position], key, texts.sections) if key and is_told else []
        scores = shown_scores(note.before, note.after) if note.is_score_changed else None
        reason = localized(note.regrade.reason_text) if is_told else ""
        found.append(Correction(note, right, scores, reason))
    return found


def _right_now(
    asked: queries.Asked, key: Mapping[str, Any], sections: Mapping[str, SectionText]
) -> list[tuple[str, str]]:
    """The letter and the text of each option that is right by a key, in the order in which this paper showed them."""
    body = asked.body
    texts = {
        (group, option["id"]): option_text(option, current(), sections)
        for group, options in body["groups"].items()
        for option in options
    }
    return [
        (letter(place), texts[(group, option)])
        for group, order in asked.option_order.items()
        for place, option in enumerate(order)
        if option in right_options(body, key, group)
    ]


def _figures(run: GradingRun, items: list[GradedItem], rules: Rules) -> dict[str, int]:
    """What the scale shows."""
    full = rules.question_thousandths
    return {
        "percent": shown_percent(run.score_thousandths, run.max_thousandths),
        "right": sum(item.outcome is Outcome.RIGHT for item in items),
        "partly": sum(item.outcome is Outcome.PARTLY for item in items),
        "questions": len(items),
        "cut_thousandths": -(-run.max_thousandths * rules.cut_percent // 100),
        "missed": sum(item.is_missed for item in items),
        "at_cut": questions_at_cut(run.max_thousandths, rules.cut_percent, full),
        "more": right_answers_to_pass(run.score_thousandths, run.max_thousandths, rules.cut_percent, full),
    }
