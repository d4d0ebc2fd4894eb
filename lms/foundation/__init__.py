"""Everything that touches a framework. Features import from here, never the reverse."""
