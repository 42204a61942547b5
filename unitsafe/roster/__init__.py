"""Duty roster: shifts, who stands when, rotation, swaps and stand-ins, the feed for calendars."""
