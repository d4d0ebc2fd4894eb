"""The first page of each role, and the navigation."""
