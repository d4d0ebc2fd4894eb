"""Pages of the inbox and of outgoing mail."""
