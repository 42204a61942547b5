"""The school itself: its facts, its settings, its calendar."""
