"""The pages of corrected questions: a dry run, the second person's decision, what has come of it."""
