"""What a report is, as values: no words, no database."""
