"""Training plans, cohorts on their way to go-live, sessions, gates and the calendar feed."""
