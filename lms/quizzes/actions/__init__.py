"""What changes quizzes, assignments and attempts. Each function is one step of whoever opened the transaction."""

from lms.quizzes.actions.answering import Saved, answer_by_form, claim, note_marks, save_events
from lms.quizzes.actions.assignments import add_assignees, assign, change_window, end, take_from
from lms.quizzes.actions.closing import close, submit, sweep
from lms.quizzes.actions.design import PublishQuiz, publish_quiz, retire_quiz
from lms.quizzes.actions.drawing import drawn_by, modules_of, paper_of
from lms.quizzes.actions.excusing import end_leave, excuse, note_leave, take_back_excuse
from lms.quizzes.actions.opening import open_attempt
from lms.quizzes.actions.practising import practise
from lms.quizzes.actions.resting import return_from_break, take_break
from lms.quizzes.actions.telling import tell_by_the_clock, tell_given

__all__ = [
    "PublishQuiz",
    "Saved",
    "add_assignees",
    "answer_by_form",
    "assign",
    "change_window",
    "claim",
    "close",
    "drawn_by",
    "end",
    "end_leave",
    "excuse",
    "modules_of",
    "note_leave",
    "note_marks",
    "open_attempt",
    "paper_of",
    "practise",
    "publish_quiz",
    "retire_quiz",
    "return_from_break",
    "save_events",
    "submit",
    "sweep",
    "take_back_excuse",
    "take_break",
    "take_from",
    "tell_by_the_clock",
    "tell_given",
]
