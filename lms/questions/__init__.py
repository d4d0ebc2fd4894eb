"""Question banks: questions, their versions and keys, links to policy sections, import and export."""
