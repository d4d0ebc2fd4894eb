"""The result of an attempt, and a person's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from lms.foundation import clock
from lms.foundation.access import access, policy
from lms.foundation.locale import SOURCE_LOCALE, current, localized
from lms.kit.ordering import Keys, Order, sorted_rows
from lms.kit.pages import Page
from lms.kit.problems import NotFound
from lms.kit.text import letter, reading_key
from lms.policies import queries as policies
from lms.policies.core.citing import cited_sentences
from lms.policies.core.markup import Prose, blocks
from lms.policies.queries import SectionText
from lms.questions import queries as questions
from lms.questions.core.question import PartName, QuestionType
from lms.questions.core.told import right_options
from lms.questions.core.types import type_of
from lms.questions.core.types.cloze import numbered_text
from lms.quizzes import phrases, queries
from lms.quizzes.core.answers import of_record
from lms.quizzes.core.feedback import SectionScore, by_section
from lms.quizzes.core.grading import GradedItem, Outcome
from lms.quizzes.core.passing import questions_at_cut, right_answers_to_pass, shown_percent, shown_points
from lms.quizzes.core.receipt import short_form
from lms.quizzes.core.regrading import shown_scores
from lms.quizzes.core.rules import Feedback, Rules, rules_from
from lms.quizzes.models import Attempt, AttemptQuestion, GradingRun
from lms.quizzes.queries.regrades import Note, load_notes
from lms.quizzes.views.take import blueprint


@dataclass(frozen=True, slots=True)
class MissedQuestion:
    """A missed question as the page shows it: the texts of what was chosen, of what is right, and why."""

    position: int
    prompt: str
    chosen: list[tuple[str | None, str]]
    right: list[tuple[str | None, str]]
    why: list[str]
    item: GradedItem
    kind: str
    """The type of the question: what partial credit means depends on it."""

    @property
    def outcome(self) -> Outcome:
        return self.item.outcome

    cited: Sequence[str] = ()
    label: Mapping[str, str] | None = None
    """Of options with sensitive content: they stay covered here as they were in the quiz."""
    """The sentences of its section on which it rests, as the policy's page marks them."""


@dataclass(frozen=True, slots=True)
class MissedSection:
    """The missed questions of a section beside the section's pinned text; of no section in the last group."""

    questions: list[MissedQuestion]
    section: SectionText | None = None
    version_number: str = ""
    locale: str = SOURCE_LOCALE
    blocks: Sequence[Prose] = ()


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
    return render_template("quizzes/results.html", finished=shown, part=part, order=order)


@blueprint.get("/attempts/<uuid:attempt_id>/result")
@policy("result.read")
def result(attempt_id: Any) -> str:
    attempt = queries.get_attempt(access(), str(attempt_id))
    run = queries.load_current_runs([attempt.id], with_items=True).get(attempt.id)
    if run is None:
        raise NotFound
    rules = rules_from(attempt.quiz_version.rules)
    items = [
        GradedItem(item.position, item.key_n, item.awarded_thousandths, item.max_thousandths, Outcome(item.outcome))
        for item in run.items
    ]
    sections, numbers = _pinned_sections(attempt)
    main = questions.load_main_sections(row.question_version_id for row in attempt.questions)
    main_sections = {
        row.position: section.full_name
        for row in attempt.questions
        if (section := main.get(row.question_version_id)) is not None and section.full_name in sections
    }
    scores = by_section(items, main_sections, list(sections))
    shows_details = rules.feedback is Feedback.NOW or (
        rules.feedback is Feedback.AFTER_CLOSE
        and clock.now() >= queries.load_closes_at(attempt.assignment)
        and not queries.is_still_taken(attempt.assignment)
    )
    missed = _missed(attempt, items, scores, sections, numbers) if shows_details else []
    return render_template(
        "quizzes/result.html",
        attempt=attempt,
        run=run,
        rules=rules,
        scores=scores,
        sections=sections,
        missed=missed,
        shows_details=shows_details,
        figures=_figures(run, items, rules),
        corrections=_corrections(attempt, sections, shows_details=shows_details),
        late_count=queries.count_late_answers(attempt.id),
        points=shown_points,
        short_receipt=short_form(attempt.receipt_sha256) if attempt.receipt_sha256 else None,
        phrases=phrases,
    )


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as the page tells it; what is right now, by the letters of this paper, where that may be shown."""

    note: Note
    right: Sequence[tuple[str, str]]
    scores: tuple[str, str] | None
    reason: str


def _corrections(attempt: Attempt, sections: Mapping[str, SectionText], *, shows_details: bool) -> list[Correction]:
    notes = load_notes(attempt.id)
    keys = questions.load_keys(
        {(note.regrade.question_version_id, note.regrade.key_n) for note in notes if note.regrade.key_n}
    )
    rows = {row.position: row for row in attempt.questions}
    found = []
    for note in notes:
        key = keys.get((note.regrade.question_version_id, note.regrade.key_n or 0))
        right = _right_now(rows[note.position], key, sections) if key and shows_details else []
        scores = shown_scores(note.before, note.after) if note.is_score_changed else None
        reason = localized(note.regrade.reason_text) if shows_details else ""
        found.append(Correction(note, right, scores, reason))
    return found


def _right_now(
    row: AttemptQuestion, key: Mapping[str, Any], sections: Mapping[str, SectionText]
) -> list[tuple[str, str]]:
    """The letter and the text of each option that is right by a key, in the order in which this paper showed them."""
    body = row.question_version.body
    texts = {
        (group, option["id"]): _option_text(option, current(), sections)
        for group, options in body["groups"].items()
        for option in options
    }
    return [
        (letter(place), texts[(group, option)])
        for group, order in row.option_order.items()
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


def _pinned_sections(attempt: Attempt) -> tuple[dict[str, SectionText], dict[str, str]]:
    """The sections in force when the attempt opened, in the order of the policy, and the version number of each."""
    versions = queries.load_policy_versions(attempt.id)
    texts = policies.load_sections([version.id for version in versions])
    sections = {section.full_name: section for version in versions for section in texts[version.id]}
    numbers = {section.full_name: version.number for version in versions for section in texts[version.id]}
    return sections, numbers


def _missed(
    attempt: Attempt,
    items: list[GradedItem],
    scores: list[SectionScore],
    sections: Mapping[str, SectionText],
    numbers: Mapping[str, str],
) -> list[MissedSection]:
    answers = of_record(queries.load_events(attempt.id))
    rows = {row.position: row for row in attempt.questions}
    marks = {item.position: item for item in items}
    pinned = {position: (rows[position].question_version_id, item.key_n) for position, item in marks.items()}
    keys = questions.load_keys(pinned.values())

    def shown(position: int) -> MissedQuestion:
        row = rows[position]
        payload = dict(answers[position].payload) if position in answers else {}
        key = keys[pinned[position]]
        return _missed_question(row, key, payload, marks[position], sections)

    found = []
    for score in scores:
        if score.missed:
            section = sections[score.section]
            locale = current() if current() in section.bodies else SOURCE_LOCALE
            questions_missed = [
                replace(shown(position), cited=_cited(section, row, keys[pinned[position]]))
                for position in score.missed
                if (row := rows[position])
            ]
            prose = _prose(section.bodies[locale])
            found.append(MissedSection(questions_missed, section, numbers[score.section], locale, prose))
    placed = {position for score in scores for position in score.missed}
    rest = [shown(item.position) for item in items if item.is_missed and item.position not in placed]
    return [*found, MissedSection(rest)] if rest else found


def _cited(section: SectionText, row: AttemptQuestion, key: Mapping[str, Any]) -> list[str]:
    """The sentences that a question rests on, in each language of its section, by why its right answers are right."""
    body = row.question_version.body
    reasons = [
        key["groups"][group][option]["rationale"]
        for group in body["groups"]
        for option in sorted(right_options(body, key, group))
    ]
    found = []
    for locale, text in sorted(section.bodies.items()):
        hints = [reason[locale] for reason in (key["rationale"], *reasons) if reason.get(locale)]
        found += cited_sentences(blocks(text), hints)
    return found


def _prose(body: str) -> list[Prose]:
    """The text without its sensitive examples: they are shown only where they were chosen, on the policy's own page."""
    return [block for block in blocks(body) if isinstance(block, Prose)]


def _missed_question(
    row: AttemptQuestion,
    key: Mapping[str, Any],
    payload: Mapping[str, Any],
    item: GradedItem,
    sections: Mapping[str, SectionText],
) -> MissedQuestion:
    body, reader = row.question_version.body, _Reader(current(), sections)
    said = type_of(body).told(body, key, payload, reader)
    rationale = key["rationale"].get(reader.locale)
    label = body.get("sensitive") if body["type"] != QuestionType.CASE else None  # a case's options are plain decisions
    return MissedQuestion(
        row.position,
        numbered_text(body["prompt"].get(reader.locale, "")),
        said.chosen,
        said.right,
        [*said.why, *([rationale] if rationale else [])],
        item,
        body["type"],
        label=label,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """The words of the page: its language, and the pinned sections that a case offers."""

    locale: str
    sections: Mapping[str, SectionText]

    def option(self, option: Mapping[str, Any]) -> str:
        return _option_text(option, self.locale, self.sections)

    def part(self, name: str) -> str:
        return str(phrases.PARTS[PartName(name)])

    def choice(self, before: str, after: str) -> str:
        return str(_("%(left)s → %(right)s", left=before, right=after))


def _option_text(option: Mapping[str, Any], locale: str, sections: Mapping[str, SectionText]) -> str:
    name = option.get("section")
    if name is None:
        return str(option["text"].get(locale, ""))
    section = sections.get(name)
    if section is None:
        return str(name)
    return f"{section.number} {section.titles.get(locale) or section.titles.get(SOURCE_LOCALE)}"
