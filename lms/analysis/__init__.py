"""What results mean: figures of questions, tests, sections, groups and languages, and what they point to.

This feature owns every statistic of graded answers, from the response matrix to the page, the command and the
figures that reports print. It owns no answer and no mark: those belong to quizzes, and are read here, never changed.
"""
