"""The wellbeing briefing, what each person wants to see of sensitive content, and who helps."""
