"""Drills, trainings, lessons, publicity, meetings and spot checks."""
