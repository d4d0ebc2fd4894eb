"""Sentences and words of quizzes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from lms.foundation.notices import Kind
from lms.questions.core.question import Difficulty, PartName, QuestionType
from lms.quizzes.core.attempt import AttemptState
from lms.quizzes.core.grading import Outcome
from lms.quizzes.core.regrading import Method
from lms.quizzes.core.reporting import ReportKind
from lms.quizzes.core.rules import Feedback, MultipleRule

_PLACE = ("quizzes.start", ("assignment_id",))

QUIZ_STATES = {"in_use": _l("In use"), "retired": _l("Retired")}

NOTICES = {
    "quiz.given": Kind(_l("A quiz to take: %(quiz_text)s, due %(due_at)s."), *_PLACE, is_required=True),
    "quiz.due_soon": Kind(_l("Due soon: %(quiz_text)s, by %(due_at)s."), *_PLACE, is_required=True),
    "quiz.last_day": Kind(_l("Due today: %(quiz_text)s, by %(due_at)s."), *_PLACE, is_required=True),
    "report.sent": Kind(_l("A comment on %(code)s is waiting for an answer."), "question_reports.show", ("report_id",)),
    "report.answered": Kind(
        _l("Your comment on question %(position)s of %(quiz_text)s has been answered."),
        "question_reports.own",
        ("report_id",),
    ),
    "quiz.ended": Kind(_l("%(quiz_text)s has ended. It could be started until %(due_at)s."), "quizzes.results"),
}

REPORT_KINDS = {ReportKind.FAULT: _l("Something is wrong with it"), ReportKind.ASK: _l("I have a question about it")}

PROBLEMS = {
    "report.text": _l("Write your text here, at most %(most)s characters."),
    "report.kind": _l("Choose what it is about."),
    "report.too_many": _l("This attempt has as many comments as can be sent. Your earlier ones are kept."),
    "report.answered": _l("Somebody else has answered in the meantime."),
    "quiz.minutes": _l("Enter a number of minutes from 1 to 480."),
    "quiz.cut": _l("Enter a number from 1 to 100."),
    "quiz.attempts": _l("Enter a number from 1 to 20."),
    "quiz.unknown": _l("There is no quiz “%(quiz)s”."),
    "quiz.code_taken": _l("This code is taken. Choose another."),
    "quiz.changed": _l("Somebody else changed this quiz in the meantime."),
    "quiz.no_rows": _l("Enter a number in at least one row of the blueprint."),
    "quiz.too_few": _l("Some rows ask for more questions than are in use."),
    "quiz.no_questions": _l("Choose at least one question."),
    "assignment.retired": _l("This quiz is retired. Choose another."),
    "assignment.twice": _l("They already have this quiz in this window. Choose other people or another window."),
    "assignment.over": _l("Enter a time in the future."),
    "assignment.begun": _l("Somebody has already started, so it cannot open later."),
    "assignment.ended": _l("This assignment has been ended. Nothing was changed."),
    "assignment.changed": _l("Somebody else changed this assignment in the meantime. Look at both below."),
    "assignment.window": _l("The due time must be later than the opening time."),
    "reminders.days": _l("Enter a whole number from 0 to 14."),
    "excuse.past": _l("Enter today or a later day, or leave it empty."),
    "excuse.reason": _l("Enter the reason."),
    "attempt.not_open_yet": _l("This quiz is not open yet."),
    "attempt.window_closed": _l("The time for this quiz is over."),
    "attempt.none_left": _l("No attempt is left for this quiz."),
    "attempt.no_questions": _l("This quiz has no questions that can be used at the moment. Please tell the QA team."),
    "practice.nothing_left": _l(
        "There is nothing to practise here yet: every question that fits may still come in a quiz you have to take."
    ),
    "attempt.answers_missing": _l("Some answers have not arrived yet. Wait a moment, then submit again."),
    "attempt.closed": _l("This attempt is closed."),
    "attempt.on_break": _l("You are on a break. Return to the quiz, then answer."),
    "attempt.break_taken": _l("The break of this attempt has been taken. The time runs on."),
    "attempt.break_too_late": _l("The time for this attempt is over, so no break can begin."),
    "answer.unknown_option": _l("Choose one of the options shown."),
    "answer.too_long": _l("Write up to %(most)s characters."),
    "answer.unreadable": _l("What you wrote contains a character that cannot be kept."),
    "answer.unfit": _l("The answers that were sent do not belong to this attempt. None of them was saved."),
    "answer.unfit_manifest": _l("The list of answers could not be read. Nothing was submitted."),
    "answer.conflict": _l(
        "Two different answers were sent under the same number. The first is kept; nothing sent with the second was "
        "saved. Please choose again."
    ),
    "answer.too_many": _l("Too many changes in one attempt. Your answers are kept; please submit."),
}

STATES = {
    AttemptState.OPEN: _l("In progress"),
    AttemptState.SUBMITTED: _l("Submitted"),
    AttemptState.EXPIRED: _l("Time ran out"),
    AttemptState.VOID: _l("Void"),
}

OUTCOMES = {
    Outcome.RIGHT: _l("Right"),
    Outcome.PARTLY: _l("Partly right"),
    Outcome.WRONG: _l("Wrong"),
    Outcome.BLANK: _l("Not answered"),
    Outcome.NOT_REACHED: _l("Not reached"),
}

PARTIAL = {
    QuestionType.SINGLE: _l("This answer is worth part of the point."),
    QuestionType.MULTIPLE: _l("Each right choice adds to the score, each wrong choice takes away from it."),
    QuestionType.CASE: _l(
        "Each part of the case has its share. After a wrong decision, severity and action earn nothing."
    ),
    QuestionType.MATCHING: _l("Each right pair earns its share of the point."),
    QuestionType.ORDERING: _l("Each item that is before the one that follows it earns its share of the point."),
    QuestionType.NUMERIC: _l("This number is worth part of the point."),
    QuestionType.SHORT_TEXT: _l("This answer is worth part of the point."),
    QuestionType.CLOZE: _l("Each gap has its share of the point."),
}

HOW = {
    QuestionType.MULTIPLE: _l("Choose every right answer."),
    QuestionType.TRUE_FALSE: _l("Is the statement true?"),
    QuestionType.MATCHING: _l("Choose for each item what belongs to it."),
    QuestionType.ORDERING: _l("Give each item its place, 1 for the first."),
    QuestionType.NUMERIC: _l("Write a number in digits."),
    QuestionType.SHORT_TEXT: _l("Write a word or a few."),
}
"""What to do with a question; of the others one answer is chosen."""

PARTS = {
    PartName.VERDICT: _l("Decision"),
    PartName.SECTION: _l("Section cited"),
    PartName.SEVERITY: _l("Severity"),
    PartName.ACTION: _l("Action"),
}

METHODS = {
    Method.ACCEPT: _l("Accept more answers"),
    Method.NEW_KEY: _l("Change the key"),
    Method.CREDIT_ALL: _l("Full marks for all"),
    Method.DROP: _l("Leave it out"),
}

CORRECTIONS = {
    Method.ACCEPT: _l("More than one answer now counts as right."),
    Method.NEW_KEY: _l("Another answer is the right one."),
    Method.CREDIT_ALL: _l("Everybody gets full marks for it."),
    Method.DROP: _l("It no longer counts."),
}
"""What was done with a question, as those who answered it are told."""

QUESTION_TYPES = {
    QuestionType.SINGLE: _l("Single choice"),
    QuestionType.MULTIPLE: _l("Multiple response"),
    QuestionType.TRUE_FALSE: _l("True or false"),
    QuestionType.MATCHING: _l("Matching"),
    QuestionType.ORDERING: _l("Ordering"),
    QuestionType.NUMERIC: _l("Number"),
    QuestionType.SHORT_TEXT: _l("Short text"),
    QuestionType.CLOZE: _l("Text with gaps"),
    QuestionType.CASE: _l("Case"),
}

DIFFICULTIES = {Difficulty.EASY: _l("Easy"), Difficulty.MEDIUM: _l("Medium"), Difficulty.HARD: _l("Hard")}

FEEDBACK = {
    Feedback.NOW: _l("At once"),
    Feedback.AFTER_CLOSE: _l("After the window closes"),
    Feedback.SECTIONS_ONLY: _l("Sections only"),
}

MODES = {
    "fixed": _l("The same questions on every paper (fixed list)"),
    "draw": _l("Drawn for each paper (blueprint)"),
}

MULTIPLE_RULES = {
    MultipleRule.PARTIAL: _l("Partial credit: right minus wrong"),
    MultipleRule.ALL_OR_NOTHING: _l("All or nothing"),
}
