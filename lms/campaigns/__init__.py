"""Recurring quizzes: a rule of time and of people, runs that open by the clock, and how far each has come."""
