"""One module per kind of report: from values to HTML, in one language."""
