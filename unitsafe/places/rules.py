"""What places may be."""

MOST_FLOORS = 60
LOWEST_FLOOR = -5
WHOLE_PLACES = ("campus", "building", "floor")
"""Kinds that are larger than a space; nobody adds them as one."""
