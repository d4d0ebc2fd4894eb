"""One field for policies, questions, sessions and people, in both languages."""
