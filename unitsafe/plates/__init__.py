"""What is on the wall of a place: its page, and the plate that opens it."""
