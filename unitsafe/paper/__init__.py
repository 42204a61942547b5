"""Papers: typst templates and the shapes of their data."""
