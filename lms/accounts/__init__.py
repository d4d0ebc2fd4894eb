"""People, their roles and codes, sign-in and web sessions, one-time links, and the table of who may do what."""
