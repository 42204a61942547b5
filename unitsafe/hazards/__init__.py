"""Hazards from report to closing."""
