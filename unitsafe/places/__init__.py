"""Buildings and spaces."""
