"""People, their posts and absences, signing in."""
