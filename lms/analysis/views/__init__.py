"""The pages of result analysis."""
