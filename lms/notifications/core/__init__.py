"""When the daily mail is due."""
