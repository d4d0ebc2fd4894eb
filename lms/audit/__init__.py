"""Reading the audit trail: who did what to which thing, and whether the trail is whole."""
