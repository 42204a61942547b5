"""Bounds of what a class may be."""

MOST_GRADES = 12
"""小学 to 高中 in one school. Source: 义务教育法 and 学制, six and three and three years."""
MOST_PUPILS = 200
"""Above any class: a slip of the keyboard."""
