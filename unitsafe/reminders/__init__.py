"""Reminders outside the app: an outbox, the channels it goes through, what is said and when."""
