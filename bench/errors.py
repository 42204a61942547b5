"""What stops a measurement."""


class BenchError(Exception):
    """Something failed, so the figures would mean nothing; the text is one line that says what."""
