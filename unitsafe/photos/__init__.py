"""Photos as they are kept and shown."""
