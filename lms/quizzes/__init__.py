"""Quizzes, their assignment, attempts with the answer log, grading runs and results."""
